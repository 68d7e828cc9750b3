// The loss that a checkpoint's network was trained with.
#pragma once

#include <voronet/core/safetensors.h>
#include <voronet/layers/classifier.h>
#include <voronet/layers/loss.h>

#include <string>

namespace voronet {

// Which loss: that of the recipe which the file's metadata name, if it is for the model's head (during a
// warm-up it is not), else that of the head's own recipe: softmax, ce-2022, duq or ddu. The loss's parameters
// are the file's tensors "loss.NAME", or where there are none keep the values that training starts from. Of
// the model's dtype. Throws Error when there is no such recipe or, naming `source`, when a tensor has another
// shape.
std::unique_ptr<Loss> training_loss(const TensorFile& file, Classifier& model, const std::string& source);

}  // namespace voronet
