// Networks as ONNX models, which ONNX Runtime and many others run (https://onnx.ai).
#pragma once

#include <voronet/layers/classifier.h>

#include <string>

namespace voronet {

// The bytes of an .onnx file (operator set 13) with all that the network does in evaluation mode. It takes
// any number n of images:
//
//   input   images       (n, channels, height, width), float32, as ONNX orders them. Pixels in [0, 1], so
//                        bytes / 255: the network's normalisation is part of the model.
//   output  logits       (n, classes)
//   output  confidences  (n, classes), as Head::confidences says
//
// Every tensor of the model that holds the numbers of one parameter or buffer has its name, which is
// PyTorch's ("embed.conv1.weight"). The configuration is in the model's metadata (see to_settings).
//
// Throws Error for a network that is not of f32, has a layer that does not describe itself to plans
// (Module::plan), or takes more than the 2 GB that an ONNX file may have; and in a build without ONNX.
std::string onnx_model(Classifier& classifier);

// The same of any network that takes inputs of this shape, (h, w, c) or (features), without the batch. Its
// one output is named "output"; images among inputs and outputs are (n, c, h, w). Throws Error likewise, and
// when the shape does not fit the network.
std::string onnx_model(Module& network, const Shape& input);

}  // namespace voronet
