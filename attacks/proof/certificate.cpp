#include <voronet/attacks/proof/certify.h>
#include <voronet/attacks/proof/provable_network.h>

#include <algorithm>
#include <cmath>

namespace voronet {
namespace {

// Claims of one pixel's values, each decided by bounds of its own.
class PixelClaims {
 public:
  PixelClaims(PixelBounds& bounds, const LogitBounds& head, int label, Index row, Index column)
      : bounds_(bounds), head_(head), rule_{label}, row_(row), column_(column) {}

  // That a range of reals keeps the class; false where bounds do not say so.
  bool keep(double low, double high, double unit) {
    const ValueRange range{low / unit, high / unit};
    const plan::AffineForms& features = bounds_.features(row_, column_, {&range, 1});
    if (judge(head_, features, rule_).flip != Claim::no) return false;
    ranges_.push_back({low, high, nearest_rival(head_, features, rule_.label)});
    return true;
  }
  // The same of bytes, halved until bounds decide.
  bool keep_bytes(int first, int last) {
    if (first > last || keep(first, last, 255)) return true;
    const int middle = (first + last) / 2;
    return first < last && keep_bytes(first, middle) && keep_bytes(middle + 1, last);
  }
  std::vector<CertifiedRange> ranges() { return std::move(ranges_); }

 private:
  PixelBounds& bounds_;
  const LogitBounds& head_;
  const FlipRule rule_;
  const Index row_, column_;
  std::vector<CertifiedRange> ranges_;
};

}  // namespace

std::optional<Certificate> certificate_of_none(const BoundPlan& plan, const data::Images& image, int label,
                                               Domain domain, std::span<const PixelWalk> walks) {
  Certificate certificate{.domain = domain, .label = label, .pixels = {}, .flip = {}};
  certificate.pixels.resize(walks.size());
  std::vector<char> kept(walks.size(), true);
  for_each_pixel(plan, image, [&](PixelBounds& bounds, Index row, Index column, Index position) {
    PixelClaims claims(bounds, plan.head(), label, row, column);
    std::vector<double> ends = walks[position].cuts;
    ends.push_back(1);
    double from = 0;
    int byte = 0;
    for (const double to : ends) {
      const int last = static_cast<int>(std::floor(to * 255));
      kept[position] = kept[position] &&
                       (domain == Domain::reals ? claims.keep(from, to, 1) : claims.keep_bytes(byte, last));
      from = to;
      byte = last + 1;
    }
    const int own = image.pixels[position];
    require(kept[position] || (domain == Domain::bytes && !claims.keep_bytes(own, own)),
            "certificate: pixel (", row, ", ", column,
            ") was proven to keep the class, but bounds of parts of its values do not say so");
    certificate.pixels[position] = claims.ranges();
  });
  if (std::ranges::find(kept, false) != kept.end()) return {};
  return certificate;
}

Certificate certificate_of_flip(const BoundPlan& plan, const data::Images& image, int label, Domain domain,
                                Index row, Index column, double value) {
  const BoundPlan::Base base = plan.base(data::to_tensor(image, Dtype::f64).values<double>());
  PixelBounds bounds(plan, base);
  const ValueRange range{value, value};
  const plan::AffineForms& features = bounds.features(row, column, {&range, 1});
  require(judge(plan.head(), features, {label}).flip == Claim::yes, "certificate: pixel (", row, ", ", column,
          ") was proven to flip the class by the value ", value, ", but its bounds do not say so");
  const double in_domain = domain == Domain::bytes ? std::round(value * 255) : value;
  return {.domain = domain,
          .label = label,
          .pixels = {},
          .flip = CertifiedFlip{row, column, in_domain, surest_rival(plan.head(), features, label)}};
}

}  // namespace voronet
