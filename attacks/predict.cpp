#include <voronet/attacks/predict.h>
#include <voronet/layers/plan/predictor.h>

namespace voronet {

Predict predict_with(Classifier& model) {
  return [predictor = Predictor(model), dtype = model.dtype()](const data::Images& images) {
    return predictor(data::to_tensor(images, dtype));
  };
}

}  // namespace voronet
