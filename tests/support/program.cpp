#include "support/program.h"

#include <voronet/core/file.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace voronet::test {
namespace {

using Words = std::vector<std::string>;

Words joined(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

pid_t start(Words words, const std::string& out, const std::string& err) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t process = fork();
  if (process != 0) return process;
  for (const auto& [descriptor, path] : {std::pair(STDOUT_FILENO, &out), {STDERR_FILENO, &err}})
    dup2(open(path->c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), descriptor);
  execv(argv[0], argv.data());
  _exit(127);
}

// What starts so many ranks of a program; nothing in a build without MPI.
Words words_of_job([[maybe_unused]] int ranks, [[maybe_unused]] const std::string& program,
                   [[maybe_unused]] const Words& arguments) {
#ifdef VORONET_MPIRUN
  return joined(
      {VORONET_MPIRUN, "--allow-run-as-root", "--oversubscribe", "-np", std::to_string(ranks), program},
      arguments);
#else
  return {};
#endif
}

Outcome run(const Words& words) {
  const TemporaryFolder folder;
  const std::string out = folder / "out", err = folder / "err";
  const int status = wait_for(start(words, out, err));
  return {status, read_file(out), read_file(err)};
}

}  // namespace

pid_t start_voronet(const std::vector<std::string>& arguments) {
  return start(joined({VORONET_PROGRAM}, arguments), "/dev/null", "/dev/null");
}

int wait_for(pid_t process) {
  int status = 0;
  waitpid(process, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

Outcome run_voronet(const std::vector<std::string>& arguments) {
  return run(joined({VORONET_PROGRAM}, arguments));
}

Outcome run_in_shell(const std::string& line) { return run({"/bin/sh", "-c", line, VORONET_PROGRAM}); }

std::optional<Outcome> run_ranks(int ranks, const std::vector<std::string>& arguments) {
  const Words words = words_of_job(ranks, VORONET_PROGRAM, arguments);
  return words.empty() ? std::optional<Outcome>() : run(words);
}

std::optional<Outcome> run_test_on_ranks(int ranks, const std::string& name) {
  const Words words = words_of_job(ranks, std::filesystem::read_symlink("/proc/self/exe"),
                                   {"--no-skip", "--test-case=" + name});
  return words.empty() ? std::optional<Outcome>() : run(words);
}

pid_t start_ranks(int ranks, const std::vector<std::string>& arguments) {
  const Words words = words_of_job(ranks, VORONET_PROGRAM, arguments);
  return words.empty() ? -1 : start(words, "/dev/null", "/dev/null");
}

std::vector<pid_t> children_of(pid_t process) {
  const std::string id = std::to_string(process);
  std::ifstream file("/proc/" + id + "/task/" + id + "/children");
  return {std::istream_iterator<pid_t>(file), {}};
}

}  // namespace voronet::test
