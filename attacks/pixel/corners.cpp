#include <voronet/attacks/pixel/corners.h>
#include <voronet/attacks/pixel/settled_queries.h>
#include <voronet/core/random.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace voronet {
namespace {

constexpr Index most_channels = 16;  // whose corners, 2^16 at each position, somebody can still try

using Values = std::vector<std::uint8_t>;  // of one pixel, a byte a channel

// The best that was seen at one position.
struct Move {
  double shortfall = std::numeric_limits<double>::infinity();
  Values values = {};
};

class Search {
 public:
  Search(const Corners& options, const AttackedModel& model, const data::Images& image, const AttackRow& row)
      : options_(options),
        image_(image),
        watch_(model.predict, image, row, options.goal, options.tau),
        queries_(settled_queries(model, image, row.label, options.tau)),
        random_(row.seed, static_cast<std::uint64_t>(row.index)),
        best_(image.height * image.width) {}

  AttackRow run() {
    try_corners();
    if (watch_.done()) return watch_.finish();  // not all positions may have been asked about
    if (image_.channels == 1)
      try_every_value();
    else
      refine_channels();
    if (options_.pixels > 1) combine();
    return watch_.finish();
  }

 private:
  // Puts a candidate of one pixel into the batch, unless it is the image itself.
  void add(Index position, const Values& values) {
    if (std::equal(values.begin(), values.end(), image_.pixels.begin() + position * image_.channels)) return;
    batch_.positions.push_back(static_cast<std::int32_t>(position));
    batch_.values.insert(batch_.values.end(), values.begin(), values.end());
    if (batch_.count() == query_batch) ask();
  }

  // Asks about the batch, unless the search is done, and begins another.
  void ask() {
    if (batch_.count() > 0 && !watch_.done()) {
      const Prediction answers = queries_(batch_);
      watch_.see(answers, batch_);
      if (batch_.pixels == 1) keep_best(watch_.shortfalls(answers));
    }
    batch_.positions.clear();
    batch_.values.clear();
  }

  void keep_best(const std::vector<double>& shortfalls) {
    for (Index i = 0; i < batch_.count(); ++i) {
      Move& best = best_[batch_.positions[i]];
      if (shortfalls[i] >= best.shortfall) continue;
      const auto values = batch_.values.begin() + i * image_.channels;
      best = {shortfalls[i], {values, values + image_.channels}};
    }
  }

  // Those that lack least of the goal, at most n, the best first.
  std::vector<Index> best_positions(Index n) const {
    std::vector<Index> positions(best_.size());
    std::iota(positions.begin(), positions.end(), 0);
    std::stable_sort(positions.begin(), positions.end(),
                     [&](Index a, Index b) { return best_[a].shortfall < best_[b].shortfall; });
    positions.resize(std::min<Index>(n, std::ssize(positions)));
    return positions;
  }

  void try_corners() {
    Values corner(image_.channels);
    for (unsigned bits = 0; bits < 1U << image_.channels; ++bits) {
      for (std::size_t c = 0; c < corner.size(); ++c) corner[c] = (bits >> c & 1U) == 1 ? 255 : 0;
      for (Index position = 0; position < std::ssize(best_); ++position) add(position, corner);
    }
    ask();
  }

  void try_every_value() {
    for (const Index position : best_positions(options_.refined))
      for (int value = 1; value < 255; ++value) add(position, {static_cast<std::uint8_t>(value)});
    ask();
  }

  void refine_channels() {
    const std::vector<Index> positions = best_positions(options_.refined);
    for (const int step : {64, 16, 4, 1}) {
      for (Index channel = 0; channel < image_.channels; ++channel) {
        for (const Index position : positions) add_neighbours(position, channel, step);
        ask();
      }
    }
  }

  void add_neighbours(Index position, Index channel, int step) {
    Values values = best_[position].values;
    const int centre = values[channel];
    for (const int steps : {-3, -2, -1, 1, 2, 3}) {
      const int value = centre + steps * step;
      if (value < 0 || value > 255) continue;
      values[channel] = static_cast<std::uint8_t>(value);
      add(position, values);
    }
  }

  void combine() {
    const std::vector<Index> moves = best_positions(options_.moves);
    batch_.pixels = std::min<Index>(options_.pixels, std::ssize(moves));
    for (Index i = 0; i < options_.combinations && !watch_.done(); ++i) {
      for (const Index rank : drawn_ranks(std::ssize(moves), batch_.pixels)) {
        const Index position = moves[rank];
        batch_.positions.push_back(static_cast<std::int32_t>(position));
        const Values& values = best_[position].values;
        batch_.values.insert(batch_.values.end(), values.begin(), values.end());
      }
      if (batch_.count() == query_batch) ask();
    }
    ask();
  }

  // k different ranks below n, of weights 2n - 1, 2n - 3, ..., 1: those with the largest u^(1 / weight)
  // (Efraimidis and Spirakis, "Weighted random sampling with a reservoir", 2006).
  std::vector<Index> drawn_ranks(Index n, Index k) {
    std::vector<double> keys;
    for (Index rank = 0; rank < n; ++rank)
      keys.push_back(std::log(random_.uniform()) / static_cast<double>(2 * (n - rank) - 1));
    std::vector<Index> ranks(keys.size());
    std::iota(ranks.begin(), ranks.end(), 0);
    std::partial_sort(ranks.begin(), ranks.begin() + k, ranks.end(),
                      [&](Index a, Index b) { return keys[a] > keys[b]; });
    ranks.resize(k);
    return ranks;
  }

  const Corners& options_;
  const data::Images& image_;
  FlipWatch watch_;
  PixelQueries queries_;
  Random random_;
  std::vector<Move> best_;  // of each position
  PixelCandidates batch_;
};

}  // namespace

AttackRow attack(const Corners& options, const AttackedModel& model, const data::Images& image, Index index,
                 int label, std::optional<int> target) {
  require_pixels(options.pixels, image);
  require(image.channels <= most_channels, "corners: ", image.channels, " channels, ", most_channels,
          " are the most");
  require(options.refined >= 1 && options.moves >= options.pixels && options.combinations >= 1,
          "corners: ", options.refined, " refined positions, ", options.pixels, " of ", options.moves,
          " moves combined ", options.combinations, " times");
  return Search(options, model, image, row_of({index, label, target}, options.seed)).run();
}

std::string threat_model(const Corners& o) {
  return text(pixel_rules(o.pixels, o.tau),
              " The search tries the corners of the colour cube at every position and refines the best ",
              o.refined,
              o.pixels == 1 ? ""
                            : text(", then combines ", o.pixels, " of the best ", o.moves, " moves ",
                                   o.combinations, " times, seed ", o.seed),
              o.goal == Goal::flip ? " (ended by a flip" : " (ended by a confident flip",
              "): an image that it does not flip is not proved safe.");
}

}  // namespace voronet
