#include <voronet/attacks/gradient/step_halving.h>

#include <cmath>
#include <vector>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

// At which of the steps 0, 1, ... with these losses the size halves.
std::vector<int> halvings(Index steps, const std::vector<double>& losses) {
  StepHalving halving(steps, 1);
  std::vector<int> halved;
  for (int step = 0; step < std::ssize(losses); ++step) {
    halving.look(losses[step]);
    if (halving.halved()) halved.push_back(step);
    CHECK(halving.size() == std::pow(0.5, halved.size()));
  }
  return halved;
}

}  // namespace

TEST_CASE("a loss that never rises halves the step at all checkpoints, which are the paper's") {
  CHECK(halvings(100, std::vector<double>(101, 1)) == std::vector<int>{22, 41, 57, 70, 80, 87, 93, 99});
  CHECK(halvings(40, std::vector<double>(41, 1)) == std::vector<int>{9, 17, 23, 28, 32, 35, 38, 40});
  CHECK(halvings(3, std::vector<double>(4, 1)) == std::vector<int>{1, 2, 3});
  CHECK(halvings(1, std::vector<double>(2, 1)) == std::vector<int>{1});
}

TEST_CASE("steps halve after too few rises, or when neither size nor largest loss has changed") {
  // Checkpoints after steps 3, 5, 6, 7, 8, 9 and 10. Before 3 two of three steps rise; from 3 on each
  // interval is compared with the largest loss, where the search goes on.
  CHECK(halvings(10, {1, 2, 3, 2.5, 3.2, 3.4, 3.5, 3.3, 3.6, 3.7, 3.6}) == std::vector<int>{3, 7, 10});
  CHECK(halvings(10, {1, 2, 3, 2.5, 2.7, 2.9}) == std::vector<int>{3, 5});
  // Of 22 steps 21 rise, but none beyond the start; of the next 19 likewise, but the size has changed.
  std::vector<double> losses{100};
  for (int step = 1; step <= 22; ++step) losses.push_back(step);
  for (int step = 23; step <= 41; ++step) losses.push_back(step);
  for (int step = 42; step <= 57; ++step) losses.push_back(step);
  CHECK(halvings(100, losses) == std::vector<int>{22, 57});
}

TEST_CASE("the best point is that of the largest loss, and a loss that is not finite is none") {
  StepHalving halving(100, 1);
  std::vector<bool> best;
  for (const double loss : {std::nan(""), 1.0, 1.0, HUGE_VAL, 2.0, std::nan(""), 3.0}) {
    halving.look(loss);
    best.push_back(halving.best());
  }
  CHECK(best == std::vector<bool>{true, true, false, false, true, false, true});
}
