// CornerSearch (Croce and Hein, "Sparse and imperceivable adversarial attacks", ICCV 2019) for k pixels: the
// corners of the colour cube first, then finer values where they worked best. For colour images, whose
// 256^3 values a pixel nobody can try, and for more than one pixel.
#pragma once

#include <voronet/attacks/attacked_model.h>
#include <voronet/attacks/pixel/flip_watch.h>

#include <optional>
#include <string>

namespace voronet {

struct Corners {
  Index pixels = 1;           // k: at most so many pixels change
  Index refined = 50;         // positions whose values are refined
  Index moves = 100;          // best positions from which k are combined
  Index combinations = 1000;  // drawn, for k > 1
  Goal goal = Goal::confident_flip;
  double tau = 0.1;  // see OnePixel
  std::uint64_t seed = 0;
};

// 1. Every corner (each channel 0 or 255; for gray 0 and 255) at every position. 2. At the best positions
// other values: for gray all of them; for colour one channel after the other, by +-1, 2 and 3 steps of 64,
// then of 16, 4 and 1, each from the best value so far. With all positions of a gray image, the single moves
// are then ranked exactly. 3. For k > 1 combinations of k moves, the best one of each position; as published,
// a move's weight falls linearly with its rank. Best is what lacks least of the goal (see
// FlipWatch::shortfalls). Ends with the batch of at most 8,192 queries that reaches the goal. Random numbers
// come from (seed, index) alone. Throws Error as FlipWatch does, and on options out of range.
AttackRow attack(const Corners& options, const AttackedModel& model, const data::Images& image, Index index,
                 int label, std::optional<int> target = {});
// What the attacker knows and may do, and what is success, in words.
std::string threat_model(const Corners& options);

}  // namespace voronet
