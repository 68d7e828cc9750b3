// Networks from ONNX files (https://onnx.ai), whoever wrote them.
#pragma once

#include <voronet/layers/classifier.h>
#include <voronet/layers/networks/graph_network.h>

#include <filesystem>
#include <memory>
#include <string>

namespace voronet {

// A network of convolutions, linear maps, the functions of function.h and ReLU, poolings, paddings, scales
// and shifts, sums and channels beside one another, of operator sets 7 to 21 (README.md lists the operators).
// Its numbers are floats: doubles are rounded, halves are not. Inputs are as the plan's graph has them,
// images (h, w, c), whatever order the file's have.
//
// image: (h, w, c), where the file leaves the size of its inputs open, or has them flat (c first, then rows);
// rank 0 where it does not. `source` names the file in messages. Throws Error, naming the node, for an
// operator or a form of one that is not possible; for bytes that are no ONNX model; for one that reads what
// nothing makes, or whose shapes do not fit; and in a build without ONNX.
std::unique_ptr<GraphNetwork> network_of_onnx(const std::string& bytes, const std::string& source,
                                              const Shape& image = {});

// The same as a classifier: the last linear layer, or the centroids or sums of squares at the end, is its
// head; a network without has one that leaves its outputs as they are. A softmax at the end gives the
// confidences, or Exp behind squares. Pixels are normalised by `settings`' mean and std (keys of to_settings)
// beside what the file does itself; without, not at all, and a normalisation that onnx_model wrote is read
// back as such.
Classifier classifier_of_onnx(const std::string& bytes, const std::string& source,
                              const Settings& settings = {}, const Shape& image = {});

// The bytes of an .onnx file. Throws Error for one that cannot be read, or of 2 GB or more, which no ONNX
// file can have.
std::string read_onnx(const std::filesystem::path& path);

}  // namespace voronet
