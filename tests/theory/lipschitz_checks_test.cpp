#include <voronet/core/operators.h>
#include <voronet/theory/certificates.h>
#include <voronet/theory/lipschitz_checks.h>

#include <algorithm>
#include <string>

#include "support/authors_networks.h"
#include "support/sanitized.h"
#include <doctest/doctest.h>

namespace voronet {
namespace {

// The names of the checks that failed.
std::vector<std::string> failures(const Checks& checks) {
  std::vector<std::string> names;
  for (const Check& check : checks.all())
    if (!check.ok()) names.push_back(check.name);
  return names;
}

bool failed(const Checks& checks, const std::string& name) {
  const auto names = failures(checks);
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The identity on a line, whose bound is 1: features near two centroids, at 0 and 10.
BoundedMap line(double claimed) {
  return {.phi = [](const Tensor& x) { return x + 0; },
          .lipschitz = claimed,
          .points = from({0, 2, 4.9, 5.1, 9, 10}, {6, 1}, Dtype::f64),
          .labels = {0, 0, 0, 1, 1, 1}};
}

std::unique_ptr<Head> gauss_on_line() {
  Random random(1);
  auto head = std::make_unique<GaussHead>(1, 2, random);
  head->to(Dtype::f64);
  head->weight.assign(from({0, 10}, {2, 1}));
  return head;
}

std::unique_ptr<Head> softmax_on_line() {
  Random random(1);
  auto head = std::make_unique<SoftmaxHead>(1, 2, random);
  head->to(Dtype::f64);
  head->weight.assign(from({-1, 1}, {2, 1}));
  head->bias.assign(from({5, -5}, {2}));
  return head;
}

Checks all_checks(const BoundedMap& map, Head& head) {
  Checks checks;
  Random random(3);
  check_lipschitz(checks, map, jacobian_norms(map.phi, map.points));
  check_certificates(checks, map, head, 2, random);
  return checks;
}

TEST_CASE("a map that keeps its bound passes, with both heads") {
  for (const auto& head : {gauss_on_line(), softmax_on_line()}) {
    const Checks checks = all_checks(line(1), *head);
    CHECK(failures(checks) == std::vector<std::string>{});
    for (const Check& check : checks.all()) CHECK(check.trials > 0);
  }
}

TEST_CASE("a bound that is a little too small fails where it is sharp") {
  for (const auto& head : {gauss_on_line(), softmax_on_line()}) {
    const Checks checks = all_checks(line(0.999), *head);
    CHECK(failed(checks, "pair-ratio"));
    CHECK(failed(checks, "jacobian-norm"));
    CHECK(failed(checks, "certificate"));
  }
}

TEST_CASE("the scatter theorem and the islands fail where the bound is far too small") {
  const auto head = gauss_on_line();
  const Checks checks = all_checks(line(0.3), *head);
  for (const char* name : {"distance-to-mean", "within-scatter", "cell-distance", "islands"}) {
    CAPTURE(name);
    CHECK(failed(checks, name));
  }
}

TEST_CASE("classes that the theorem settles must be nearest to their means") {
  // Two points of class 0 apart in the inputs, one of whose features lies with class 1.
  const BoundedMap map{.phi = [](const Tensor& x) { return slice(x, 1, 0, 1) + 0; },
                       .lipschitz = 0.01,
                       .points = from({0, 0, 9, 1, 10, 0}, {3, 2}, Dtype::f64),
                       .labels = {0, 0, 1}};
  Checks checks;
  check_lipschitz(checks, map, {});
  CHECK(failed(checks, "settled-classes"));
}

TEST_CASE(
    "a radius from the own confidence fails with centroids that are farther apart than the logits say") {
  const auto head = gauss_on_line();
  const auto own = std::get<CentroidForm>(head->form());
  const Tensor logits = (*head)(line(1).points).detach();
  Checks right, wrong;
  check_own_confidence(right, own, logits, 1);
  check_own_confidence(wrong, {own.centroids * 1.001, own.gamma}, logits, 1);
  CHECK(failures(right).empty());
  CHECK(failed(wrong, "own-confidence"));
}

TEST_CASE("a power iteration above its bound is seen") {
  Lipschitz table;
  table.steps.resize(2);
  Checks good;
  check_step_norms(good, table);
  CHECK(failures(good).empty());
  table.steps[1].norm.estimate = 1.001;
  Checks bad;
  check_step_norms(bad, table);
  CHECK(failed(bad, "power-below-bound"));
}

TEST_CASE("points of f32 are refused") {
  BoundedMap map = line(1);
  map.points = map.points.to(Dtype::f32);
  Checks checks;
  CHECK_THROWS_WITH_AS(check_lipschitz(checks, map, {}), "checks: points of f32, not f64", Error);
}

TEST_CASE("the authors' networks pass, with their products of norms as bounds") {
  const auto authors = test::authors_networks();
  if (!authors) return;
  const Index n = test::sanitized ? 20 : 60;
  for (const char* head : {"softmax", "gauss"}) {
    Classifier net = authors->load(head);
    net.to(Dtype::f64);
    net.eval();
    const Lipschitz bounds = feature_lipschitz(net);
    const BoundedMap map{.phi = [&](const Tensor& x) { return net.features(x); },
                         .lipschitz = bounds.total.bound,
                         .points = authors->first(n, Dtype::f64),
                         .labels = authors->first_labels(n)};
    Checks checks = all_checks(map, net.head());
    check_step_norms(checks, bounds);
    CHECK(failures(checks) == std::vector<std::string>{});
    // With a modulus as small as their pair ratios the certificates would be wrong.
    BoundedMap wrong = map;
    wrong.lipschitz = 2;
    CHECK(failed(all_checks(wrong, net.head()), "jacobian-norm"));
    CHECK(failed(all_checks(wrong, net.head()), "certificate"));
  }
}

}  // namespace
}  // namespace voronet
