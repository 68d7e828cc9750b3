#include <voronet/layers/plan/range_pass.h>
#include <voronet/layers/plan/relaxation.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

namespace voronet {

using namespace plan;

namespace {

// Of x and of(weight).
template <class Of>
double dot(const double* weight, const double* x, Index n, const Of& of) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (Index i = 0; i < n; ++i) sum += of(weight[i]) * x[i];
  return sum;
}

// planes: of a form, centre, slopes and radius, each over all packed values.
template <std::size_t planes>
class Pass {
 public:
  Pass(const MarginPlace& place, const MarginRanges& within, std::vector<double>& memory)
      : place_(place), ranges_(within) {
    const auto size = within.size();
    memory.assign(planes * size, 0.0);
    for (std::size_t k = 0; k < planes; ++k) forms_[k] = memory.data() + k * size;
  }

  MarginRanges run(std::span<const ValueRange> colours) {
    const Index pixel = place_.maps.begin(0);
    for (std::size_t k = 0; k < colours.size(); ++k) {
      const auto [low, high] = colours[k];
      forms_[0][pixel + static_cast<Index>(k)] =
          (low + high) / 2 - place_.values[pixel + static_cast<Index>(k)];
      forms_[k + 1][pixel + static_cast<Index>(k)] = (high - low) / 2;
    }
    for (std::size_t i = 0; i < place_.links.size(); ++i) {
      const MarginPlan::Step& step = place_.plan.steps()[i];
      const bool last = step.plan.output == place_.plan.bounds().graph().output;
      add(place_.links[i], step, last);
      for (Index p = place_.maps.begin(step.plan.output); p < place_.maps.end(step.plan.output); ++p)
        if (!last || open(step, p)) bend(step, p);
    }
    return std::move(ranges_);
  }

 private:
  bool off(const MarginPlan::Step& step, Index p) const { return step.plan.relu && ranges_[p].high <= 0; }
  // Whether it may bend.
  bool open(const MarginPlan::Step& step, Index p) const {
    return step.is_function() || (step.plan.relu && ranges_[p].low < 0 && ranges_[p].high > 0);
  }

  // The sums whose values are asked for: of features, those that may bend.
  void add(const Links& links, const MarginPlan::Step& step, bool last) {
    links.for_each_output([&](const DenseLink& link, Index p, const double* weight) {
      if (last ? !open(step, p) : off(step, p)) return;
      for (std::size_t k = 0; k + 1 < planes; ++k)
        forms_[k][p] += dot(weight, forms_[k] + link.in, link.inputs, std::identity());
      forms_[planes - 1][p] += dot(weight, forms_[planes - 1] + link.in, link.inputs,
                                   [](double value) { return std::abs(value); });
    });
    links.for_each_pair([&](Index i, Index o, double weight) {
      for (std::size_t k = 0; k + 1 < planes; ++k) forms_[k][o] += weight * forms_[k][i];
      forms_[planes - 1][o] += std::abs(weight) * forms_[planes - 1][i];
    });
  }

  // The value's range, before the bend, and the form behind it.
  void bend(const MarginPlan::Step& step, Index p) {
    if (off(step, p)) {
      for (std::size_t k = 0; k < planes; ++k) forms_[k][p] = 0;
      forms_[0][p] = -place_.values[p];
      return;
    }
    double reach = forms_[planes - 1][p] + place_.slack[p];
    for (std::size_t k = 1; k + 1 < planes; ++k) reach += std::abs(forms_[k][p]);
    const double centre = place_.before[p] + forms_[0][p];
    ValueRange& range = ranges_[p];
    range = {std::max(range.low, centre - reach), std::min(range.high, centre + reach)};
    if (!step.plan.relu && !step.is_function()) return;
    const Relaxation line = step.plan.relu ? relax_relu(range.low, range.high, Tight::both)
                                           : relax(step.plan.function, range.low, range.high);
    for (std::size_t k = 0; k < planes; ++k) forms_[k][p] *= line.slope;
    forms_[0][p] += line.slope * place_.before[p] + line.centre - place_.values[p];
    forms_[planes - 1][p] += line.radius;
  }

  const MarginPlace& place_;
  MarginRanges ranges_;
  std::array<double*, planes> forms_;
};

}  // namespace

MarginRanges range_pass(const MarginPlace& place, std::span<const ValueRange> colours,
                        const MarginRanges& within, std::vector<double>& memory) {
  switch (colours.size()) {
    case 1:
      return Pass<3>(place, within, memory).run(colours);
    case 2:
      return Pass<4>(place, within, memory).run(colours);
    case 3:
      return Pass<5>(place, within, memory).run(colours);
    default:
      throw Error("bounds: ranges of a pixel of more than three channels");
  }
}

}  // namespace voronet
