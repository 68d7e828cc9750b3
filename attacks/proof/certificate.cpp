#include <voronet/attacks/proof/box_bounds.h>
#include <voronet/attacks/proof/certificate.h>
#include <voronet/attacks/proof/line_walk.h>
#include <voronet/attacks/proof/place_search.h>
#include <voronet/attacks/proof/workplaces.h>
#include <voronet/core/parallel.h>
#include <voronet/layers/plan/margin_roundings.h>

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
    return std::ranges::all_of(bounded.box.halves(across), [&](const ColourBox& half) {
      return keep(*bounds_.bounded(half, bounded, true));
    });
  }
  CertifiedBoxes boxes() { return std::move(boxes_); }

 private:
  BoxBounds& bounds_;
  CertifiedBoxes boxes_{.margin = std::numeric_limits<double>::infinity()};
};

// Of each place, which has so many values; none where bounds leave one of them open.
std::optional<std::vector<CertifiedBoxes>> boxes_of(Workplaces& workplaces, int label,
                                                    const std::vector<Place>& places, Index values) {
  const Index count = std::ssize(places);
  std::vector<CertifiedBoxes> boxes(count);
  std::vector<char> kept(count);
  parallel_for(count, 1, [&](Index begin, Index end) {
    workplaces.with_one([&](Workplace& by) {
      for (Index i = begin; i < end; ++i) {
        BoxBounds bounds(by, {label}, places[i], 0);
        BoxClaims claims(bounds);
        kept[i] = claims.keep(*bounds.all(values));
        boxes[i] = claims.boxes();
      }
    });
  });
  if (std::ranges::find(kept, false) != kept.end()) return {};
  return boxes;
}

// That nothing flips the class of a gray image.
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

// The same of an image of colours, over the bytes.
std::optional<Certificate> certificate_of_colours(const ProvableNetwork& network, const data::Images& image,
                                                  int label) {
  Workplaces workplaces(network, image, label, 1);
  std::vector<Place> places(image.height * image.width);
  for (Index i = 0; i < std::ssize(places); ++i) places[i] = {i};
  auto boxes = boxes_of(workplaces, label, places, image.channels);
  if (!boxes) return {};
  return Certificate{.label = label, .colours = std::move(*boxes)};
}

// The same of so many pixels of a gray image that change, over the bytes.
std::optional<Certificate> certificate_of_sets(const ProvableNetwork& network, const data::Images& image,
                                               int label, Index pixels) {
  Workplaces workplaces(network, image, label, pixels);
  PlaceSearch found = search_places(workplaces, network.bounds(), image, pixels, {label},
                                    std::chrono::steady_clock::time_point::max(), Sets::kept);
  std::vector<Place> open;
  for (OpenPlace& each : found.open) open.push_back(std::move(each.place));
  auto boxes = boxes_of(workplaces, label, open, pixels);
  if (!boxes) return {};
  Certificate certificate{.label = label, .changed = pixels};
  for (std::size_t i = 0; i < open.size(); ++i)
    certificate.sets.push_back({std::move(open[i]), std::move((*boxes)[i])});
  for (RuledOutSet& set : found.sets) certificate.sets.push_back({std::move(set.pixels), {".", set.margin}});
  return certificate;
}

// Whether a rival wins in every evaluation of one image, of which bounds know the features, by what is known
// from the back of rounding there.
bool flips_by_the_back(const ProvableNetwork& network, const BoundPlan::Base& base, const PixelBounds& bounds,
                       const plan::AffineForms& features, int label) {
  if (network.margins() == nullptr) return false;
  const MarginPlan::Base packed = network.margins()->base(base);
  const MarginPlace place(*network.margins(), packed, bounds);
  if (!place.finite()) return false;
  MarginRoundings roundings(*network.margins(), packed, label);
  roundings.place(place);
  roundings.refine();
  const LogitBounds& head = network.bounds().head();
  for (int k = 0; k < head.classes(); ++k) {
    if (k == label) continue;
    const QuadraticBound margin = head.difference(features, label, k);
    const double of_doubles = plan::double_rounding * margin.rounding;
    if (margin.upper() - margin.rounding + of_doubles + roundings.of(k, place.ranges) < 0) return true;
  }
  return false;
}

// That these values of the place's channels, in [0, 1], flip the image's class.
std::optional<Certificate> certificate_of_flip(const ProvableNetwork& network, const data::Images& image,
                                               int label, Domain domain, Place place,
                                               std::vector<double> values) {
  const BoundPlan& plan = network.bounds();
  const BoundPlan::Base base = plan.base(data::to_tensor(image, Dtype::f64).values<double>());
  PixelBounds bounds(plan, base, std::ssize(place));
  std::vector<ValueRange> ranges;
  for (const double value : values) ranges.push_back({value, value});
  const plan::AffineForms& features = bounds.features(place, ranges);
  if (judge(plan.head(), features, {label}).flip != Claim::yes &&
      !flips_by_the_back(network, base, bounds, features, label))
    return {};
  if (domain == Domain::bytes)
    for (double& value : values) value = std::round(value * 255);
  return Certificate{
      .domain = domain,
      .label = label,
      .changed = std::ssize(place),
      .flip = CertifiedFlip{place, std::move(values), surest_rival(plan.head(), features, label)}};
}

}  // namespace

std::optional<Certificate> certificate_of(const ProvableNetwork& network, const data::Images& image,
                                          const AttackRow& row, Index pixels) {
  const BoundPlan& plan = network.bounds();
  const Domain domain = row.proof->domain;
  if (row.proof->certified)
    return pixels > 1           ? certificate_of_sets(network, image, row.label, pixels)
           : image.channels > 1 ? certificate_of_colours(network, image, row.label)
                                : certificate_of_none(plan, image, row.label, domain);
  std::optional<Certificate> shown;
  if (row.flip()) {
    Place place;
    std::vector<double> values;
    for (const PixelChange& change : row.pixels) {
      place.push_back(change.row * image.width + change.column);
      for (const auto byte : change.after) values.push_back(byte / 255.0);
    }
    shown = certificate_of_flip(network, image, row.label, domain, place, std::move(values));
  }
  if (const auto& flip = row.proof->real_flip; flip && !shown)
    shown = certificate_of_flip(network, image, row.label, domain, {flip->row * image.width + flip->column},
                                {flip->value});
  return shown;
}

}  // namespace voronet
