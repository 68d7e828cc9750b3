// The methods of `voronet attack`, in one table: from what the command line says to an attack on a data set.
// Each family of methods has a file of its own, which adds them and their options.
#pragma once

#include <voronet/apps/attack/record.h>
#include <voronet/attacks/attack_all.h>
#include <voronet/attacks/pixel/flip_watch.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace voronet {

// The network under attack, in the forms that methods ask for.
struct AttackedNetwork {
  Classifier* classifier;  // none of a model that only answers
  const AttackedModel& model;
  std::filesystem::path checkpoint;  // the file that it came from
  std::string name, md5;             // the md5 is the file's
  bool targeted = false;             // each image is attacked once for every other class
  std::filesystem::path out = {};    // the attack's folder

  // Throws Error where there is none.
  Classifier& itself() const {
    require(classifier != nullptr, "attack: gradients and proofs need the network itself, and ", name,
            " only answers");
    return *classifier;
  }
};

// A method, made from the options as they are on the command line.
struct ChosenMethod {
  std::function<AttackRun(const data::Dataset& set, const AttackAll& options)> run;
  std::string threat_model;
  Json settings;  // every option that this method heeds, with its value
};

// What `attack` of Options means for a data set. The model, or classifier, must outlive it.
template <class Options, class Model>
ChosenMethod chosen(const Options& method, Model& model, const Json& settings) {
  return {[method, &model](const data::Dataset& set, const AttackAll& options) {
            return attack_all(method, model, set, options);
          },
          threat_model(method), settings};
}

// As --goal says it.
const char* name_of(Goal goal);

// Whether the method attacks gray images only.
bool for_gray_images_only(const std::string& method);

class MethodTable {
 public:
  // Options of methods of several families.
  struct Shared {
    double tau = 0.1;
    std::uint64_t seed = 1;
    Index pixels = 1;                     // that change, at most
    std::string ends = "confident-flip";  // a search

    Goal goal() const { return ends == "flip" ? Goal::flip : Goal::confident_flip; }
  };
  using Make = std::function<ChosenMethod(const AttackedNetwork& network)>;

  // Adds --method and all options to the command, which reads them into the table: it must stay where it is.
  explicit MethodTable(CLI::App& command);
  MethodTable(const MethodTable&) = delete;
  MethodTable& operator=(const MethodTable&) = delete;

  // What --method names, at least one, in the order given. In place of `all` stand the one-pixel methods that
  // images of so many channels can be attacked by: searches, the exact one, proofs.
  std::vector<std::string> chosen(Index channels) const;
  // Throws Error when an option was given that none of them heeds.
  void require_heeded() const;
  // One of them. Throws Error as require_heeded does.
  ChosenMethod make(const std::string& name, const AttackedNetwork& network) const;
  const Shared& shared() const { return shared_; }

  // For the families. A method: its name, half a line about it, and how it is made from the options.
  void add(const std::string& name, const std::string& about, Make make);
  // An option, or a flag, that these methods heed; `value` must live as long as the table.
  template <class T>
  CLI::Option* option(const std::vector<std::string>& methods, const std::string& name, T& value,
                      const std::string& about, const CLI::Validator& check = {}) {
    return heeded_by(methods, command_.add_option(name, value, about))->check(check);
  }
  CLI::Option* flag(const std::vector<std::string>& methods, const std::string& name, bool& value,
                    const std::string& about) {
    return heeded_by(methods, command_.add_flag(name, value, about));
  }

 private:
  struct Entry {
    std::string name, about;
    Make make;
  };
  struct HeededOption {
    const CLI::Option* option;
    std::vector<std::string> methods;
  };
  CLI::Option* heeded_by(const std::vector<std::string>& methods, CLI::Option* option);

  CLI::App& command_;
  Shared shared_;
  std::vector<std::string> chosen_ = {"one-pixel"};
  std::vector<Entry> entries_;
  std::vector<HeededOption> options_;
};

// The families, each in its file: few pixels of an 8-bit image change (one-pixel, corners, sparse-rs); all
// values change a little, by the network's gradients (fgsm, pgd-linf and so on, cw); all that one pixel can
// do is decided (exact, and what it does by other names: exhaustive, certify, line).
void add_pixel_methods(MethodTable& table);
void add_gradient_methods(MethodTable& table);
void add_proof_methods(MethodTable& table);

}  // namespace voronet
