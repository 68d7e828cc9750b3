#include <voronet/layers/plan/builder.h>
#include <voronet/layers/plan/logit_bounds.h>

#include "attacks/proof/provable_networks.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::plan;
using namespace voronet::test;

namespace {

AffineForms random_features(Index n, Index directions, Random& random) {
  AffineForms forms(n, directions);
  const double noise = random.below(2) ? 0.3 : 0, slopes = random.below(2) ? 1 : 0.05;
  for (Index i = 0; i < n; ++i) {
    forms.centre(i) = random.uniform(-1, 1);
    for (Index k = 0; k < directions; ++k) forms.slope(k, i) = slopes * random.uniform(-1, 1);
    forms.radius(i) = random.uniform(0, noise);
  }
  return forms;
}

// Features that the forms allow, (samples, n), noise at its extremes and between.
Tensor samples_of(const AffineForms& forms, Index samples, Random& random) {
  const Tensor features({samples, forms.size()}, Dtype::f64);
  double* to = features.mutable_data<double>();
  for (Index s = 0; s < samples; ++s) {
    std::vector<double> t;
    for (Index k = 0; k < forms.directions(); ++k) t.push_back(random.uniform(-1, 1));
    if (random.below(3) == 0)
      for (double& each : t) each = each > 0 ? 1 : -1;
    for (Index i = 0; i < forms.size(); ++i) {
      *to = forms.centre(i) + forms.radius(i) * (static_cast<double>(random.below(3)) - 1);
      for (Index k = 0; k < forms.directions(); ++k) *to += forms.slope(k, i) * t[k];
      ++to;
    }
  }
  return features;
}

}  // namespace

TEST_CASE("logits, their differences and confidences lie within their bounds") {
  int tight = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Index n = between(1, 8, random);
    const int classes = static_cast<int>(between(2, 5, random));
    const auto head = random_head(n, classes, random);
    const LogitBounds bounds = logit_bounds(*head, n);
    head->to(Dtype::f64);
    const AffineForms forms = random_features(n, random.below(4), random);
    const Tensor logits = evaluated(*head, samples_of(forms, 40, random));
    const Tensor confidences = head->confidences(logits);
    for (int a = 0; a < classes; ++a) {
      const QuadraticBound alone = bounds.logit(forms, a);
      const double low = bounds.log_confidence_lower(forms, a), high = bounds.log_confidence_upper(forms, a);
      for (Index s = 0; s < 40; ++s) {
        const double logit = logits.at({s, a});
        CHECK(logit >= alone.lower());
        CHECK(logit <= alone.upper());
        CHECK(std::log(confidences.at({s, a})) >= low);
        CHECK(std::log(confidences.at({s, a})) <= high);
      }
      for (int b = 0; b < classes; ++b) {
        const QuadraticBound difference = bounds.difference(forms, a, b);
        tight += difference.upper() - difference.lower() <
                 0.999 * (alone.upper() - bounds.logit(forms, b).lower() -
                          (alone.lower() - bounds.logit(forms, b).upper()));
        for (Index s = 0; s < 40; ++s) {
          const double value = logits.at({s, a}) - logits.at({s, b});
          CHECK(value >= difference.lower());
          CHECK(value <= difference.upper());
        }
      }
    }
  }
  CHECK(tight > 1000);  // differences are bounded as one
}

TEST_CASE("along a line without noise, bounds are the exact course but for rounding") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Random random(seed);
    const auto head = random_head(6, 3, random);
    head->to(Dtype::f64);
    const LogitBounds bounds = logit_bounds(*head, 6);
    AffineForms forms = random_features(6, 1, random);
    for (Index i = 0; i < 6; ++i) forms.radius(i) = 0;
    const QuadraticBound difference = bounds.difference(forms, 0, 1);
    for (const double t : {-1.0, -0.3, 0.0, 0.8, 1.0}) {
      std::vector<double> x;
      for (Index i = 0; i < 6; ++i) x.push_back(forms.centre(i) + forms.slope(0, i) * t);
      const Tensor logits = evaluated(*head, from(x, {1, 6}, Dtype::f64));
      const double course = difference.constant + difference.slope * t + difference.curvature * t * t;
      CHECK(course == doctest::Approx(logits.at(0) - logits.at(1)).epsilon(1e-12));
    }
    CHECK(difference.radius == 0);
    CHECK(difference.rounding < 1e-2);
  }
}

TEST_CASE("bounds of quadratics: ends, vertex, and the places of a value") {
  const QuadraticBound bowl{.constant = 1, .slope = 0.5, .curvature = 1, .radius = 0.25};
  CHECK(bowl.lower() == 1 - 0.0625 - 0.25);
  CHECK(bowl.upper() == 2.75);
  const QuadraticBound steep{.constant = 1, .slope = -4, .curvature = 1};
  CHECK(steep.lower() == -2);
  CHECK(steep.upper() == 6);
  CHECK(QuadraticBound{.curvature = 4}.places(1) == std::vector<double>{-0.5, 0.5});
  CHECK(QuadraticBound{.constant = 1, .slope = 2}.places(0) == std::vector<double>{-0.5});
  CHECK(QuadraticBound{.constant = 1, .slope = 2}.places(9).empty());
  CHECK(QuadraticBound{.constant = 1}.places(0).empty());
  CHECK(QuadraticBound{.constant = 1, .curvature = 1}.places(0).empty());
  // A small root beside a large one keeps its digits.
  const auto places = QuadraticBound{.constant = 1e-9, .slope = 1, .curvature = 1e-3}.places(0);
  REQUIRE(places.size() == 1);
  CHECK(places[0] == doctest::Approx(-1e-9).epsilon(1e-12));
}
