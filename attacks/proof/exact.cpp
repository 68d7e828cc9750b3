#include <voronet/attacks/pixel/corners.h>
#include <voronet/attacks/proof/box_search.h>
#include <voronet/attacks/proof/double_verdicts.h>
#include <voronet/attacks/proof/exact.h>
#include <voronet/attacks/proof/place_search.h>
#include <voronet/attacks/proof/real_values.h>
#include <voronet/attacks/proof/workplaces.h>
#include <voronet/core/parallel.h>
#include <voronet/core/winograd.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace voronet {
namespace {

// What the row shows, for other code to check.
void keep_certificate(const Exact& options, const data::Images& image, const AttackRow& row) {
  if (!options.keep_certificate) return;
  if (const auto shown = certificate_of(*options.network, image, row, options.pixels))
    options.keep_certificate(*shown, image, row.index);
}

// Places that are searched between two looks at whether the goal is reached (a census has none), by a thread
// one after another.
constexpr Index places_at_once = 16, of_census_at_once = 128, of_several_at_once = 1024,
                of_several_in_a_row = 64;

// What is known of a place that bounds of all its values at once leave open.
struct Known : OpenPlace {
  double shortfall = std::numeric_limits<double>::infinity();  // of its best corner
  bool corner_flips = false;
  Index flips = 0, confident_flips = 0, ties = 0;
};

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

class Decision {
 public:
  Decision(const Exact& options, const AttackedModel& model, const data::Images& image, const AttackRow& row)
      : options_(options),
        plan_(options.network->bounds()),
        predict_(model.predict),
        image_(image),
        watch_(model.predict, image, row, options.goal, options.tau),
        rule_(flip_rule(row.label, watch_.row().confidences_before, options.tau)),
        one_value_(image.channels * options.pixels == 1),
        workplaces_(*options.network, image, row.label, options.pixels) {
    constexpr double a_year = 3e7;  // more may be too much for a clock
    if (const std::chrono::duration<double> time(options.seconds); options.seconds < a_year)
      end_ = start_ + std::chrono::duration_cast<Clock::duration>(time);
    PlaceSearch found = search_places(workplaces_, plan_, image, options.pixels, rule_, end_);
    pruned_ = found.ruled_out;
    count_.undecided = found.left * (ColourBox::of_all(options.pixels * image.channels).size() - 1);
    const bool asks_all = options.pixels == 1 && options.model_decides_ties;
    std::vector<double> roundings(asks_all ? image.height * image.width : 0);
    for (OpenPlace& open : found.open) {
      if (asks_all) roundings[open.place.front()] = open.rounding;
      places_.push_back({std::move(open)});
    }
    verdicts_.emplace(*options.network, model, image, rule_, std::move(roundings), workplaces_);
  }

  AttackRow run() {
    ask_corners();
    if (options_.domain == Domain::reals && !ended()) walk_lines();
    search(worth_searching());
    if (ended()) reals_ = {};
    return row();
  }

 private:
  bool ended() const { return !options_.census && watch_.done(); }

  void walk_lines() {
    std::vector<Index> positions;
    for (const Known& known : places_) positions.push_back(known.place.front());
    reals_ = real_values(workplaces_, *options_.network, image_, positions, rule_, watch_.row().index);
  }

  // All; over the reals, those where a real value may flip, or a corner does: elsewhere no byte does.
  std::vector<Index> worth_searching() const {
    std::set<Index> positions;
    for (const FlipRange& range : reals_.ranges) positions.insert(range.row * image_.width + range.column);
    std::vector<Index> some;
    for (Index i = 0; i < std::ssize(places_); ++i)
      if (options_.domain == Domain::bytes || places_[i].corner_flips ||
          positions.contains(places_[i].place.front()))
        some.push_back(i);
    return some;
  }

  // Of the open place i, for kept_place and keep_place.
  Index number_of(Index i) const { return options_.pixels == 1 ? places_[i].place.front() : i; }

  // Calls see(answers, candidates) for a batch after another, until the search has ended.
  template <class See>
  void ask(const PixelCandidates& candidates, const See& see) {
    ask(std::ref(*verdicts_), candidates, see);
  }
  // The same of the model alone.
  template <class See>
  void ask_model(const PixelCandidates& candidates, const See& see) {
    ask([&](const PixelCandidates& some) { return predict_(changed_images(image_, some)); }, candidates, see);
  }

  template <class Who, class See>
  void ask(const Who& who, const PixelCandidates& candidates, const See& see) {
    for (Index first = 0; first < candidates.count() && !ended(); first += query_batch) {
      std::vector<Index> batch(std::min(query_batch, candidates.count() - first));
      std::iota(batch.begin(), batch.end(), first);
      const PixelCandidates some = candidates.select(batch);
      const Prediction answers = who(some);
      watch_.see(answers, some);
      see(answers, some);
    }
  }

  void ask_corners() {
    PixelCandidates corners{.pixels = options_.pixels, .positions = {}, .values = {}};
    std::vector<Index> of;  // which place each is of
    for (Index i = 0; i < std::ssize(places_); ++i) {
      const Place& place = places_[i].place;
      const PixelCandidates some = changes_at(image_, place, corners_at(image_, place));
      corners.positions.insert(corners.positions.end(), some.positions.begin(), some.positions.end());
      corners.values.insert(corners.values.end(), some.values.begin(), some.values.end());
      of.insert(of.end(), some.count(), i);
    }
    Index asked = 0;
    ask(corners, [&](const Prediction& answers, const PixelCandidates&) {
      const std::vector<double> shortfalls = watch_.shortfalls(answers);
      for (Index i = 0; i < std::ssize(answers.classes); ++i, ++asked) {
        Known& place = places_[of[asked]];
        place.shortfall = std::min(place.shortfall, shortfalls[i]);
        place.corner_flips = place.corner_flips || watch_.is_flip(answers, i);
        has_tie_ = has_tie_ || place.corner_flips;
      }
    });
  }

  void search(std::vector<Index> open) {
    std::ranges::stable_sort(open, {}, [&](Index i) { return places_[i].shortfall; });
    const Index at_once = options_.pixels > 1 ? of_several_at_once
                          : options_.census   ? of_census_at_once
                                              : places_at_once,
                in_a_row = options_.pixels == 1 ? 1 : of_several_in_a_row,
                all = pruned_ + std::ssize(places_);
    for (Index first = 0; first < std::ssize(open) && !ended(); first += at_once) {
      if (options_.progress) options_.progress(all - std::ssize(open) + first, all);
      const Index n = std::min(at_once, std::ssize(open) - first);
      const std::span some = std::span(open).subspan(first, n);
      std::vector<std::optional<BoxSearch>> found(n);
      for (Index i = 0; options_.kept_place && i < n; ++i)
        found[i] = options_.kept_place(watch_.row().index, number_of(some[i]));
      parallel_for(n, in_a_row, [&](Index begin, Index end) {
        workplaces_.with_one([&](Workplace& by) {
          for (Index i = begin; i < end; ++i)
            if (!found[i]) found[i] = searched(by, places_[some[i]]);
        });
      });
      for (Index i = 0; i < n; ++i) {
        if (options_.keep_place && found[i]->undecided == 0)
          options_.keep_place(watch_.row().index, number_of(some[i]), *found[i]);
        add(places_[some[i]], *found[i]);
      }
    }
  }

  BoxSearch searched(Workplace& by, const Known& known) const {
    const std::vector<std::uint8_t> own = own_colour(image_, known.place);
    if (std::isinf(known.rounding) && !one_value_) return {.undecided = (Index{1} << 8 * own.size()) - 1};
    return search_boxes(by, rule_, known.place, own,
                        {options_.boxes, end_, verdicts_->doubt(), has_tie_, options_.model_decides_ties});
  }

  // What boxes say, and what the model says of the colours that they leave.
  void add(Known& known, const BoxSearch& found) {
    count_.boxes += found.boxes;
    count_.undecided += found.undecided;
    known.flips += found.flips;
    known.confident_flips += found.confident_flips;
    known.ties += found.ties;
    const PixelCandidates sure = changes_at(image_, known.place, found.sure);
    ask(sure, [&](const Prediction& answers, const PixelCandidates& some) {
      require_flips(answers, known.place, some);
      if (one_value_ && options_.model_decides_ties) count_flips(answers, known);
    });
    if (sure.count() > 0) {
      const PixelCandidates some = one_of(sure);
      require_flips(predict_(changed_images(image_, some)), known.place, some);
    }
    ask(changes_at(image_, known.place, found.likely), [](const Prediction&, const PixelCandidates&) {});
    const PixelCandidates open = changes_at(image_, known.place, found.open);
    ask(open, [&](const Prediction& answers, const PixelCandidates& some) {
      count_flips(answers, known);
      for (Index i = 0; i < std::ssize(answers.classes); ++i)
        if (one_value_)
          may_be_confident_ = may_be_confident_ || verdicts_->confident_rival(answers, i, known.rounding);
        else if (!has_tie_ && known.flips + known.ties == 0)
          known.ties += verdicts_->near_tie(answers, some, i, known.place, known.rounding);
    });
    ask_model(changes_at(image_, known.place, found.near),
              [&](const Prediction& answers, const PixelCandidates&) {
                count_flips(answers, known);
                known.ties += std::ssize(answers.classes);
              });
    has_tie_ = has_tie_ || known.flips > 0 || known.ties > 0;
    may_be_confident_ = may_be_confident_ || known.confident_flips > 0 ||
                        (has_tie_ && !(one_value_ && options_.model_decides_ties));
    require(!known.corner_flips || known.flips > 0 || found.undecided > 0 || ended(), "proof: of image ",
            watch_.row().index, ", bounds say that nothing at ", name_of(known.place, image_.width),
            " flips the class, and the model that a corner does: one of them is wrong");
  }

  void count_flips(const Prediction& answers, Known& known) const {
    for (Index i = 0; i < std::ssize(answers.classes); ++i) {
      if (!watch_.is_flip(answers, i)) continue;
      ++known.flips;
      known.confident_flips += watch_.is_confident(answers, i);
    }
  }

  PixelCandidates one_of(const PixelCandidates& candidates) const {
    const Index middle = candidates.count() / 2;
    return candidates.select({&middle, 1});
  }

  // Throws where an answer to what bounds say flips is that it does not.
  void require_flips(const Prediction& answers, const Place& place, const PixelCandidates& asked) const {
    const Index each = std::ssize(asked.values) / asked.count();
    for (Index i = 0; i < std::ssize(answers.classes); ++i) {
      if (watch_.is_flip(answers, i)) continue;
      std::string values;
      for (Index k = 0; k < each; ++k)
        values += text(k == 0 ? "" : ":", static_cast<int>(asked.values[i * each + k]));
      throw Error(text("proof: of image ", watch_.row().index, ", bounds say that ",
                       name_of(place, image_.width), " flips the class by the values ", values,
                       ", and the model that it does not: one of them is wrong"));
    }
  }

  AttackRow row() {
    Proof proof{.domain = options_.domain, .pruned = pruned_, .search = count_};
    Census census;
    for (const Known& known : places_) {
      proof.ties += known.ties;
      if (options_.pixels > 1) continue;  // what follows is of single ones
      const Index at_row = known.place.front() / image_.width, column = known.place.front() % image_.width;
      proof.open.push_back({at_row, column, known.at_once.confident != Claim::no});
      if (known.flips > 0) census.weak_pixels.push_back({at_row, column, known.flips, known.confident_flips});
    }
    // Of colours, a tie or a flip ends the search for other ties, so of the rest no more is known than what
    // exact arithmetic says.
    const bool complete = !ended() && count_.undecided == 0;
    proof.certified = complete && !has_tie_ && reals_.ranges.empty();
    proof.certified_confident = !rule_.tau || (complete && !may_be_confident_);
    for (const FlipRange& range : reals_.ranges)
      proof.certified_confident = proof.certified_confident && range.confident == Claim::no;
    proof.ranges = std::move(reals_.ranges);
    proof.real_flip = std::move(reals_.real_flip);
    proof.search->seconds = seconds_since(start_);
    AttackRow row = watch_.finish();
    if (has_tie_ && !row.flip())
      proof.ties = std::max<Index>(proof.ties, 1);  // an exact flip that is none of the model
    if (options_.census) row.census = std::move(census);
    row.proof = std::move(proof);
    keep_certificate(options_, image_, row);
    return row;
  }

  const Clock::time_point start_ = Clock::now();
  const Exact& options_;
  const BoundPlan& plan_;
  const Predict& predict_;
  const data::Images& image_;
  FlipWatch watch_;
  FlipRule rule_;
  const bool one_value_;  // of a place: each that may flip is looked at
  Workplaces workplaces_;
  Index pruned_ = 0;
  std::vector<Known> places_;
  std::optional<DoubleVerdicts> verdicts_;
  BoxCount count_;
  RealValues reals_;
  bool has_tie_ = false;           // or a flip, as far as is known
  bool may_be_confident_ = false;  // one of these
  Clock::time_point end_ = Clock::time_point::max();
};

}  // namespace

AttackRow attack(const Exact& options, const AttackedModel& model, const data::Images& image, Index index,
                 int label, std::optional<int> target) {
  require(!target, "exact: proves that the class stays, not that it misses a target");
  require(image.channels <= most_channels, "exact: ", image.channels, " channels, ", most_channels,
          " are the most");
  require(options.domain == Domain::bytes || image.channels == 1, "exact: image ", index, " has ",
          image.channels,
          " channels, and a pixel more than one value; over the reals, it is for gray images, use bytes");
  require(options.pixels == 1 || (options.pixels >= 2 && options.pixels <= 3 && image.channels == 1 &&
                                  !options.census && options.domain == Domain::bytes),
          "exact: ", options.pixels,
          " pixels; two or three can be decided of gray images, by bytes, without a census");
  if (options.pixels == 1) return Decision(options, model, image, row_of({index, label})).run();
  // What several pixels flip is soon found, mostly.
  const auto start = Clock::now();
  AttackRow found = attack(Corners{.pixels = options.pixels, .goal = options.goal, .tau = options.tau}, model,
                           image, index, label);
  if (options.goal == Goal::flip ? !found.flip() : !found.confident_flip())
    return Decision(options, model, image, row_of({index, label})).run();
  found.proof = Proof{.search = BoxCount{.seconds = seconds_since(start)}};
  keep_certificate(options, image, found);
  return found;
}

std::string threat_model(const Exact& options) {
  return text(
      pixel_rules(options.pixels, options.tau), " The answer is exact, for every value of every pixel",
      options.pixels > 1                ? text(" and of every ", options.pixels)
      : options.domain == Domain::reals ? std::string(", any real value from 0 to 1 included")
                                        : std::string(),
      ": bounds decide boxes of values, the network in double single ones, and the model those near a tie; ",
      options.census               ? "all counted"
      : options.goal == Goal::flip ? "ended by a flip"
                                   : "ended by a confident flip",
      ". A certified image has no flip, whoever evaluates the network in floats, in any order of summation",
      winograd() ? "." : ", that convolves by sums of products: not by Winograd's algorithm.");
}

}  // namespace voronet
