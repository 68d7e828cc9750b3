// Progress of a long task on standard error: a bar on a terminal, now and then a line elsewhere (log files).
#pragma once

#include <voronet/core/shape.h>

#include <chrono>
#include <ostream>
#include <string>

namespace voronet {

// Where progress is shown.
struct Screen {
  std::ostream* out = nullptr;  // nullptr: nowhere
  int width = 0;                // columns of the terminal; 0: not a terminal
};

// Standard error as it is now: its width when it is a terminal; nowhere when quiet.
Screen standard_error(bool quiet);

// How far a task is, as one line of at most `width` columns (0: without a bar, as long as it needs):
// "attack [=====     ]  50 %  120 images/s  0:32 left  12 flips". total >= 1, 0 <= done <= total.
struct ProgressState {
  std::string task, unit;  // "attack", "images"
  Index done = 0, total = 1;
  double rate = 0;   // units a second; 0 while unknown
  std::string note;  // what else is worth a glance; cut where the line is full
};
std::string progress_line(const ProgressState& state, int width);

// Shows at most ten bars a second, or a plain line every ten seconds, and one at the end. The destructor ends
// the line, so a message that follows an exception stands on its own.
class Progress {
 public:
  // `done` units were done earlier (a resumed run): they count for the bar, not for the rate.
  Progress(Screen screen, std::string task, std::string unit, Index total, Index done = 0);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Units done so far, of all.
  void update(Index done, std::string note = "");

 private:
  using Clock = std::chrono::steady_clock;
  void show(Clock::time_point now);

  Screen screen_;
  ProgressState state_;
  Index first_;
  Clock::time_point start_, shown_;
  bool pending_ = false;  // the last update was not shown yet
  bool on_line_ = false;  // the terminal's cursor stands behind a bar
};

}  // namespace voronet
