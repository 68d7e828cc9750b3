#include <voronet/core/error.h>
#include <voronet/data/child_process.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace voronet::data {
namespace {

constexpr std::size_t piece = std::size_t{1} << 20;  // bytes read or written at once

// Starts it in a process group of its own, so that Ctrl-C leaves it to its parent and nothing of it is left.
int start(const std::string& command, int stream, pid_t& process) {
  std::string shell = "sh", option = "-c", line = command;
  char* arguments[] = {shell.data(), option.data(), line.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, stream, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, stream, STDOUT_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  const int error = posix_spawnp(&process, "sh", &actions, &attributes, arguments, environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

}  // namespace

ChildProcess::ChildProcess(const std::string& command, double patience)
    : command_(command), patience_(patience) {
  // Sockets instead of pipes: to write to one that nobody reads is an error, without a signal.
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    fail(text("cannot be started: ", std::strerror(errno)));
  socket_ = ends[0];
  const int error = start(command, ends[1], process_);
  close(ends[1]);
  if (error == 0) return;
  close(socket_);
  fail(text("cannot be started: ", std::strerror(error)));
}

ChildProcess::~ChildProcess() {
  close(socket_);
  if (process_ < 0 || ended_within(1)) return;
  kill(-process_, SIGKILL);
  while (waitpid(process_, &status_, 0) < 0 && errno == EINTR) continue;
}

std::string ChildProcess::ask(std::string_view question,
                              const std::function<std::size_t(std::string_view)>& missing) {
  const auto ready = [&](short events, int milliseconds) {
    pollfd stream{socket_, events, 0};
    int count = 0;
    while ((count = poll(&stream, 1, milliseconds)) < 0 && errno == EINTR) continue;
    return stream.revents;
  };
  if ((ready(POLLIN, 0) & (POLLIN | POLLHUP)) == POLLIN)
    fail("says more than it was asked: is something printed to its standard output?");
  std::string answer;
  std::size_t wanted = missing(answer);
  while (!question.empty() || wanted > 0) {
    const int events = (wanted > 0 ? POLLIN : 0) | (question.empty() ? 0 : POLLOUT);
    const int now = ready(static_cast<short>(events), static_cast<int>(1000 * std::min(patience_, 1e6)));
    if (now == 0) fail(text("has been silent for ", patience_, " seconds"));
    if (wanted > 0 && (now & (POLLIN | POLLHUP | POLLERR)) != 0) {
      const std::size_t before = answer.size();
      answer.resize(before + std::min(wanted, piece));
      const ssize_t got = recv(socket_, answer.data() + before, answer.size() - before, MSG_DONTWAIT);
      if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) fail_as_ended();
      answer.resize(before + std::max<ssize_t>(got, 0));
      wanted = missing(answer);
    }
    if (!question.empty() && (now & (POLLOUT | POLLERR)) != 0) {
      const ssize_t sent =
          send(socket_, question.data(), std::min(question.size(), piece), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN && errno != EINTR) fail_as_ended();
      question.remove_prefix(std::max<ssize_t>(sent, 0));
    }
  }
  return answer;
}

void ChildProcess::fail(const std::string& why) const {
  throw Error(text("model command `", command_, "` ", why));
}

void ChildProcess::fail_as_ended() {
  if (process_ >= 0 && !ended_within(1)) fail("has closed its standard output");
  fail(WIFEXITED(status_) ? text("ended with exit status ", WEXITSTATUS(status_))
                          : text("was ended by signal ", WTERMSIG(status_)));
}

bool ChildProcess::ended_within(double seconds) {
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + std::chrono::duration<double>(seconds);
  do {
    if (waitpid(process_, &status_, WNOHANG) == process_) {
      process_ = -1;
      return true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  } while (Clock::now() < until);
  return false;
}

}  // namespace voronet::data
