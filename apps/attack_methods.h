// The methods of `voronet attack`: from what the command line says to an attack on a data set.
#pragma once

#include <voronet/apps/attack_record.h>
#include <voronet/attacks/attack_all.h>

#include <functional>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

namespace voronet {

// What decides, beside network and images, the rows of an attack.
struct MethodOptions {
  std::string method = "one-pixel", preset = "hess2020", goal = "confident-flip";
  Index pixels = 1;
  std::optional<Index> population, generations, batch;
  std::optional<std::string> fitness;
  std::uint64_t seed = 1;
  double tau = 0.1;
  bool published_stopping = false, census = false;
};

void add_method_options(CLI::App& command, MethodOptions& options);

struct ChosenMethod {
  std::function<AttackRun(const data::Dataset& set, const AttackAll& options)> run;
  std::string threat_model;
  Json settings;  // every option that this method heeds
};

// Throws Error when an option is given that the method does not know.
ChosenMethod choose_method(const MethodOptions& options, const AttackedModel& model);

}  // namespace voronet
