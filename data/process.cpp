#include <voronet/core/file.h>
#include <voronet/data/process.h>

#include <cerrno>
#include <cstring>
#include <sstream>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace voronet::data {
namespace {

// Starts the program with nothing to read and its output in a file; returns an error number, 0 for none.
int start(const std::vector<std::string>& command, const std::filesystem::path& folder,
          const std::filesystem::path& output, pid_t& process) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                   0666);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  const int error = posix_spawnp(&process, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

std::string last_line(const std::string& output) {
  std::istringstream lines(output);
  std::string line, last = "it printed nothing";
  while (std::getline(lines, line))
    if (!line.empty()) last = line;
  return last;
}

}  // namespace

void run_program(const std::vector<std::string>& command, const std::filesystem::path& folder,
                 const std::string& hint) {
  const std::filesystem::path output = std::filesystem::absolute(folder) / "output.txt";
  pid_t process = 0;
  const int error = start(command, folder, output, process);
  require(error == 0, "cannot run ", command[0], ": ", std::strerror(error), " (", hint, ")");

  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) continue;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  std::string line;
  for (const std::string& part : command) line += (line.empty() ? "" : " ") + part;
  throw Error(text("`", line, "` failed: ", last_line(read_file(output)), " (", hint, ")"));
}

}  // namespace voronet::data
