// Points in the plane to try things on: half moons, spirals and blobs.
#pragma once

#include <voronet/data/points.h>

#include <cstdint>
#include <optional>

namespace voronet::data {

struct SyntheticOptions {
  Index points = 1000;
  std::optional<double> noise =
      {};                           // deviation of what is added to each coordinate; each has its own default
  std::optional<int> classes = {};  // likewise; moons always are two
  std::uint64_t seed = 1;
};

// moons, spirals, blobs.
std::vector<std::string> synthetic_names();

// The set of this name, with the classes in turns. moons: two half circles of radius 1 that reach into each
// other (noise 0.1); spirals: arms that wind around the origin (two; noise 0.02); blobs: Gaussians around
// points of the unit circle (three; noise 0.15). Coordinates are rounded to millionths, so that files hold
// them exactly. The same options give the same points. Throws Error for another name, fewer points than
// classes or more than ten millions, fewer than two classes, and noise that is negative or not finite.
Dataset synthetic(const std::string& name, const SyntheticOptions& options = {});

}  // namespace voronet::data
