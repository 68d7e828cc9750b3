// The embeddings and heads that a ClassifierConfig can name: the library's, and those that a program adds.
#pragma once

#include <voronet/layers/classifier_config.h>
#include <voronet/layers/heads/head.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace voronet {

// An embedding: images (n, h, w, c) or points (n, c), normalised -> features (n, d).
struct Model {
  // Puts the model's own numbers where the configuration has 0. Afterwards `embedding`, d, must be known.
  std::function<void(ClassifierConfig&)> complete = {};
  // Fresh parameters, drawn from `random`. Throws Error when the configuration makes no sense for it.
  std::function<std::unique_ptr<Module>(const ClassifierConfig&, Random& random)> make;
};

// A head of config.classes classes on config.embedding features, with fresh parameters.
using MakeHead = std::function<std::unique_ptr<Head>(const ClassifierConfig&, Random& random)>;

// From here on the name stands for it, in configurations and in checkpoints, which say no more of a network
// than its name and settings: a program that loads one registers what it needs first. Before other threads
// make networks. Throws Error for an empty name, one that is taken, or without a function that makes it.
void register_model(const std::string& name, Model model);
// The same for a head.
void register_head(const std::string& name, MakeHead make);

// Names, in order.
std::vector<std::string> models();
// Of heads, in order.
std::vector<std::string> heads();

// Throw Error, listing them, when there is none of this name.
const Model& registered_model(const std::string& name);
// A new head as config.head says. Throws alike.
std::unique_ptr<Head> make_head(const ClassifierConfig& config, Random& random);

}  // namespace voronet
