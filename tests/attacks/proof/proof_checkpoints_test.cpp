// Proofs of real networks and images against the exhaustive search.
#include <voronet/attacks/attack_all.h>
#include <voronet/attacks/pixel/exhaustive.h>
#include <voronet/attacks/proof/exact.h>

#include "support/authors_networks.h"
#include "support/sanitized.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

TEST_CASE("of 50 images none that is certified has a flip, and few are too near a tie: authors' networks") {
  const auto authors = authors_networks();
  if (!authors) return;
  const Index images = sanitized ? 2 : 25;  // of each head
  for (const std::string head : {"softmax", "gauss"}) {
    CAPTURE(head);
    Classifier classifier = authors->load(head);
    const AttackedModel model(classifier);
    const auto network = std::make_shared<const ProvableNetwork>(classifier);
    int certified = 0, proven = 0, tied = 0;
    const std::vector<Index> chosen =
        correctly_classified(model.predict, authors->images, images, head == "gauss" ? 0 : 25);
    for (const Index index : chosen) {
      CAPTURE(index);
      const data::Images image = authors->images.images.select({&index, 1});
      const int label = authors->images.labels[index];
      const AttackRow exact = attack(Exhaustive{.census = true}, model, image, index, label);
      const AttackRow certificate =
          attack(Exact{.network = network, .census = true}, model, image, index, label);
      const AttackRow line = attack(Exact{.network = network, .census = true, .domain = Domain::reals}, model,
                                    image, index, label);
      CHECK(certificate.census == exact.census);
      CHECK(line.census == exact.census);
      CHECK_FALSE((certificate.proof->certified && exact.flip()));
      CHECK((certificate.proof->certified || exact.flip() || certificate.proof->ties > 0));
      CHECK_FALSE((line.proof->certified && exact.flip()));
      CHECK_FALSE((line.proof->certified_confident && exact.confident_flip()));
      tied += !(line.proof->certified || line.flip() || line.proof->real_flip);
      certified += certificate.proof->certified;
      proven += line.proof->certified;
    }
    CHECK(std::ssize(chosen) == images);
    CHECK(tied <= images / 12);  // too near a tie for floats to tell
    CHECK(certified >= images * 3 / 5);
    CHECK(proven >= images * 3 / 5);
  }
}
