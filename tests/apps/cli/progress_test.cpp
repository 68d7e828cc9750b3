#include <voronet/apps/cli/progress.h>

#include <algorithm>
#include <sstream>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("a line shows the bar, the part done, the rate, the time left and the note") {
  const ProgressState state{"attack", "images", 50, 100, 0.5, "12 flips"};
  CHECK(progress_line(state, 80) ==
        "attack [==============               ]  50 %  0.5 images/s  1:40 left  12 flips");
  CHECK(progress_line(state, 0) == "attack  50 %  0.5 images/s  1:40 left  12 flips");
}

TEST_CASE("a line never reaches the last column, however narrow the terminal and long the note") {
  for (int width = 2; width <= 120; ++width)
    for (const auto& note : {std::string(), std::string(200, 'n')}) {
      const std::string line = progress_line({"train epoch 3/10", "images", 7, 9, 1234, note}, width);
      CHECK(line.size() < static_cast<std::size_t>(width));
    }
}

TEST_CASE("the bar is empty at the start and full at the end") {
  CHECK(progress_line({"t", "i", 0, 4, 0, ""}, 80) == "t [" + std::string(30, ' ') + "]   0 %");
  CHECK(progress_line({"t", "i", 4, 4, 0, ""}, 80) == "t [" + std::string(30, '=') + "] 100 %");
}

TEST_CASE("elsewhere than on a terminal a short task gives one line, at its end") {
  std::ostringstream out;
  {
    Progress progress({&out, 0}, "train", "images", 10);
    for (int i = 1; i <= 10; ++i) progress.update(i, "note " + std::to_string(i));
  }
  const std::string text = out.str();
  CHECK(text.find("train 100 %") == 0);
  CHECK(text.find("note 10\n") == text.size() - 8);
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
}

TEST_CASE("on a terminal the line is drawn over and ended once") {
  std::ostringstream out;
  {
    Progress progress({&out, 60}, "train", "images", 10, 5);
    progress.update(7);
  }
  const std::string text = out.str();
  CHECK(text.front() == '\r');
  CHECK(text.find("70 %") != std::string::npos);
  CHECK(text.ends_with("\033[K\n"));
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
}

TEST_CASE("quiet shows nothing, and neither does a task that never began") {
  Progress(standard_error(true), "train", "images", 10).update(5);
  std::ostringstream out;
  { const Progress progress({&out, 80}, "train", "images", 0); }
  CHECK(out.str().empty());
}
