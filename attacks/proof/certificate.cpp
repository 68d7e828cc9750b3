#include <voronet/attacks/proof/box_bounds.h>
#include <voronet/attacks/proof/certificate.h>
#include <voronet/attacks/proof/line_walk.h>
#include <voronet/attacks/proof/place_search.h>
#include <voronet/attacks/proof/workplaces.h>
#include <voronet/core/parallel.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace voronet {
namespace {

// Claims of one pixel's values, each decided by bounds of its own.
class PixelClaims {
 public:
  PixelClaims(PixelBounds& bounds, const LogitBounds& head, int label, Index row, Index column)
      : bounds_(bounds), head_(head), rule_{label}, row_(row), column_(column) {}

  // Bytes of a range, which is halved until bounds decide; false where they do not.
  bool keep_bytes(int first, int last) {
    if (keep(first, last, 255)) return true;
    const int middle = (first + last) / 2;
    return first < last && keep_bytes(first, middle) && keep_bytes(middle + 1, last);
  }
  // All reals, which are cut where the walk along the line cuts them.
  bool keep_reals() {
    if (keep(0, 1, 1)) return true;
    std::vector<double> ends = walk_line(bounds_, head_, rule_, row_, column_).cuts;
    ends.push_back(1);
    double from = 0;
    for (const double to : ends) {
      if (!keep(from, to, 1)) return false;
      from = to;
    }
    return true;
  }
  std::vector<CertifiedRange> ranges() { return std::move(ranges_); }

 private:
  bool keep(double low, double high, double unit) {
    const ValueRange range{low / unit, high / unit};
    const plan::AffineForms& features = bounds_.features(row_, column_, {&range, 1});
    if (judge(head_, features, rule_).flip != Claim::no) return false;
    ranges_.push_back({low, high, nearest_rival(head_, features, rule_.label)});
    return true;
  }

  PixelBounds& bounds_;
  const LogitBounds& head_;
  const FlipRule rule_;
  const Index row_, column_;
  std::vector<CertifiedRange> ranges_;
};

// Claims of all colours of a place, in boxes that are cut until bounds decide.
class BoxClaims {
 public:
  explicit BoxClaims(BoxBounds& bounds) : bounds_(bounds) {}

  // False where bounds leave a single colour open.
  bool keep(const BoundedBox& bounded) {
    boxes_.margin = std::min(boxes_.margin, bounded.least);
    if (bounded.margins.empty()) {
      boxes_.cuts += '.';
      return true;
    }
    if (bounded.box.size() == 1) return false;
    const Index across = best_cut(bounded.box, bounded).across;
    boxes_.cuts += static_cast<char>('0' + across);
    return std::ranges::all_of(bounded.box.halves(across),
                               [&](const ColourBox& half) { return keep(*bounds_.bounded(half, bounded)); });
  }
  CertifiedBoxes boxes() { return std::move(boxes_); }

 private:
  BoxBounds& bounds_;
  CertifiedBoxes boxes_{.margin = std::numeric_limits<double>::infinity()};
};

}  // namespace

std::optional<Certificate> certificate_of_none(const BoundPlan& plan, const data::Images& image, int label,
                                               Domain domain) {
  Certificate certificate{.domain = domain, .label = label};
  certificate.pixels.resize(image.pixels.size());
  std::vector<char> kept(image.pixels.size());
  for_each_pixel(plan, image, [&](PixelBounds& bounds, Index row, Index column, Index position) {
    PixelClaims claims(bounds, plan.head(), label, row, column);
    kept[position] = domain == Domain::reals ? claims.keep_reals() : claims.keep_bytes(0, 255);
    certificate.pixels[position] = claims.ranges();
  });
  if (std::ranges::find(kept, false) != kept.end()) return {};
  return certificate;
}

std::optional<Certificate> certificate_of_colours(const ProvableNetwork& network, const data::Images& image,
                                                  int label) {
  Certificate certificate{.label = label};
  Workplaces workplaces(network, image, label, 1);
  const Index area = image.height * image.width;
  certificate.colours.resize(area);
  std::vector<char> kept(area);
  parallel_for(area, 1, [&](Index begin, Index end) {
    workplaces.with_one([&](Workplace& by) {
      for (Index place = begin; place < end; ++place) {
        BoxBounds bounds(by, {label}, {&place, 1}, 0);
        BoxClaims claims(bounds);
        kept[place] = claims.keep(*bounds.all(image.channels));
        certificate.colours[place] = claims.boxes();
      }
    });
  });
  if (std::ranges::find(kept, false) != kept.end()) return {};
  return certificate;
}

std::optional<Certificate> certificate_of_sets(const ProvableNetwork& network, const data::Images& image,
                                               int label, Index pixels) {
  Workplaces workplaces(network, image, label, pixels);
  PlaceSearch found = search_places(workplaces, network.bounds(), image, pixels, {label},
                                    std::chrono::steady_clock::time_point::max(), Sets::kept);
  const Index open = std::ssize(found.open);
  std::vector<char> kept(open);
  std::vector<CertifiedSet> sets(open);
  parallel_for(open, 1, [&](Index begin, Index end) {
    workplaces.with_one([&](Workplace& by) {
      for (Index i = begin; i < end; ++i) {
        BoxBounds bounds(by, {label}, found.open[i].place, 0);
        BoxClaims claims(bounds);
        kept[i] = claims.keep(*bounds.all(pixels));
        sets[i] = {std::move(found.open[i].place), claims.boxes()};
      }
    });
  });
  if (std::ranges::find(kept, false) != kept.end()) return {};
  for (RuledOutSet& set : found.sets) sets.push_back({std::move(set.pixels), {".", set.margin}});
  return Certificate{.label = label, .changed = pixels, .sets = std::move(sets)};
}

std::optional<Certificate> certificate_of_flip(const BoundPlan& plan, const data::Images& image, int label,
                                               Domain domain, Place place, std::vector<double> values) {
  const BoundPlan::Base base = plan.base(data::to_tensor(image, Dtype::f64).values<double>());
  PixelBounds bounds(plan, base, std::ssize(place));
  std::vector<ValueRange> ranges;
  for (const double value : values) ranges.push_back({value, value});
  const plan::AffineForms& features = bounds.features(place, ranges);
  if (judge(plan.head(), features, {label}).flip != Claim::yes) return {};
  if (domain == Domain::bytes)
    for (double& value : values) value = std::round(value * 255);
  return Certificate{
      .domain = domain,
      .label = label,
      .changed = std::ssize(place),
      .flip = CertifiedFlip{place, std::move(values), surest_rival(plan.head(), features, label)}};
}

}  // namespace voronet
