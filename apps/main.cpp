// The `voronet` program: reads the command line and calls one subcommand.
#include <voronet/apps/cli/command.h>
#include <voronet/apps/cli/config_file.h>
#include <voronet/apps/cli/errors.h>
#include <voronet/apps/cli/help.h>
#include <voronet/apps/cli/number_checks.h>
#include <voronet/apps/text/embedded.h>
#include <voronet/core/parallel.h>
#include <voronet/core/version.h>
#include <voronet/ranks/ranks.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <iostream>
#include <memory>
#include <set>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

using namespace voronet;

namespace {

constexpr int failed = 1, wrong_use = 2, stopped = 130;  // exit statuses

int fail(const std::exception& error, int status, const char* hint = "") {
  std::cerr << "voronet: " << error_line(error) << hint << '\n';
  return status;
}

struct ProgramOptions {
  CommonOptions common;
  int threads = 0;
};
// So that no file that is opened takes the place of a standard stream that is closed, and is written to.
void reserve_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(stream, F_GETFD) < 0) open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

// Throws Error when what was printed cannot be written. A reader that had enough is told nothing.
int end_of_output() {
  if (ranks::everyone().rank() > 0 || std::cout.flush()) return 0;
  const int reason = errno;
  if (reason == EPIPE) return failed;
  throw Error(text("cannot write standard output: ", std::strerror(reason)));
}

void describe(CLI::App& program) {
  program.set_version_flag("--version", voronet::program());
  program.require_subcommand(0, 1);
  program.fallthrough();
  // Help shows the defaults; of an option given twice the last one counts.
  program.option_defaults()->always_capture_default()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  program.formatter(std::make_shared<WrappedHelp>());
  program.failure_message([](const CLI::App*, const CLI::Error&) { return std::string(); });
}

void add_options(CLI::App& program, ProgramOptions& options) {
  program.add_flag("--quiet", options.common.quiet, "No progress on standard error");
  program
      .add_option(
          "--threads", options.threads,
          "Threads to use, at most; more than the cores that the process may use are never started (default: "
          "as many as these)")
      ->check(number_from(1, max_threads()));
  for (const auto add : {add_train, add_eval, add_bench, add_attack, add_data, add_report, add_prove,
                         add_export, add_experiment, add_summary, add_judge, add_play})
    add(program, options.common);
}

void add_config(CLI::App& program) {
  program.set_config("--config", "", "Read options from a TOML file, in a section [SUBCOMMAND]")
      ->type_name("FILE");
  const auto unused = std::make_shared<ProgramOptions>();
  program.config_formatter(std::make_shared<ConfigFile>(
      program, [unused](CLI::App& likeness) { add_options(likeness, *unused); }));
}

// What all commands have in common. No option means anything by an empty word. Below the options stand
// examples, mostly; CLI11 ends their last line itself.
void complete(CLI::App& program) {
  const CLI::Validator not_empty(
      [](const std::string& word) { return word.empty() ? "needs a value, not ''" : ""; }, "");
  std::vector<CLI::App*> commands = program.get_subcommands({});
  commands.push_back(&program);
  for (CLI::App* command : commands) {
    for (CLI::Option* option : command->get_options()) option->check(not_empty);
    const auto file = embedded_files().find("commands/" + command->get_name() + ".txt");
    if (file != embedded_files().end()) command->footer(file->second.substr(0, file->second.size() - 1));
  }
}

// Long work, which stops in order, and which several processes can share: no other may be started as several.
void prepare(const std::string& command) {
  static const std::set<std::string> shared = {"train", "attack", "prove", "experiment"};
  if (shared.contains(command)) return catch_interrupts();
  require(
      ranks::everyone().size() == 1, command,
      " is one process's work: start it without mpirun (train, attack, prove and experiment share theirs)");
}

}  // namespace

int main(int argc, char** argv) {
  reserve_standard_streams();
  const ranks::Job job;
  if (ranks::everyone().rank() > 0) std::cout.setstate(std::ios::badbit);  // one prints results
  CLI::App program(
      "Train, evaluate and attack small classifiers of images and points: softmax and Gauss heads side by "
      "side.",
      "voronet");
  describe(program);
  ProgramOptions options;
  add_options(program, options);
  add_config(program);
  complete(program);
  program.parse_complete_callback([&] {
    if (program.get_subcommands().empty()) throw CLI::RequiredError("A subcommand");
    if (options.threads > 0) set_threads(std::min(options.threads, available_threads()));
    prepare(program.get_subcommands().front()->get_name());
  });

  try {
    try {
      program.parse(argc, argv);
    } catch (const CLI::Success& asked) {  // --help, --version
      program.exit(asked);
    }
    return end_of_output();
  } catch (const CLI::ParseError& error) {
    if (ranks::everyone().rank() > 0) return wrong_use;  // all ranks have the same words
    return fail(error, wrong_use, " (see voronet --help)");
  } catch (const std::exception& error) {
    // Most errors are all ranks' own: the first ends the others before they have said the same.
    if (ranks::everyone().rank() > 0) std::this_thread::sleep_for(std::chrono::seconds(1));
    const bool is_stopped = dynamic_cast<const Interrupted*>(&error) != nullptr;
    return job.fail(fail(error, is_stopped ? stopped : failed));
  }
}
