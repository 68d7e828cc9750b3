#include <voronet/attacks/proof/box_bounds.h>
#include <voronet/attacks/proof/box_search.h>
#include <voronet/attacks/proof/value_search.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

namespace voronet {
namespace {

// So many colours take the network as long as bounds of a box do, and more are not left to it if there are
// smaller boxes.
constexpr double few = 8;
// A box is bounded anew when it has shrunk by this since it was bounded.
constexpr Index shrunk = 4;

// A box that waits to be looked at, within one that is bounded.
struct Waiting {
  ColourBox box;
  std::shared_ptr<BoundedBox> within;
};

class Search {
 public:
  Search(BoxBounds& bounds, std::span<const Index> positions, std::span<const std::uint8_t> own,
         const BoxLimits& limits)
      : bounds_(bounds), positions_(positions), own_(own), limits_(limits), has_tie_(limits.has_tie) {}

  BoxSearch run() {
    const auto channels = std::ssize(own_);
    if (ended()) return {.undecided = ColourBox::of_all(channels).size() - 1};
    ++found_.boxes;
    auto all = bounds_.all(channels);
    waiting_.push_back({all->box, std::move(all)});
    while (!waiting_.empty()) {
      const Waiting next = std::move(waiting_.back());
      waiting_.pop_back();
      look(next.box, next.within);
    }
    return std::move(found_);
  }

 private:
  bool ended() const {
    return found_.boxes == limits_.boxes || std::chrono::steady_clock::now() >= limits_.end;
  }

  // The box's colours but for the pixel's own.
  Index others(const ColourBox& box) const { return box.size() - box.holds(own_); }

  void look(const ColourBox& box, const std::shared_ptr<BoundedBox>& within) {
    if (decide(box, *within)) return;
    if (worth_bounding(box, *within)) {
      if (ended()) {
        found_.undecided += others(box);
        return;
      }
      ++found_.boxes;
      const auto bounded = bounds_.bounded(box, *within, !has_tie_);
      if (!decide(box, *bounded)) leave(box, bounded);
      return;
    }
    leave(box, within);
  }

  void leave(const ColourBox& box, const std::shared_ptr<BoundedBox>& within) {
    if (box.size() == 1)
      ask_about(box, *within);
    else
      cut(box, within);
  }

  // Whether smaller noise, or rounding while that matters, would save more than it costs: the colours that
  // this one leaves open; of flips it is the confidence that is, of all.
  bool worth_bounding(const ColourBox& box, const BoundedBox& within) const {
    const Index size = box.size();
    if (size * shrunk > within.box.size()) return false;
    double open = 0;  // of all colours, the share
    for (const BoxMargin& margin : within.margins) {
      const auto [low, high] = margin.over(box);
      if (high < 0) open = 1;
      if (low <= margin.rounding)
        open += 2 * (margin.noise - margin.least_noise + (has_tie_ ? 0 : margin.rounding)) / (high - low);
    }
    return !(static_cast<double>(size) * std::min(open, 1.0) <= few);
  }

  // The whole box, if all its colours are alike.
  bool decide(const ColourBox& box, BoundedBox& within) {
    bool flips_surely = false, flips = false, keeps = true, may_tie = false, tie = false, all_near = true;
    for (const BoxMargin& margin : within.margins) {
      const auto [low, high] = margin.over(box);
      if (low > margin.rounding) continue;  // in no evaluation
      may_tie = true;
      flips_surely = flips_surely || high < -margin.rounding;
      flips = flips || high < 0;
      keeps = keeps && low > 0;
      tie = tie || high <= margin.rounding;
      all_near = all_near && low >= -margin.rounding;
    }
    if (!may_tie) return true;
    tie = tie && all_near && within.box.size() <= box_of_ties;
    if (!(flips || keeps) || !(flips_surely || tie || has_tie_)) return false;
    if (flips) {
      const Claim confident = bounds_.confidence(within);
      if (confident == Claim::maybe) return false;
      count(box, confident, within, flips_surely ? found_.sure : found_.likely);
    }
    if (!flips_surely && tie) found_.ties += others(box);
    has_tie_ = true;
    return true;
  }

  void ask_about(const ColourBox& colour, const BoundedBox& within) {
    if (colour.holds(own_)) return;
    std::vector<std::uint8_t>& asked = is_near(colour, within) ? found_.near : found_.open;
    asked.insert(asked.end(), colour.low.begin(), colour.low.begin() + colour.channels);
  }

  // Whether the least of its margins is surely within the doubt, and that within what floats round.
  bool is_near(const ColourBox& colour, const BoundedBox& within) const {
    const double doubt = limits_.doubt;
    bool near = false;
    for (const BoxMargin& margin : within.margins) {
      const auto [low, high] = margin.over(colour);  // the doubt is part of its noise
      if (low + doubt < -doubt || margin.rounding < doubt) return false;
      near = near || high - doubt <= doubt;
    }
    return near;
  }

  // A box all of whose colours flip.
  void count(const ColourBox& box, Claim confident, BoundedBox& within, std::vector<std::uint8_t>& examples) {
    require(!box.holds(own_), "proof: bounds say that the image itself, of which pixel ", positions_.front(),
            " is searched, has another class");
    found_.flips += box.size();
    if (confident == Claim::yes) found_.confident_flips += box.size();
    if (std::exchange(within.has_example, true)) return;
    for (Index c = 0; c < box.channels; ++c)
      examples.push_back(static_cast<std::uint8_t>((box.low[c] + box.high[c]) / 2));
  }

  void cut(const ColourBox& box, const std::shared_ptr<BoundedBox>& within) {
    const auto [across, darker_first] = best_cut(box, *within);
    auto [darker, brighter] = box.halves(across);
    if (darker_first) std::swap(darker, brighter);
    waiting_.push_back({darker, within});
    waiting_.push_back({brighter, within});
  }

  BoxBounds& bounds_;
  const std::span<const Index> positions_;
  const std::span<const std::uint8_t> own_;
  const BoxLimits limits_;
  std::vector<Waiting> waiting_;  // the next one is the last
  bool has_tie_;                  // or a flip: that the image is not certified is known
  BoxSearch found_;
};

}  // namespace

BoxSearch search_boxes(Workplace& by, const FlipRule& rule, std::span<const Index> positions,
                       std::span<const std::uint8_t> own, const BoxLimits& limits) {
  BoxBounds bounds(by, rule, positions, limits.doubt);
  if (own.size() == 1) return search_values(bounds, own.front(), limits);
  return Search(bounds, positions, own, limits).run();
}

}  // namespace voronet
