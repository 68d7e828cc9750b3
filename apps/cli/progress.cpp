#include <voronet/apps/cli/progress.h>
#include <voronet/apps/text/numbers.h>

#include <algorithm>
#include <iostream>

#include <sys/ioctl.h>
#include <unistd.h>

namespace voronet {
namespace {

using Seconds = std::chrono::duration<double>;

std::string bar(double fraction, int width) {
  const auto filled = static_cast<std::size_t>(fraction * width);
  return '[' + std::string(filled, '=') + std::string(width - filled, ' ') + ']';
}

}  // namespace

Screen standard_error(bool quiet) {
  if (quiet) return {};
  winsize size{};
  const bool terminal = isatty(STDERR_FILENO) && ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0;
  if (!terminal) return {&std::cerr, 0};
  return {&std::cerr, size.ws_col > 0 ? size.ws_col : 80};
}

std::string progress_line(const ProgressState& state, int width) {
  const double fraction = static_cast<double>(state.done) / static_cast<double>(state.total);
  const std::string part = fixed(100 * fraction, 0);
  std::string facts = std::string(3 - std::min<std::size_t>(3, part.size()), ' ') + part + " %";
  if (state.rate > 0) {
    const double left = static_cast<double>(state.total - state.done) / state.rate;
    facts += "  " + fixed(state.rate, state.rate < 10 ? 1 : 0) + ' ' + state.unit + "/s  " + duration(left) +
             " left";
  }
  if (!state.note.empty()) facts += "  " + state.note;
  if (width == 0) return state.task + ' ' + facts;

  const int room = width - static_cast<int>(state.task.size() + facts.size()) - 5;  // spaces, brackets
  std::string line = state.task + ' ';
  if (room >= 6) line += bar(fraction, std::min(room, 30)) + ' ';
  line += facts;
  return line.substr(0, width - 1);  // a full last column would wrap
}

Progress::Progress(Screen screen, std::string task, std::string unit, Index total, Index done)
    : screen_(screen),
      state_{std::move(task), std::move(unit), done, std::max<Index>(total, 1), 0, ""},
      first_(done),
      start_(Clock::now()),
      shown_(start_) {}

Progress::~Progress() {
  if (pending_) show(Clock::now());
  if (on_line_) *screen_.out << std::endl;
}

void Progress::update(Index done, std::string note) {
  const auto now = Clock::now();
  const double elapsed = Seconds(now - start_).count();
  state_.done = std::min(done, state_.total);
  state_.rate = elapsed > 0 ? static_cast<double>(state_.done - first_) / elapsed : 0;
  state_.note = std::move(note);
  pending_ = true;
  const Seconds interval(screen_.width > 0 ? 0.1 : 10);
  if (now - shown_ >= interval) show(now);
}

void Progress::show(Clock::time_point now) {
  shown_ = now;
  pending_ = false;
  if (screen_.out == nullptr) return;
  const std::string line = progress_line(state_, screen_.width);
  on_line_ = screen_.width > 0;
  if (on_line_)
    *screen_.out << '\r' << line << "\033[K" << std::flush;  // the escape clears what was longer before
  else
    *screen_.out << line << std::endl;
}

}  // namespace voronet
