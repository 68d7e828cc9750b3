#include "program.h"

#include <voronet/core/file.h>

#include <csignal>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace voronet::test {
namespace {

pid_t start(std::vector<std::string> arguments, const std::string& out, const std::string& err) {
  arguments.insert(arguments.begin(), VORONET_PROGRAM);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const pid_t process = fork();
  if (process != 0) return process;
  for (const auto& [descriptor, path] : {std::pair(STDOUT_FILENO, &out), {STDERR_FILENO, &err}})
    dup2(open(path->c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), descriptor);
  execv(argv[0], argv.data());
  _exit(127);
}

}  // namespace

pid_t start_voronet(const std::vector<std::string>& arguments) {
  return start(arguments, "/dev/null", "/dev/null");
}

int wait_for(pid_t process) {
  int status = 0;
  waitpid(process, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

Outcome run_voronet(const std::vector<std::string>& arguments) {
  const TemporaryFolder folder;
  const std::string out = folder / "out", err = folder / "err";
  const int status = wait_for(start(arguments, out, err));
  return {status, read_file(out), read_file(err)};
}

}  // namespace voronet::test
