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
using AddCommand = void(CLI::App& program, const CommonOptions& common);
AddCommand add_train, add_eval, add_bench, add_attack, add_data, add_report, add_prove, add_export,
    add_experiment, add_summary, add_judge, add_play;

}  // namespace voronet
