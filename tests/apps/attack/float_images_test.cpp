#include <voronet/apps/attack/pictures.h>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

const data::Images before{1, 1, 3, 1, {0, 51, 255}};

}  // namespace

TEST_CASE("floats become a tensor of the image's size, and bytes for the eye") {
  const std::vector<float> values = {0.1F, 0.2F, 1};
  CHECK(tensor_of(values, before).shape() == Shape{1, 1, 3, 1});
  CHECK(tensor_of(values, before).values<float>()[1] == 0.2F);
  CHECK(rounded_image(before, values).pixels == std::vector<std::uint8_t>{26, 51, 255});
  CHECK_THROWS_AS(tensor_of(std::vector<float>(2), before), Error);
}

TEST_CASE("a change is magnified around middle gray until its largest is black or white") {
  const Perturbation change = perturbation(data::to_tensor(before), {0.05F, 0.2F, 0.9F});
  CHECK(magnified_change(before, change).pixels == std::vector<std::uint8_t>{191, 128, 0});
  const Perturbation none = perturbation(data::to_tensor(before), {0, 0.2F, 1});
  CHECK(magnified_change(before, none).pixels == std::vector<std::uint8_t>{128, 128, 128});
}

TEST_CASE("a perturbation's norms are those of the difference") {
  const Perturbation change = perturbation(data::to_tensor(before), {0.3F, 0.2F, 0.6F});
  CHECK(change.linf == doctest::Approx(0.4));
  CHECK(change.l2 == doctest::Approx(0.5));
  CHECK(change.l1 == doctest::Approx(0.7));
  CHECK(change.l0 == 2);
  CHECK_THROWS_AS(perturbation(data::to_tensor(before), {0.5F}), Error);
}
