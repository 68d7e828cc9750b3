#include <voronet/optim/training/recipe.h>
#include <voronet/optim/training/training_loss.h>

namespace voronet {

std::unique_ptr<Loss> training_loss(const TensorFile& file, Classifier& model, const std::string& source) {
  const std::string& head = model.config().head;
  const auto named = file.metadata.find("recipe");
  // A program's own recipe may have no name.
  const bool says =
      named != file.metadata.end() && !named->second.empty() && recipe(named->second).head == head;
  const Recipe trained_by = recipe_for(says ? named->second : "", head);

  auto loss = make_loss(trained_by.loss, model.config().classes, model.dtype());
  State own;
  loss->describe(own);
  for (const auto& [name, tensor, bounds] : own.parameters) {
    const auto stored = file.tensors.find("loss." + name);
    if (stored == file.tensors.end()) continue;
    require(stored->second.shape() == tensor->shape(), source, ": loss.", name, " is ",
            stored->second.shape(), " but this model has ", tensor->shape());
    tensor->assign(stored->second);
  }
  return loss;
}

}  // namespace voronet
