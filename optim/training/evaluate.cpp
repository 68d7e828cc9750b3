#include <voronet/data/loader.h>
#include <voronet/layers/plan/predictor.h>
#include <voronet/optim/training/evaluate.h>

namespace voronet {

void Evaluation::add(const Prediction& prediction, std::span<const int> labels) {
  require(prediction.classes.size() == labels.size(), "evaluate: ", prediction.classes.size(),
          " predictions for ", labels.size(), " labels");
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto image = static_cast<Index>(i);
    require(prediction.is_finite(image), "evaluate: what the network says of image ", total + image,
            " is not finite");
    const int predicted = prediction.classes[i];
    answers.push_back({labels[i], predicted, prediction.confidence(image, predicted)});
    correct += predicted == labels[i];
    confidence_sum += answers.back().confidence;
  }
  total += static_cast<Index>(labels.size());
}

Evaluation evaluate(const std::function<Prediction(const Tensor& inputs)>& model, const data::Dataset& data,
                    const std::function<void(Index)>& done) {
  require(data.size() > 0, "evaluate: data set ", data.name, " has no images");
  Evaluation result;
  for (const auto& [images, labels] : data::batches(data, {.size = 400, .shuffle = false})) {
    result.add(model(images), labels);
    if (done) done(result.total);
  }
  return result;
}

Evaluation evaluate(Classifier& classifier, const data::Dataset& data,
                    const std::function<void(Index)>& done) {
  return evaluate(Predictor(classifier), data, done);
}

Evaluation evaluate(Classifier& classifier, const data::Dataset& data, ranks::Team& team) {
  if (data.size() < team.size() || team.size() == 1) return evaluate(classifier, data);
  std::vector<Index> dealt;
  for (Index i = team.rank(); i < data.size(); i += team.size()) dealt.push_back(i);
  const Evaluation part = evaluate(classifier, data.select(dealt));
  double sums[] = {static_cast<double>(part.correct), static_cast<double>(part.total), part.confidence_sum};
  team.sum(sums);
  return {static_cast<Index>(sums[0]), static_cast<Index>(sums[1]), sums[2]};
}

}  // namespace voronet
