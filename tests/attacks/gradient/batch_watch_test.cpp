#include <voronet/attacks/gradient/gradient_attack.h>
#include <voronet/core/operators.h>

#include "attacks/attacked_lenet.h"
#include <doctest/doctest.h>

using namespace voronet;

namespace {

// A picture, and one of another class, as the network sees them.
struct Shown {
  Shown() : predictor(lenet.network), clean(data::to_tensor(lenet.images)) {
    // A picture of another class than the first's.
    other = 1;
    while (lenet.jobs.at(other).label == lenet.jobs[0].label) ++other;
    jobs = {lenet.jobs[0]};
    first = clean.storage_view({1, 28, 28, 1});
    flipped = clean.storage_view({1, 28, 28, 1}, other * 784);
  }

  AttackedLenet lenet{"softmax", 400};
  Predictor predictor;
  Tensor clean, first, flipped;
  Index other;
  std::vector<AttackJob> jobs;
};

}  // namespace

TEST_CASE("queries are counted, the first flip is noted, and the worthiest is kept and confirmed") {
  Shown shown;
  BatchWatch watch(shown.predictor, shown.first, shown.jobs, 0.0);
  watch.count();
  watch.look(shown.predictor(shown.first), shown.first);
  watch.count();
  watch.look(shown.predictor(shown.flipped), shown.flipped, [](Index) { return 1.0; });
  watch.count();
  const Tensor dimmer = 0.999 * shown.flipped;
  watch.look(shown.predictor(dimmer), dimmer, [](Index) { return 0.5; });
  const AttackRow row = watch.finish().at(0);
  CHECK(row.queries == 3);
  CHECK(row.first_flip == 2);
  CHECK(row.first_confident_flip == 2);
  CHECK(row.predicted == shown.lenet.jobs[shown.other].label);
  CHECK(row.confidences_after == shown.predictor(shown.flipped).confidences.to_vector());
  REQUIRE(row.perturbation.has_value());
  CHECK(row.perturbation->image[100] == shown.flipped.at(100));
}

TEST_CASE("what is worth nothing is passed over, and what the network does not confirm is no flip") {
  Shown shown;
  BatchWatch watch(shown.predictor, shown.first, shown.jobs, 0.0);
  watch.count();
  watch.look(shown.predictor(shown.flipped), shown.flipped, [](Index) { return std::nullopt; });
  CHECK(!watch.finish().at(0).flip());

  BatchWatch deceived(shown.predictor, shown.first, shown.jobs, 0.0);
  deceived.count();
  deceived.look(shown.predictor(shown.flipped), shown.first);  // another picture's answers
  const AttackRow row = deceived.finish().at(0);
  CHECK(!row.flip());
  CHECK(!row.perturbation.has_value());
  CHECK(row.predicted == row.label);

  BatchWatch second(shown.predictor, shown.first, shown.jobs, 0.0);
  second.count();
  second.look(shown.predictor(shown.flipped), shown.first, [](Index) { return 2.0; });
  second.look(shown.predictor(shown.flipped), shown.flipped, [](Index) { return 1.0; });
  CHECK(second.finish().at(0).flip());  // the next best is one
}

TEST_CASE("a flip below tau is not confident") {
  Shown shown;
  BatchWatch watch(shown.predictor, shown.first, shown.jobs, 0.9);
  watch.count();
  watch.look(shown.predictor(shown.flipped), shown.flipped);
  const AttackRow row = watch.finish().at(0);
  CHECK(row.flip());
  CHECK(!row.confident_flip());
}
