#include <voronet/apps/cli/errors.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <new>
#include <stdexcept>

namespace voronet {
namespace {

std::atomic<int> noted = 0;
static_assert(std::atomic<int>::is_always_lock_free, "a signal's handler may use nothing else");

void note(int) { noted = 1; }

}  // namespace

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // the second one finds the default: the end
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() { return noted != 0; }

std::string error_line(const std::exception& error) {
  std::string line = error.what();
  if (const auto* at = dynamic_cast<const std::filesystem::filesystem_error*>(&error))
    line = "cannot use " + at->path1().string() + ": " + at->code().message();
  else if (dynamic_cast<const std::bad_alloc*>(&error) || dynamic_cast<const std::length_error*>(&error))
    line = "not enough memory: this asks for more than there is";
  std::ranges::replace(line, '\n', ' ');
  return line;
}

}  // namespace voronet
