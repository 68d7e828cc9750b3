// The census: how many values of each pixel of a gray image flip the class.
#pragma once

#include <voronet/attacks/pixel/flip_watch.h>

#include <vector>

namespace voronet {

// Asks about single-pixel candidates, each (position, value) at most once, and counts those that flip.
class CensusCount {
 public:
  explicit CensusCount(const data::Images& image);
  // At most query_batch candidates; the watch sees the answers.
  void ask(const PixelQueries& queries, const PixelCandidates& candidates, FlipWatch& watch);
  // Any number of candidates, a batch after another.
  void ask_all(const PixelQueries& queries, const PixelCandidates& candidates, FlipWatch& watch);
  Census census() const;

 private:
  std::vector<WeakPixel> pixels_;  // all
};

}  // namespace voronet
