#include <voronet/attacks/pixel/census_count.h>

#include <algorithm>
#include <iterator>
#include <numeric>

namespace voronet {

CensusCount::CensusCount(const data::Images& image) {
  for (Index row = 0; row < image.height; ++row)
    for (Index column = 0; column < image.width; ++column) pixels_.push_back({row, column, 0, 0});
}

void CensusCount::ask(const PixelQueries& queries, const PixelCandidates& candidates, FlipWatch& watch) {
  const Prediction answers = queries(candidates);
  watch.see(answers, candidates);
  for (Index i = 0; i < candidates.count(); ++i) {
    if (!watch.is_flip(answers, i)) continue;
    WeakPixel& pixel = pixels_[candidates.positions[i]];
    ++pixel.adversarial;
    pixel.adversarial_confident += watch.is_confident(answers, i);
  }
}

void CensusCount::ask_all(const PixelQueries& queries, const PixelCandidates& candidates, FlipWatch& watch) {
  for (Index first = 0; first < candidates.count(); first += query_batch) {
    std::vector<Index> batch(std::min(query_batch, candidates.count() - first));
    std::iota(batch.begin(), batch.end(), first);
    ask(queries, candidates.select(batch), watch);
  }
}

Census CensusCount::census() const {
  std::vector<WeakPixel> weak;
  std::copy_if(pixels_.begin(), pixels_.end(), std::back_inserter(weak),
               [](const WeakPixel& pixel) { return pixel.adversarial > 0; });
  return {weak};
}

}  // namespace voronet
