// Checkpoints: a network's tensors under their names, its configuration in the metadata.
#pragma once

#include <voronet/core/safetensors.h>
#include <voronet/layers/classifier.h>

#include <filesystem>

namespace voronet {

// Parameters, buffers and (as metadata "random.NAME") random streams of a module.
TensorFile save_state(Module& module);

// The reverse. `source` names the file in messages. Tensors whose names begin with one of the module's own
// children must all belong to it. Throws Error for a missing tensor, a wrong shape, or one too many; nothing
// is changed then.
void load_state(Module& module, const TensorFile& file, const std::string& source);

// State and configuration of a classifier.
TensorFile save_classifier(Classifier& classifier);

// A network from a file that save_classifier or training wrote. For a file from elsewhere, whose metadata do
// not name a model, `overrides` say what it is (keys of to_settings); they also go before the file's own.
// Throws Error as load_state does, or when no model is named.
Classifier load_classifier(const std::filesystem::path& path, const Settings& overrides = {});

}  // namespace voronet
