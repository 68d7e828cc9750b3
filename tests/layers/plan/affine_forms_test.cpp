#include <voronet/core/random.h>
#include <voronet/layers/plan/affine_forms.h>

#include <algorithm>
#include <numeric>

#include "layers/plan/random_network.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::plan;
using namespace voronet::test;

namespace {

// Random forms; some have no noise, as at first on a line.
AffineForms random_forms(Index size, Index directions, Random& random) {
  AffineForms forms(size, directions);
  const bool noisy = random.below(2) == 1;
  for (Index i = 0; i < size; ++i) {
    forms.centre(i) = random.uniform(-1, 1);
    for (Index k = 0; k < directions; ++k) forms.slope(k, i) = random.uniform(-1, 1);
    forms.radius(i) = noisy ? random.uniform(0, 0.5) : 0;
  }
  return forms;
}

std::vector<double> random_variables(Index directions, Random& random) {
  std::vector<double> t;
  for (Index k = 0; k < directions; ++k)
    t.push_back(random.below(4) == 0 ? (random.below(2) ? 1 : -1) : random.uniform(-1, 1));
  return t;
}

double affine_part(const AffineForms& forms, Index i, const std::vector<double>& t) {
  double value = forms.centre(i);
  for (Index k = 0; k < forms.directions(); ++k) value += forms.slope(k, i) * t[k];
  return value;
}

// Some value that the form allows.
double value_of(const AffineForms& forms, Index i, const std::vector<double>& t, Random& random) {
  return affine_part(forms, i, t) + forms.radius(i) * (static_cast<double>(random.below(3)) - 1);
}

}  // namespace

TEST_CASE("the form of a function holds the function of everything that its form held") {
  Random random(2);
  for (int trial = 0; trial < 5000; ++trial) {
    const Function function = random_function(random);
    CAPTURE(name_of(function.kind));
    const Index directions = random.below(4);
    AffineForms before = random_forms(1, directions, random);
    const double stretch = random.below(4) == 0 ? 40 : 3;  // to where curves are flat, too
    for (Index p = 0; p < before.planes(); ++p) before.plane(p)[0] *= stretch;
    AffineForms after = before;
    apply(function, after, 0, nullptr);
    for (int sample = 0; sample < 10; ++sample) {
      const std::vector<double> t = random_variables(directions, random);
      const double value = evaluate(function, value_of(before, 0, t, random));
      CHECK(std::abs(value - affine_part(after, 0, t)) <= after.radius(0) + 1e-12);
    }
  }
}

TEST_CASE("an evaluation that is off before a function stays within its rounding") {
  Random random(3);
  for (int trial = 0; trial < 2000; ++trial) {
    const Function function = random_function(random);
    CAPTURE(name_of(function.kind));
    AffineForms form(1, 0);
    form.centre(0) = random.uniform(-3, 3);
    form.rounding(0) = random.uniform(0, 0.5);
    const double x = form.centre(0) + form.rounding(0) * random.uniform(-1, 1);
    apply(function, form, 0, nullptr);
    const double value = static_cast<double>(evaluate(function, static_cast<float>(x)));
    CHECK(std::abs(value - form.centre(0)) <= form.noise(0) + 1e-7);
  }
}

TEST_CASE("the form of a ReLU holds the ReLU of everything that its form held") {
  Random random(1);
  for (int trial = 0; trial < 5000; ++trial) {
    const Index directions = random.below(4);
    const AffineForms before = random_forms(1, directions, random);
    AffineForms after = before;
    relu(after, 0, 1, nullptr);
    for (int sample = 0; sample < 10; ++sample) {
      const std::vector<double> t = random_variables(directions, random);
      const double value = std::max(value_of(before, 0, t, random), 0.0);
      CHECK(std::abs(value - affine_part(after, 0, t)) <= after.radius(0) + 1e-14);
    }
  }
}

TEST_CASE("a ReLU that is always on changes nothing, one that is always off leaves nothing") {
  AffineForms forms(2, 1);
  forms.centre(0) = 3, forms.slope(0, 0) = -2, forms.radius(0) = 1;
  forms.centre(1) = -3, forms.slope(0, 1) = 2, forms.radius(1) = 1;
  relu(forms, 0, 1, nullptr);
  relu(forms, 1, 2, nullptr);
  CHECK(forms.centre(0) == 3);
  CHECK(forms.slope(0, 0) == -2);
  CHECK(forms.radius(0) == 1);
  CHECK(forms.magnitude(1) < 1e-13);  // of doubles
}

TEST_CASE("the form of a maximum holds the largest of everything that its forms held") {
  Random random(2);
  for (int trial = 0; trial < 5000; ++trial) {
    const Index directions = random.below(4), n = 1 + random.below(5);
    const AffineForms forms = random_forms(n, directions, random);
    std::vector<Index> all(static_cast<std::size_t>(n));
    std::iota(all.begin(), all.end(), Index{0});
    AffineForms result(2, directions);
    maximum(forms, all, 1, result, 1, nullptr);
    for (int sample = 0; sample < 10; ++sample) {
      const std::vector<double> t = random_variables(directions, random);
      double largest = -1e9;
      for (Index i = 0; i < n; ++i) largest = std::max(largest, value_of(forms, i, t, random));
      CHECK(std::abs(largest - affine_part(result, 1, t)) <= result.radius(1) + 1e-14);
    }
  }
}

TEST_CASE("bends of ReLU and maximum are found, the one nearest the middle") {
  AffineForms forms(2, 1);
  forms.centre(0) = 0.5, forms.slope(0, 0) = 1;
  forms.centre(1) = -0.25, forms.slope(0, 1) = 1;
  Kink kink;
  for (const Index i : {0, 1}) {
    AffineForms copy = forms;
    relu(copy, i, i + 1, &kink);
    CHECK(kink.at() == (i == 0 ? -0.5 : 0.25));
  }
  Kink none;
  forms.centre(0) = 1;  // bends at the very end
  relu(forms, 0, 1, &none);
  CHECK_FALSE(none.at().has_value());

  AffineForms pair(2, 1), result(1, 1);
  pair.centre(0) = 1, pair.slope(0, 0) = 1;
  pair.centre(1) = 1.5, pair.slope(0, 1) = -1;
  Kink crossing;
  maximum(pair, std::vector<Index>{0, 1}, 1, result, 0, &crossing);
  CHECK(crossing.at() == 0.25);
}
