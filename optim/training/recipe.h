// Recipes: how the authors of arXiv 2001.01987 trained, with every constant, as data; and short ones that
// are ours, for laptops and for networks with two features.
#pragma once

#include <voronet/core/safetensors.h>
#include <voronet/layers/classifier.h>
#include <voronet/layers/loss.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace voronet {

struct Stage {
  int epochs;
  double rate;  // learning rate
};

// All train by SGD with momentum 0.9 on batches of 128 images or 32 points. A warm-up trains a softmax head
// in the head's place; then the centroids become the class means of the features.
struct Recipe {
  std::string name = {};
  std::string about = {};  // one line for people: what it was used for
  std::string head = {};   // see heads()
  std::string loss = {};   // see make_loss
  std::vector<Stage> warmup = {}, stages = {};
  bool bias = true;          // of the softmax head
  GaussOptions gauss = {};   // of the Gauss head
  double spectral_norm = 0;  // of the embedding's layers, unless told otherwise; see ClassifierConfig
  struct {
    double embed = 5e-4, head = 5e-4, gamma = 0, loss = 0;  // head: a softmax layer, or centroids
  } weight_decay = {};
  struct {
    double features = 0, confidences = 0;
  } gradient_penalty = {};  // weights of the penalties on the slopes of these in the images
  double momentum = 0.9;
  Index batch = 128;

  int warmup_epochs() const;  // with a softmax head; 0 without a warm-up
  int epochs() const;         // warm-up included
};

// What it decides of a training besides the network, by names: as it stands in checkpoints.
Settings recipe_settings(const Recipe& recipe);

const std::vector<Recipe>& recipes();     // those that come with the library
std::vector<std::string> recipe_names();  // their names, in order
// Throws Error, listing them, when there is none of this name.
const Recipe& recipe(std::string_view name);
// The one of this name for this head. Without a name the head's default: ce-2022 (for points ce-points) for
// gauss, softmax (softmax-points) without a head, else the one of its name; without a head the recipe's. A
// head that no recipe is for, as a program's own, takes softmax's. Throws Error when it is for another head.
Recipe recipe_for(const std::string& name, const std::string& head, bool points = false);

// The loss that a checkpoint's network was trained with: that of the recipe which the file's metadata name,
// if it is for the model's head (during a warm-up it is not), else that of the head's own: softmax, ce-2022,
// duq or ddu. Its parameters are the file's tensors "loss.NAME", or those that training starts from. Of the
// model's dtype. Throws Error when there is no such recipe or, naming `source`, for another shape.
std::unique_ptr<Loss> training_loss(const TensorFile& file, Classifier& model, const std::string& source);

}  // namespace voronet
