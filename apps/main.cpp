// The `voronet` program: reads the command line and calls one subcommand.
#include <voronet/apps/cli/command.h>
#include <voronet/apps/cli/config_file.h>
#include <voronet/apps/cli/help.h>
#include <voronet/apps/cli/interrupt.h>
#include <voronet/apps/text/embedded.h>
#include <voronet/core/error.h>
#include <voronet/core/parallel.h>
#include <voronet/core/version.h>
#include <voronet/ranks/ranks.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <set>
#include <thread>

namespace {

constexpr int failed = 1, wrong_use = 2;  // exit statuses

// Errors are one line, whatever they quote.
int fail(std::string message, int status) {
  for (char& c : message)
    if (c == '\n') c = ' ';
  std::cerr << "voronet: " << message << '\n';
  return status;
}

struct ProgramOptions {
  voronet::CommonOptions common;
  int threads = 0;
};

void describe(CLI::App& program) {
  program.set_version_flag("--version", voronet::program());
  program.require_subcommand(0, 1);
  program.fallthrough();
  // Help shows the defaults; of an option given twice the last one counts.
  program.option_defaults()->always_capture_default()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  program.formatter(std::make_shared<voronet::WrappedHelp>());
  program.failure_message([](const CLI::App*, const CLI::Error&) { return std::string(); });
}

void add_options(CLI::App& program, ProgramOptions& options) {
  program.add_flag("--quiet", options.common.quiet, "No progress on standard error");
  program
      .add_option(
          "--threads", options.threads,
          "Threads to use, at most; more than the cores that the process may use are never started (default: "
          "as many as these)")
      ->check(CLI::Range(1, voronet::max_threads()));
  for (const auto add : {voronet::add_train, voronet::add_eval, voronet::add_bench, voronet::add_attack,
                         voronet::add_data, voronet::add_report, voronet::add_prove, voronet::add_export,
                         voronet::add_experiment, voronet::add_summary})
    add(program, options.common);
}

void add_config(CLI::App& program) {
  program.set_config("--config", "", "Read options from a TOML file, in a section [SUBCOMMAND]")
      ->type_name("FILE");
  const auto unused = std::make_shared<ProgramOptions>();
  program.config_formatter(std::make_shared<voronet::ConfigFile>(
      program, [unused](CLI::App& likeness) { add_options(likeness, *unused); }));
}

// What stands below the options: examples, mostly. CLI11 ends the last line itself.
void add_footers(CLI::App& program) {
  std::vector<CLI::App*> commands = program.get_subcommands({});
  commands.push_back(&program);
  for (CLI::App* command : commands) {
    const auto file = voronet::embedded_files().find("commands/" + command->get_name() + ".txt");
    if (file != voronet::embedded_files().end())
      command->footer(file->second.substr(0, file->second.size() - 1));
  }
}

// Only a command whose processes share its work may be started as several.
void require_ranks(const CLI::App& command) {
  using namespace voronet;
  const std::string& name = command.get_name();
  const std::set<std::string> shared = {"train", "attack", "prove", "experiment"};
  require(
      ranks::everyone().size() == 1 || shared.contains(name), name,
      " is one process's work: start it without mpirun (train, attack, prove and experiment share theirs)");
}

}  // namespace

int main(int argc, char** argv) {
  const voronet::ranks::Job job;
  if (voronet::ranks::everyone().rank() > 0) std::cout.setstate(std::ios::badbit);  // one prints results
  CLI::App program(
      "Train, evaluate and attack small classifiers of images and points: softmax and Gauss heads side by "
      "side.",
      "voronet");
  describe(program);
  ProgramOptions options;
  add_options(program, options);
  add_config(program);
  add_footers(program);
  program.parse_complete_callback([&] {
    if (program.get_subcommands().empty()) throw CLI::RequiredError("A subcommand");
    if (options.threads > 0) voronet::set_threads(std::min(options.threads, voronet::available_threads()));
    require_ranks(*program.get_subcommands().front());
  });

  try {
    voronet::catch_interrupts();
    program.parse(argc, argv);
    return 0;
  } catch (const CLI::Success& asked) {  // --help, --version
    return program.exit(asked);
  } catch (const CLI::ParseError& error) {
    if (voronet::ranks::everyone().rank() > 0) return wrong_use;  // all ranks have the same words
    return fail(std::string(error.what()) + " (see voronet --help)", wrong_use);
  } catch (const std::exception& error) {
    // Most errors are all ranks' own: the first ends the others before they have said the same.
    if (voronet::ranks::everyone().rank() > 0) std::this_thread::sleep_for(std::chrono::seconds(1));
    return job.fail(fail(error.what(), failed));
  }
}
