#include <voronet/attacks/proof/value_search.h>

#include <chrono>
#include <cmath>
#include <memory>
#include <vector>

namespace voronet {
namespace {

ColourBox box_of(int low, int high) {
  ColourBox box{1};
  box.low[0] = static_cast<std::uint8_t>(low);
  box.high[0] = static_cast<std::uint8_t>(high);
  return box;
}

// What bounds of a box say of one of its values.
struct Verdict {
  bool flips = false, keeps = true;                // in exact arithmetic
  bool surely_flips = false, surely_keeps = true;  // in every evaluation
  bool tie = false;  // by the box's rounding, which is hardly more than the value's own
};

Verdict verdict(const BoundedBox& bounded, int value) {
  Verdict says;
  bool all_near = true;
  for (const BoxMargin& margin : bounded.margins) {
    const auto [low, high] = margin.over(box_of(value, value));
    says.flips = says.flips || high < 0;
    says.keeps = says.keeps && low > 0;
    says.surely_flips = says.surely_flips || high < -margin.rounding;
    says.surely_keeps = says.surely_keeps && low > margin.rounding;
    says.tie = says.tie || high <= margin.rounding;
    all_near = all_near && low >= -margin.rounding;
  }
  says.tie = says.tie && all_near;
  return says;
}

// What bounds of a box say of a part, in which fewer rivals may win.
BoundedBox part_of(const BoundedBox& bounded, const ColourBox& box) {
  BoundedBox part{.box = box, .others = bounded.others};
  for (const BoxMargin& margin : bounded.margins) {
    const double low = margin.over(box).low;
    if (low > margin.rounding)
      part.others += std::exp(margin.rounding - low);
    else
      part.margins.push_back(margin);
  }
  return part;
}

class ValueSearch {
 public:
  ValueSearch(BoxBounds& bounds, std::uint8_t own, const BoxLimits& limits)
      : bounds_(bounds), own_(own), limits_(limits) {}

  BoxSearch run() {
    look(ColourBox::of_all(1), nullptr);
    return std::move(found_);
  }

 private:
  void look(const ColourBox& box, const std::shared_ptr<BoundedBox>& within) {
    if (found_.boxes == limits_.boxes || std::chrono::steady_clock::now() >= limits_.end) {
      found_.undecided += box.size() - box.holds({&own_, 1});
      return;
    }
    ++found_.boxes;
    const auto bounded = within == nullptr ? bounds_.all(1) : bounds_.bounded(box, *within, false);
    if (bounded->margins.empty()) return;
    for (const ColourBox& run : undecided_of(*bounded)) {
      if (2 * run.size() <= box.size()) {
        look(run, bounded);
        continue;
      }
      const auto [darker, brighter] = run.halves(0);
      look(darker, bounded);
      look(brighter, bounded);
    }
  }

  // Counts or lists what is decided, and says which values one after another are not.
  std::vector<ColourBox> undecided_of(const BoundedBox& bounded) {
    std::vector<std::uint8_t> sure, likely;
    std::vector<ColourBox> runs;
    const bool last_word = bounded.box.size() == 1;
    for (int value = bounded.box.low[0]; value <= bounded.box.high[0]; ++value) {
      if (value == own_) continue;
      const auto byte = static_cast<std::uint8_t>(value);
      const Verdict says = verdict(bounded, value);
      if (says.surely_keeps) continue;
      if (says.surely_flips) {
        sure.push_back(byte);
      } else if (last_word || (says.tie && limits_.has_tie)) {
        ++found_.ties;
        if (limits_.lists_values || !(says.flips || says.keeps))
          found_.open.push_back(byte);
        else if (says.flips)
          likely.push_back(byte);
      } else if (!runs.empty() && follows(runs.back(), value)) {
        runs.back().high[0] = byte;
      } else {
        runs.push_back(box_of(value, value));
      }
    }
    if (limits_.lists_values) {
      found_.sure.insert(found_.sure.end(), sure.begin(), sure.end());
    } else {
      count(sure, bounded, found_.sure);
      count(likely, bounded, found_.likely);
    }
    return runs;
  }

  bool follows(const ColourBox& run, int value) const {
    return run.high[0] + 1 == value || (run.high[0] + 2 == value && run.high[0] + 1 == own_);
  }

  // Values that flip.
  void count(const std::vector<std::uint8_t>& values, const BoundedBox& bounded,
             std::vector<std::uint8_t>& examples) {
    if (values.empty()) return;
    BoundedBox part = part_of(bounded, box_of(values.front(), values.back()));
    const Claim confident = bounds_.confidence(part);
    if (confident == Claim::maybe) {
      found_.open.insert(found_.open.end(), values.begin(), values.end());
      return;
    }
    found_.flips += std::ssize(values);
    if (confident == Claim::yes) found_.confident_flips += std::ssize(values);
    examples.push_back(values.front());
    if (values.size() > 1) examples.push_back(values.back());
  }

  BoxBounds& bounds_;
  const std::uint8_t own_;
  const BoxLimits limits_;
  BoxSearch found_;
};

}  // namespace

BoxSearch search_values(BoxBounds& bounds, std::uint8_t own, const BoxLimits& limits) {
  return ValueSearch(bounds, own, limits).run();
}

}  // namespace voronet
