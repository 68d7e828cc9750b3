#include <voronet/attacks/proof/box_search.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace voronet {
namespace {

// The delta forward of so many colours takes as long as bounds of the two halves of a box.
constexpr Index few = 64;
// Of so many, each is looked at by what the margins' slopes say of it.
constexpr Index swept = 1024;

using Colour = std::vector<std::uint8_t>;

struct Box {
  Colour low, high;         // both included
  std::vector<int> rivals;  // classes that nothing has ruled out so far

  Index size() const {
    Index product = 1;
    for (std::size_t c = 0; c < low.size(); ++c) product *= high[c] - low[c] + 1;
    return product;
  }
  bool holds(std::span<const std::uint8_t> colour) const {
    for (std::size_t c = 0; c < low.size(); ++c)
      if (colour[c] < low[c] || colour[c] > high[c]) return false;
    return true;
  }
};

// Calls use(colour) for each colour of the box.
template <class Use>
void for_each_colour(const Box& box, const Use& use) {
  Colour colour = box.low;
  for (std::size_t c = 0; c < colour.size();) {
    use(colour);
    for (c = 0; c < colour.size() && colour[c] == box.high[c]; ++c) colour[c] = box.low[c];
    if (c < colour.size()) ++colour[c], c = 0;
  }
}

// What bounds of a box say of the margin to a class: an affine function of the colour but for the noise.
struct Margin {
  int rival;
  double constant, noise;      // in exact arithmetic
  double rounding;             // beyond it, of floats
  std::vector<double> slopes;  // along each channel, from the box's middle to its end

  Margin(int k, const QuadraticBound& bound, std::size_t channels, double doubt)
      : rival(k),
        constant(bound.constant),
        noise(bound.radius),
        rounding(bound.rounding),
        slopes(bound.slopes) {
    if (channels == 1) {
      // A parabola lies within its greatest height of the line.
      noise += std::abs(bound.curvature);
    } else {
      for (const double slope : slopes) noise -= std::abs(slope);
    }
    slopes.resize(channels);  // of bounds that know nothing there are none
    noise = std::max(noise, 0.0) + rounding * double_rounding + doubt;
  }

  double spread() const {
    double sum = 0;
    for (const double slope : slopes) sum += std::abs(slope);
    return sum;
  }
  double low() const { return constant - spread() - noise; }
  double high() const { return constant + spread() + noise; }
};

class Search {
 public:
  Search(PixelBounds& bounds, const LogitBounds& head, const FlipRule& rule, std::span<const Index> positions,
         std::span<const std::uint8_t> own, const BoxLimits& limits)
      : bounds_(bounds),
        head_(head),
        rule_(rule),
        positions_(positions),
        own_(own),
        limits_(limits),
        has_tie_(limits.has_tie) {}

  BoxSearch run() {
    waiting_.push_back({Colour(own_.size(), 0), Colour(own_.size(), 255), {}});
    for (int k = 0; k < head_.classes(); ++k)
      if (k != rule_.label) waiting_.back().rivals.push_back(k);
    while (!waiting_.empty()) {
      Box box = std::move(waiting_.back());
      waiting_.pop_back();
      if (found_.boxes == limits_.boxes || std::chrono::steady_clock::now() >= limits_.end)
        found_.undecided += others(box);
      else
        look(std::move(box));
    }
    return std::move(found_);
  }

 private:
  // The box's colours but for the pixel's own.
  Index others(const Box& box) const { return box.size() - box.holds(own_); }

  void look(Box box) {
    ++found_.boxes;
    std::vector<ValueRange> ranges;
    for (std::size_t c = 0; c < own_.size(); ++c) ranges.push_back({box.low[c] / 255.0, box.high[c] / 255.0});
    const plan::AffineForms& features = bounds_.features(positions_, ranges);
    std::vector<Margin> margins;
    for (const int k : box.rivals) {
      Margin margin(k, head_.difference(features, rule_.label, k), own_.size(), limits_.doubt);
      if (!(margin.low() > margin.rounding)) margins.push_back(std::move(margin));
    }
    if (margins.empty()) return;  // none flips, in any evaluation
    box.rivals.clear();
    for (const Margin& margin : margins) box.rivals.push_back(margin.rival);
    if (!(own_.size() == 1      ? list(box, margins)
          : box.size() <= swept ? sweep(box, margins, features)
                                : decide(box, margins, features)))
      cut(box, margins);
  }

  // Whether what flips within the box is confident: the class that wins is one of these.
  Claim confidence_of_flips(const Box& box, const plan::AffineForms& features) const {
    if (!rule_.tau) return Claim::no;
    bool all = true, none = true;
    for (const int k : box.rivals) {
      all = all && head_.log_confidence_lower(features, k) > std::log(*rule_.tau);
      none = none && head_.log_confidence_upper(features, k) <= std::log(*rule_.tau);
    }
    return all ? Claim::yes : none ? Claim::no : Claim::maybe;
  }

  // The whole box, if all its colours are alike.
  bool decide(const Box& box, const std::vector<Margin>& margins, const plan::AffineForms& features) {
    const auto any = [&](const auto& holds) { return std::ranges::any_of(margins, holds); };
    const auto all = [&](const auto& holds) { return std::ranges::all_of(margins, holds); };
    const bool flips_surely = any([](const Margin&m) { return m.high() < -m.rounding; }),
               flips = any([](const Margin&m) { return m.high() < 0; }),
               keeps = all([](const Margin&m) { return m.low() > 0; }),
               tie = any([](const Margin&m) { return m.high() <= m.rounding; }) &&
                     all([](const Margin&m) { return m.low() >= -m.rounding; });
    if (!(flips || keeps) || !(flips_surely || tie || has_tie_)) return false;
    if (flips) {
      const Claim confident = confidence_of_flips(box, features);
      if (confident == Claim::maybe) return false;
      count(box, confident, flips_surely ? found_.sure : found_.likely);
    }
    if (!flips_surely && tie) found_.ties += others(box);
    has_tie_ = true;
    return true;
  }

  // Of one channel, value by value; false where noise leaves one open that a smaller box may decide.
  bool list(const Box& box, const std::vector<Margin>& margins) {
    std::vector<std::uint8_t> sure, open;
    for_each_colour(box, [&](const Colour& value) {
      if (std::ranges::equal(value, own_)) return;
      bool flips = false, keeps = true;
      for (const Margin& margin : margins) {
        const double middle = at(margin, box, value);
        flips = flips || middle + margin.noise < -margin.rounding;
        keeps = keeps && middle - margin.noise > margin.rounding;
      }
      if (!keeps) (flips ? sure : open).push_back(value.front());
    });
    if (!open.empty() && box.size() > 1) return false;
    found_.sure.insert(found_.sure.end(), sure.begin(), sure.end());
    found_.open.insert(found_.open.end(), open.begin(), open.end());
    found_.ties += std::ssize(open);
    return true;
  }

  // Colour by colour, by the margins' slopes; those of which the noise leaves the sign open are left to the
  // network. False, and nothing is counted, where it leaves too many.
  bool sweep(const Box& box, const std::vector<Margin>& margins, const plan::AffineForms& features) {
    Index flips = 0, ties = 0;
    Colour flip, sure;  // one of each
    std::vector<std::uint8_t> open;
    const Index most = std::max(few, box.size() / 8) * std::ssize(own_);
    for_each_colour(box, [&](const Colour& colour) {
      if (std::ssize(open) > most || std::ranges::equal(colour, own_)) return;
      bool flips_at_all = false, flips_surely = false, keeps = true, may_tie = false, tie = false;
      for (const Margin& margin : margins) {
        const double value = at(margin, box, colour), low = value - margin.noise, high = value + margin.noise;
        flips_at_all = flips_at_all || high < 0;
        flips_surely = flips_surely || high < -margin.rounding;
        keeps = keeps && low > 0;
        may_tie = may_tie || low <= margin.rounding;
        tie = tie || high <= margin.rounding;
      }
      const bool asked = !(keeps || flips_at_all) || (!has_tie_ && !flips_surely && may_tie && !tie);
      if (asked) open.insert(open.end(), colour.begin(), colour.end());
      if (asked || keeps) {
        ties += !asked && tie;
        return;
      }
      ++flips;
      ties += !flips_surely;
      (flips_surely ? sure : flip) = colour;
    });
    const Claim confident = flips > 0 ? confidence_of_flips(box, features) : Claim::no;
    if (box.size() > few && (std::ssize(open) > most || confident == Claim::maybe)) return false;
    if (confident == Claim::maybe) {
      ask_about(box);
      return true;
    }
    found_.flips += flips;
    if (confident == Claim::yes) found_.confident_flips += flips;
    found_.ties += ties;
    has_tie_ = has_tie_ || flips + ties > 0;
    found_.sure.insert(found_.sure.end(), sure.begin(), sure.end());
    found_.likely.insert(found_.likely.end(), flip.begin(), flip.end());
    found_.open.insert(found_.open.end(), open.begin(), open.end());
    return true;
  }

  double at(const Margin& margin, const Box& box, const Colour& colour) const {
    double value = margin.constant;
    for (std::size_t c = 0; c < colour.size(); ++c)
      if (const int side = box.high[c] - box.low[c]; side > 0)
        value += margin.slopes[c] * (2 * colour[c] - box.low[c] - box.high[c]) / side;
    return value;
  }

  void ask_about(const Box& box) {
    for_each_colour(box, [&](const Colour& colour) {
      if (!std::ranges::equal(colour, own_))
        found_.open.insert(found_.open.end(), colour.begin(), colour.end());
    });
  }

  // A box all of whose colours flip.
  void count(const Box& box, Claim confident, std::vector<std::uint8_t>& example) {
    require(!box.holds(own_), "proof: bounds say that the image itself, of which pixel ", positions_.front(),
            " is searched, has another class");
    found_.flips += box.size();
    if (confident == Claim::yes) found_.confident_flips += box.size();
    for (std::size_t c = 0; c < own_.size(); ++c)
      example.push_back(static_cast<std::uint8_t>((box.low[c] + box.high[c]) / 2));
  }

  // Across the channel along which the margin to the rival that bounds let win by most is the steepest.
  void cut(const Box& box, const std::vector<Margin>& margins) {
    const Margin& weakest = *std::ranges::min_element(margins, {}, &Margin::low);
    std::size_t across = 0;
    double most = -1;
    for (std::size_t c = 0; c < own_.size(); ++c) {
      if (box.high[c] == box.low[c]) continue;
      // Where margins are flat, as behind ReLUs that bounds leave open, the longest side.
      const double pull = std::abs(weakest.slopes[c]) + 1e-12 * (box.high[c] - box.low[c]);
      if (pull > most) across = c, most = pull;
    }
    const auto middle = static_cast<std::uint8_t>((box.low[across] + box.high[across]) / 2);
    Box darker = box, brighter = box;
    darker.high[across] = middle;
    brighter.low[across] = static_cast<std::uint8_t>(middle + 1);
    if (weakest.slopes[across] > 0) std::swap(darker, brighter);  // the margin is the least on the dark side
    waiting_.push_back(std::move(darker));
    waiting_.push_back(std::move(brighter));
  }

  PixelBounds& bounds_;
  const LogitBounds& head_;
  const FlipRule rule_;
  const std::span<const Index> positions_;
  const std::span<const std::uint8_t> own_;
  const BoxLimits limits_;
  std::vector<Box> waiting_;  // the next one is the last
  bool has_tie_;              // or a flip: that the image is not certified is known
  BoxSearch found_;
};

}  // namespace

BoxSearch search_boxes(PixelBounds& bounds, const LogitBounds& head, const FlipRule& rule,
                       std::span<const Index> positions, std::span<const std::uint8_t> own,
                       const BoxLimits& limits) {
  return Search(bounds, head, rule, positions, own, limits).run();
}

}  // namespace voronet
