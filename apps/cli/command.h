// The subcommands of the program. Each lives in the file of its name and is declared by one function, which
// adds it with its options to the program and says what to call once they are read.
#pragma once

#include <CLI/CLI.hpp>

namespace voronet {

// Options before or after any subcommand's name; filled in before a subcommand runs.
struct CommonOptions {
  bool quiet = false;  // no progress on standard error
};

// `common` must live as long as the program.
void add_train(CLI::App& program, const CommonOptions& common);
void add_eval(CLI::App& program, const CommonOptions& common);
void add_bench(CLI::App& program, const CommonOptions& common);
void add_attack(CLI::App& program, const CommonOptions& common);
void add_data(CLI::App& program, const CommonOptions& common);
void add_report(CLI::App& program, const CommonOptions& common);
void add_prove(CLI::App& program, const CommonOptions& common);
void add_export(CLI::App& program, const CommonOptions& common);
void add_experiment(CLI::App& program, const CommonOptions& common);
void add_summary(CLI::App& program, const CommonOptions& common);

}  // namespace voronet
