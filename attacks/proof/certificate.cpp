#include <voronet/attacks/proof/certificate.h>
#include <voronet/attacks/proof/line_walk.h>

#include <algorithm>
#include <cmath>

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

}  // namespace

std::optional<Certificate> certificate_of_none(const BoundPlan& plan, const data::Images& image, int label,
                                               Domain domain) {
  Certificate certificate{.domain = domain, .label = label, .pixels = {}, .flip = {}};
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

std::optional<Certificate> certificate_of_flip(const BoundPlan& plan, const data::Images& image, int label,
                                               Domain domain, Index row, Index column, double value) {
  const BoundPlan::Base base = plan.base(data::to_tensor(image, Dtype::f64).values<double>());
  PixelBounds bounds(plan, base);
  const ValueRange range{value, value};
  const plan::AffineForms& features = bounds.features(row, column, {&range, 1});
  if (judge(plan.head(), features, {label}).flip != Claim::yes) return {};
  const double in_domain = domain == Domain::bytes ? std::round(value * 255) : value;
  return Certificate{
      .domain = domain,
      .label = label,
      .pixels = {},
      .flip = CertifiedFlip{row, column, in_domain, surest_rival(plan.head(), features, label)}};
}

}  // namespace voronet
