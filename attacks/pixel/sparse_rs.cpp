#include <voronet/attacks/pixel/settled_queries.h>
#include <voronet/attacks/pixel/sparse_rs.h>
#include <voronet/core/random.h>

#include <algorithm>
#include <utility>

namespace voronet {
namespace {

// What alpha is divided by at query i of n. The published steps are those of 10,000 queries.
double divisor(Index i, Index n) {
  constexpr std::pair<double, double> steps[] = {{50, 2},   {200, 4},   {500, 5},   {1000, 6},
                                                 {2000, 8}, {4000, 10}, {6000, 12}, {8000, 15}};
  const double at = 10000 * static_cast<double>(i) / static_cast<double>(n);
  for (const auto& [last, divisor] : steps)
    if (at <= last) return divisor;
  return 20;
}

// n different random numbers below m (Floyd's algorithm).
std::vector<Index> distinct(Index n, Index m, Random& random) {
  std::vector<Index> numbers;
  for (Index last = m - n; last < m; ++last) {
    const Index drawn = random.below(last + 1);
    const bool taken = std::find(numbers.begin(), numbers.end(), drawn) != numbers.end();
    numbers.push_back(taken ? last : drawn);
  }
  return numbers;
}

class Search {
 public:
  Search(const SparseRs& options, const AttackedModel& model, const data::Images& image, const AttackRow& row)
      : options_(options),
        image_(image),
        targeted_(row.target.has_value()),
        alpha_(options.alpha.value_or(targeted_ ? 0.1 : 0.3)),
        watch_(model.predict, image, row, options.goal, options.tau),
        queries_(settled_queries(model, image, row.label, options.tau)),
        random_(row.seed, static_cast<std::uint64_t>(row.index)) {}

  AttackRow run() {
    State best = first_state();
    double least = loss(best);
    for (Index i = 1; i < options_.queries && !watch_.done(); ++i) {
      State next = best;
      swap_pixels(next, swapped_at(i));
      const double next_loss = loss(next);
      if (next_loss >= least) continue;
      best = std::move(next);
      least = next_loss;
    }
    return watch_.finish();
  }

 private:
  Index swapped_at(Index query) const {
    const double pixels = alpha_ * static_cast<double>(options_.pixels) / divisor(query, options_.queries);
    return std::max<Index>(1, static_cast<Index>(pixels));
  }

  // All positions of the image in some order, of which the first k are changed, and their values.
  struct State {
    std::vector<Index> order;
    std::vector<std::uint8_t> values;  // k x channels
  };

  State first_state() {
    State state{random_.permutation(image_.height * image_.width), {}};
    state.values.resize(options_.pixels * image_.channels);
    for (Index slot = 0; slot < options_.pixels; ++slot) draw_colour(state, slot);
    return state;
  }

  void draw_colour(State& state, Index slot) {
    const Index c = image_.channels;
    for (Index e = slot * c; e < (slot + 1) * c; ++e)
      state.values[e] = random_.below(2) == 0 ? std::uint8_t{0} : std::uint8_t{255};
  }

  bool has_own_colour(const State& state, Index slot) const {
    const Index c = image_.channels;
    const auto own = image_.pixels.begin() + state.order[slot] * c;
    return std::equal(own, own + c, state.values.begin() + slot * c);
  }

  // n of the changed pixels become as they were, n others take random corners. As in the published code, a
  // lone one takes another colour than its own.
  void swap_pixels(State& state, Index n) {
    const Index k = options_.pixels, others = std::ssize(state.order) - k;
    n = std::min(n, others);
    const std::vector<Index> in = distinct(n, others, random_), out = distinct(n, k, random_);
    for (Index s = 0; s < n; ++s) {
      std::swap(state.order[out[s]], state.order[k + in[s]]);
      do draw_colour(state, out[s]);
      while (n == 1 && has_own_colour(state, out[s]));
    }
  }

  double loss(const State& state) {
    const auto first = state.order.begin();
    const PixelCandidates candidate{options_.pixels, {first, first + options_.pixels}, state.values};
    const Prediction answer = queries_(candidate);
    watch_.see(answer, candidate);
    return targeted_ ? watch_.target_losses(answer)[0] : watch_.shortfalls(answer)[0];
  }

  const SparseRs& options_;
  const data::Images& image_;
  bool targeted_;
  double alpha_;
  FlipWatch watch_;
  PixelQueries queries_;
  Random random_;
};

}  // namespace

AttackRow attack(const SparseRs& options, const AttackedModel& model, const data::Images& image, Index index,
                 int label, std::optional<int> target) {
  require_pixels(options.pixels, image);
  require(options.pixels < image.height * image.width,
          "sparse-rs: it swaps pixels with others, so fewer than all ", options.pixels, " can change");
  require(options.queries >= 1, "sparse-rs: ", options.queries, " queries");
  const double alpha = options.alpha.value_or(0.3);
  require(alpha > 0 && alpha <= 1, "sparse-rs: alpha ", alpha, " is not in (0, 1]");
  return Search(options, model, image, row_of({index, label, target}, options.seed)).run();
}

std::string threat_model(const SparseRs& o) {
  return text(pixel_rules(o.pixels, o.tau), " The search is Sparse-RS (up to ", o.queries, " queries, seed ",
              o.seed,
              o.goal == Goal::flip ? ", ended by the first flip" : ", ended by the first confident flip",
              "): an image that it does not flip is not proved safe.");
}

}  // namespace voronet
