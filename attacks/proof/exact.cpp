#include <voronet/attacks/proof/box_search.h>
#include <voronet/attacks/proof/exact.h>
#include <voronet/core/parallel.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace voronet {
namespace {

constexpr Index most_channels = 7;  // whose colours, 256^7, are a number that counts can have
// In parts of the largest logit, a margin at which floats and doubles may differ: ten times what they do.
constexpr double usual_doubt = 1e-5;
// Pixels that are searched between two looks at whether the goal is reached.
constexpr Index pixels_at_once = 16;

struct Pixel {
  FlipVerdict at_once;                                         // of all its values
  double rounding = 0;                                         // of all their logits
  double shortfall = std::numeric_limits<double>::infinity();  // of its best corner
  bool corner_flips = false;
  Index flips = 0, confident_flips = 0, ties = 0;
};

class Decision {
 public:
  Decision(const Exact& options, const AttackedModel& model, const data::Images& image, const AttackRow& row)
      : options_(options),
        plan_(options.network->bounds()),
        predict_(model.predict),
        image_(image),
        watch_(model.predict, image, row, options.goal, options.tau),
        rule_(flip_rule(row.label, watch_.row().confidences_before, options.tau)),
        pixels_(image.height * image.width) {
    using Clock = std::chrono::steady_clock;
    constexpr double a_year = 3e7;  // more may be too much for a clock
    if (const std::chrono::duration<double> time(options.seconds); options.seconds < a_year)
      end_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(time);
    bound_all();
    queries_ = options.network->pixels_in_double(image);
    for (const double logit : model.predict(image).logits.to_vector())
      doubt_ = std::max(doubt_, usual_doubt * std::abs(logit));
  }

  AttackRow run() {
    const std::vector<Index> open = open_pixels();
    ask_corners(open);
    search(open);
    return row(open);
  }

 private:
  bool ended() const { return !options_.census && watch_.done(); }
  Index row_of(Index position) const { return position / image_.width; }
  Index column_of(Index position) const { return position % image_.width; }

  void bound_all() {
    const std::vector<ValueRange> all(image_.channels, {0, 1});
    for_each_pixel(plan_, image_, [&](PixelBounds& bounds, Index row, Index column, Index position) {
      const plan::AffineForms& features = bounds.features(row, column, all);
      pixels_[position].at_once = judge(plan_.head(), features, rule_);
      pixels_[position].rounding = plan_.head().rounding(features);
    });
  }

  std::vector<Index> open_pixels() const {
    std::vector<Index> open;
    for (Index i = 0; i < std::ssize(pixels_); ++i)
      if (pixels_[i].at_once.flip != Claim::no) open.push_back(i);
    return open;
  }

  // Calls see(answers, candidates) for a batch after another, until the search has ended.
  template <class See>
  void ask(const PixelCandidates& candidates, const See& see) {
    for (Index first = 0; first < candidates.count() && !ended(); first += query_batch) {
      std::vector<Index> batch(std::min(query_batch, candidates.count() - first));
      std::iota(batch.begin(), batch.end(), first);
      const PixelCandidates some = candidates.select(batch);
      const Prediction answers = settled(queries_(some), some);
      watch_.see(answers, some);
      see(answers, some);
    }
  }

  // Of the network in double, with the model's own verdict where the two largest logits are close.
  Prediction settled(Prediction answers, const PixelCandidates& candidates) const {
    std::vector<Index> close;
    for (Index i = 0; i < candidates.count(); ++i)
      if (!(std::abs(margin(answers, i)) > doubt_)) close.push_back(i);
    if (close.empty()) return answers;
    const Prediction own = predict_(changed_images(image_, candidates.select(close)));
    for (std::size_t k = 0; k < close.size(); ++k) answers.classes[close[k]] = own.classes[k];
    return answers;
  }

  // The label's logit less the largest other one.
  double margin(const Prediction& answers, Index i) const {
    const double* logits = answers.logits.data<double>() + i * plan_.head().classes();
    double best = -std::numeric_limits<double>::infinity();
    for (int c = 0; c < plan_.head().classes(); ++c)
      if (c != rule_.label) best = std::max(best, logits[c]);
    return logits[rule_.label] - best;
  }

  void ask_corners(const std::vector<Index>& open) {
    PixelCandidates corners;
    for (const Index position : open)
      for (unsigned bits = 0; bits < 1U << image_.channels; ++bits) {
        std::vector<std::uint8_t> corner;
        for (Index c = 0; c < image_.channels; ++c) corner.push_back((bits >> c & 1U) == 1 ? 255 : 0);
        if (std::ranges::equal(corner, own(position))) continue;
        corners.positions.push_back(static_cast<std::int32_t>(position));
        corners.values.insert(corners.values.end(), corner.begin(), corner.end());
      }
    ask(corners, [&](const Prediction& answers, const PixelCandidates& asked) {
      const std::vector<double> shortfalls = watch_.shortfalls(answers);
      for (Index i = 0; i < asked.count(); ++i) {
        Pixel& pixel = pixels_[asked.positions[i]];
        pixel.shortfall = std::min(pixel.shortfall, shortfalls[i]);
        pixel.corner_flips = pixel.corner_flips || watch_.is_flip(answers, i);
        has_tie_ = has_tie_ || pixel.corner_flips || near_tie(answers, i, pixel.rounding);
      }
    });
  }

  void search(std::vector<Index> open) {
    std::ranges::stable_sort(open, {}, [&](Index position) { return pixels_[position].shortfall; });
    const BoundPlan::Base base = plan_.base(data::to_tensor(image_, Dtype::f64).values<double>());
    for (Index first = 0; first < std::ssize(open) && !ended(); first += pixels_at_once) {
      const Index n = std::min(pixels_at_once, std::ssize(open) - first);
      std::vector<BoxSearch> found(n);
      parallel_for(n, 1, [&](Index i, Index) { found[i] = searched(base, open[first + i]); });
      for (Index i = 0; i < n; ++i) add(open[first + i], found[i]);
    }
  }

  BoxSearch searched(const BoundPlan::Base& base, Index position) const {
    const Index changes = (Index{1} << 8 * image_.channels) - 1;
    if (std::isinf(pixels_[position].rounding) && image_.channels > 1) return {.undecided = changes};
    PixelBounds bounds(plan_, base);
    return search_boxes(bounds, plan_.head(), rule_, row_of(position), column_of(position), own(position),
                        {options_.boxes, end_, doubt_, has_tie_});
  }

  // What boxes say, and what the model says of the colours that they leave.
  void add(Index position, const BoxSearch& found) {
    Pixel& pixel = pixels_[position];
    count_.boxes += found.boxes;
    count_.undecided += found.undecided;
    pixel.flips += found.flips;
    pixel.confident_flips += found.confident_flips;
    pixel.ties += found.ties;
    has_tie_ = has_tie_ || found.ties > 0 || found.flips > 0;
    const PixelCandidates sure = at(position, found.sure);
    ask(sure, [&](const Prediction& answers, const PixelCandidates& asked) {
      for (Index i = 0; i < asked.count(); ++i) require_flip(answers, i, asked, i);
    });
    if (sure.count() > 0) {  // the model itself, of one of them
      const Index middle = sure.count() / 2;
      require_flip(predict_(changed_images(image_, sure.select({&middle, 1}))), 0, sure, middle);
    }
    ask(at(position, found.likely), [](const Prediction&, const PixelCandidates&) {});
    ask(at(position, found.open), [&](const Prediction& answers, const PixelCandidates& asked) {
      for (Index i = 0; i < asked.count(); ++i) {
        const bool flip = watch_.is_flip(answers, i);
        pixel.flips += flip;
        pixel.confident_flips += flip && watch_.is_confident(answers, i);
        pixel.ties += near_tie(answers, i, pixel.rounding);
        has_tie_ = has_tie_ || flip || pixel.ties > 0;
      }
    });
    require(!pixel.corner_flips || pixel.flips > 0 || found.undecided > 0 || ended(), "proof: of image ",
            watch_.row().index, ", bounds say that nothing at pixel (", row_of(position), ", ",
            column_of(position), ") flips the class, and the model that a corner does: one of them is wrong");
  }

  void require_flip(const Prediction& answers, Index answer, const PixelCandidates& asked, Index i) const {
    std::string values;
    for (Index c = 0; c < image_.channels; ++c)
      values += text(c == 0 ? "" : ":", static_cast<int>(asked.values[i * image_.channels + c]));
    const Index position = asked.positions[i];
    require(watch_.is_flip(answers, answer), "proof: of image ", watch_.row().index,
            ", bounds say that pixel (", row_of(position), ", ", column_of(position),
            ") flips the class by the values ", values,
            ", and the model that it does not: one of them is wrong");
  }

  // Whether an evaluation in floats may have another verdict: each of its logits is within the rounding of
  // the exact one.
  bool near_tie(const Prediction& answers, Index i, double rounding) const {
    return !(std::abs(margin(answers, i)) > 2 * rounding);
  }

  std::span<const std::uint8_t> own(Index position) const {
    return std::span(image_.pixels).subspan(position * image_.channels, image_.channels);
  }
  PixelCandidates at(Index position, std::vector<std::uint8_t> colours) const {
    const std::size_t count = colours.size() / static_cast<std::size_t>(image_.channels);
    return {.positions = std::vector(count, static_cast<std::int32_t>(position)),
            .values = std::move(colours)};
  }

  AttackRow row(const std::vector<Index>& open) {
    Proof proof{.pruned = std::ssize(pixels_) - std::ssize(open), .search = count_};
    Census census;
    for (const Index position : open) {
      const Pixel& pixel = pixels_[position];
      const Index at_row = row_of(position), column = column_of(position);
      proof.open.push_back({at_row, column, pixel.at_once.confident != Claim::no});
      proof.ties += pixel.ties;
      if (pixel.flips > 0) census.weak_pixels.push_back({at_row, column, pixel.flips, pixel.confident_flips});
    }
    // A tie or a flip ends the search for other ties, so of the rest no more than exact arithmetic is known.
    proof.certified = !ended() && !has_tie_ && count_.undecided == 0;
    proof.certified_confident = proof.certified;
    AttackRow row = watch_.finish();
    if (has_tie_ && !row.flip()) proof.ties = std::max<Index>(proof.ties, 1);  // at least a corner's
    if (options_.census) row.census = std::move(census);
    row.proof = std::move(proof);
    return row;
  }

  const Exact& options_;
  const BoundPlan& plan_;
  const Predict& predict_;
  const data::Images& image_;
  FlipWatch watch_;
  FlipRule rule_;
  std::vector<Pixel> pixels_;
  PixelQueries queries_;
  double doubt_ = 0;
  BoxCount count_;
  bool has_tie_ = false;  // or a flip, as far as is known
  std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::time_point::max();
};

}  // namespace

AttackRow attack(const Exact& options, const AttackedModel& model, const data::Images& image, Index index,
                 int label, std::optional<int> target) {
  require(!target, "exact: says whether the class stays, not whether a target is reached");
  require(image.channels <= most_channels, "exact: ", image.channels, " channels, ", most_channels,
          " are the most");
  return Decision(options, model, image, row_of({index, label})).run();
}

std::string threat_model(const Exact& options) {
  return text(
      pixel_rules(1, options.tau),
      " The answer is exact, for every colour of every pixel: bounds decide boxes of colours and, by their "
      "slopes, single ones; the network in double decides the rest, and the model where that is within 1e-5 "
      "of a "
      "tie",
      options.census               ? "; all flips are counted"
      : options.goal == Goal::flip ? "; the search ends with a flip"
                                   : "; the search ends with a confident flip",
      ". A certified image has none, whoever evaluates the network in floats, in any order of "
      "summation.");
}

}  // namespace voronet
