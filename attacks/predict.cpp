#include <voronet/attacks/predict.h>

namespace voronet {

Predict predict_with(Classifier& model) {
  return [&model, dtype = model.parameters().at(0).dtype()](const data::Images& images) {
    return model.predict(data::to_tensor(images, dtype));
  };
}

}  // namespace voronet
