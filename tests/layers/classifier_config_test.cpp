#include <voronet/core/error.h>
#include <voronet/layers/classifier_config.h>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("every setting of a configuration comes back from its text") {
  const ClassifierConfig config{.model = "other",
                                .model_width = 48,
                                .model_depth = 3,
                                .embedding = 84,
                                .final_relu = false,
                                .head = "gauss",
                                .bias = false,
                                .gauss = {.learn_gamma = false},
                                .duq = {.centroid_size = 12, .gamma = 0.1},
                                .spectral_norm = 2.5,
                                .classes = 100,
                                .height = 32,
                                .width = 31,
                                .channels = 3,
                                .mean = {0.4914, 1.0 / 3, -1e-30},
                                .deviation = {0.2023, 0.1994, 1e22}};
  const Settings settings = to_settings(config);
  const ClassifierConfig back = from_settings(settings);
  CHECK(to_settings(back) == settings);
  CHECK(back.model == "other");
  CHECK(back.model_width == 48);
  CHECK(back.model_depth == 3);
  CHECK(back.embedding == 84);
  CHECK_FALSE(back.final_relu);
  CHECK(back.head == "gauss");
  CHECK_FALSE(back.bias);
  CHECK_FALSE(back.gauss.learn_gamma);
  CHECK(back.duq.centroid_size == 12);
  CHECK(back.duq.gamma == 0.1);
  CHECK(back.spectral_norm == 2.5);
  CHECK(back.classes == 100);
  CHECK(back.height == 32);
  CHECK(back.width == 31);
  CHECK(back.channels == 3);
  CHECK(back.mean == config.mean);
  CHECK(back.deviation == config.deviation);
}

TEST_CASE("missing settings keep their defaults and unknown ones are ignored") {
  CHECK(to_settings(from_settings({})) == to_settings({}));
  CHECK(to_settings(from_settings({{"colour", "red"}})) == to_settings({}));
  CHECK(from_settings({{"mean", "0.5"}}).mean == std::vector<double>{0.5});
}

TEST_CASE("settings that are no number, switch or list are refused by name") {
  CHECK_THROWS_WITH_AS(from_settings({{"embedding", "ten"}}), "embedding: 'ten' is not a whole number",
                       const Error&);
  CHECK_THROWS_AS(from_settings({{"classes", "1e3"}}), const Error&);
  CHECK_THROWS_AS(from_settings({{"classes", ""}}), const Error&);
  CHECK_THROWS_AS(from_settings({{"height", "99999999999999999999"}}), const Error&);
  CHECK_THROWS_WITH_AS(from_settings({{"bias", "true"}}), "bias: 'true' is neither on nor off", const Error&);
  CHECK_THROWS_WITH_AS(from_settings({{"embedding", "-1"}}), "embedding: -1 is less than 0", const Error&);
  CHECK_THROWS_WITH_AS(from_settings({{"channels", "0"}}), "channels: 0 is less than 1", const Error&);
  CHECK_THROWS_AS(from_settings({{"spectral_norm", "nan"}}), const Error&);
  for (const char* list : {"", "0.5,", ",0.5", "0.5,,0.5", "0.5 0.5"})
    CHECK_THROWS_AS(from_settings({{"mean", list}}), const Error&);
}

TEST_CASE("settings that are not finite are refused") {
  for (const char* key : {"mean", "std", "spectral_norm", "duq_gamma"})
    for (const char* value : {"nan", "inf", "-inf", "1e999"})
      CHECK_THROWS_WITH_AS(from_settings({{key, value}}),
                           text(key, ": '", value, "' is not a finite number").c_str(), Error);
  CHECK_THROWS_WITH_AS(from_settings({{"embedding", "0.5"}}), "embedding: '0.5' is not a whole number",
                       Error);
}
