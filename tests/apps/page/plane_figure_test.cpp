#include <voronet/apps/page/plane_figure.h>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Three classes in the plane, whose centroids are the points themselves.
struct Example {
  Random random{1};
  GaussHead head{2, 3, random, {.gamma = 1}};
  PlaneFigure figure{
      "A & B", "three classes", whole_plane(), from({0, 0, 4, 0, 0, 4}, {3, 2}, Dtype::f64), {0, 1, 2}};
  Example() {
    head.to(Dtype::f64);
    head.set_centroids(figure.features);
    figure.centroids = figure.features;
    figure.class_names = {"<left>", "right", "upper"};
  }
};

}  // namespace

TEST_CASE("a plane's figure shows ground, points and named centroids") {
  Example example;
  const std::string picture = svg(example.figure, example.head);
  CHECK(contains(picture, "<title>A &amp; B</title>"));
  CHECK(contains(picture, "href=\"data:image/png;base64,"));
  CHECK(contains(picture, "&lt;left&gt;</text>"));
  for (const int label : {0, 1, 2}) CHECK(contains(picture, "stroke=\"" + class_colour(label)));
  CHECK(!contains(picture, "http"));
}

TEST_CASE("only the centroids that are asked for are marked") {
  Example example;
  example.figure.only = {1};
  const std::string picture = svg(example.figure, example.head);
  CHECK(contains(picture, "right</text>"));
  CHECK(!contains(picture, "upper</text>"));
}

TEST_CASE("colours repeat after ten classes, and a legend names each") {
  CHECK(class_colour(0) == "#4e79a7");
  CHECK(class_colour(13) == class_colour(3));
  CHECK(class_colour(1) != class_colour(2));
  CHECK(contains(class_legend({"a", "<b>"}), "&lt;b&gt;"));
}

TEST_CASE("a figure without points, or with a label too many, is refused") {
  Example example;
  example.figure.labels.push_back(0);
  CHECK_THROWS_WITH_AS(svg(example.figure, example.head), "plane figure: 3 points and 4 labels", Error);
}
