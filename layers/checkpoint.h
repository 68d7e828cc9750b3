// Checkpoints: a network's tensors under their names, its configuration in the metadata.
#pragma once

#include <voronet/core/safetensors.h>
#include <voronet/layers/classifier.h>

#include <filesystem>

namespace voronet {

// Copies of a module's parameters and buffers, and (as metadata "random.NAME") its random streams.
TensorFile save_state(Module& module);

// The reverse; values are turned into the module's dtypes. `source` names the file in messages. Tensors of
// none of the module's children are ignored. Throws Error for a tensor that is missing, of the wrong shape or
// one too many within a child, and for a missing or broken random stream; then it changes nothing.
void load_state(Module& module, const TensorFile& file, const std::string& source);

// State and configuration of a classifier.
TensorFile save_classifier(Classifier& classifier);

// A network from a file that save_classifier or training wrote. For a file from elsewhere, whose metadata do
// not name a model, `overrides` say what it is (keys of to_settings); they also go before the file's own.
// Where neither says which head, a tensor classifier.gamma tells Gauss, classifier.W DUQ,
// classifier.whitening DDU. Throws Error as load_state does, or when no model is named or the metadata
// describe a network larger than the file.
Classifier load_classifier(const std::filesystem::path& path, const Settings& overrides = {});

}  // namespace voronet
