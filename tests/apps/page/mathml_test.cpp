#include <voronet/apps/page/mathml.h>
#include <voronet/core/error.h>

#include <doctest/doctest.h>

using namespace voronet;
using mathml::formula;

namespace {

std::string math(const std::string& row) { return "<math><mrow>" + row + "</mrow></math>"; }

}  // namespace

TEST_CASE("variables, names, numbers and operators are told apart") {
  CHECK(formula("W x + 2.5") == math("<mi>W</mi><mi>x</mi><mo>+</mo><mn>2.5</mn>"));
  CHECK(formula("softmax") == math("<mi>softmax</mi>"));
  CHECK(formula("α ≤ 1") == math("<mi>α</mi><mo>≤</mo><mn>1</mn>"));
  CHECK(formula("") == math(""));
}

TEST_CASE("a minus is a sign where nothing stands before it") {
  CHECK(formula("a - b") == math("<mi>a</mi><mo>−</mo><mi>b</mi>"));
  CHECK(formula("-a") == math("<mo form=\"prefix\">−</mo><mi>a</mi>"));
  CHECK(formula("= -a") == math("<mo>=</mo><mo form=\"prefix\">−</mo><mi>a</mi>"));
  CHECK(formula("x' - 1") == math("<mi>x</mi><mo>′</mo><mo>−</mo><mn>1</mn>"));
  CHECK(formula("x^2 - 1") == math("<msup><mi>x</mi><mn>2</mn></msup><mo>−</mo><mn>1</mn>"));
}

TEST_CASE("indices, powers, groups and functions nest") {
  CHECK(formula("z_k^2") == math("<msubsup><mi>z</mi><mi>k</mi><mn>2</mn></msubsup>"));
  CHECK(formula("frac{a}{sqrt{b}}") ==
        math("<mfrac><mrow><mi>a</mi></mrow><mrow><msqrt><mrow><mi>b</mi></mrow></msqrt></mrow></mfrac>"));
  CHECK(formula("norm{x}") == math("<mrow><mo form=\"prefix\" stretchy=\"true\">‖</mo><mrow><mi>x</mi></mrow>"
                                   "<mo form=\"postfix\" stretchy=\"true\">‖</mo></mrow>"));
  CHECK(formula("f(x)").find("<mo form=\"prefix\" stretchy=\"true\">(</mo><mrow><mi>x</mi></mrow>") !=
        std::string::npos);
}

TEST_CASE("whatever a formula holds, it is not markup") {
  CHECK(formula("a < b & c") == math("<mi>a</mi><mo>&lt;</mo><mi>b</mi><mo>&amp;</mo><mi>c</mi>"));
  CHECK(formula("\"<b>\"") == math("<mtext>&nbsp;&lt;b&gt;&nbsp;</mtext>"));
}

TEST_CASE("a formula that does not add up is refused") {
  CHECK_THROWS_WITH_AS(formula("(a"), "formula: (a: ) is missing", Error);
  CHECK_THROWS_WITH_AS(formula("a}"), "formula: a}: } without its partner", Error);
  CHECK_THROWS_WITH_AS(formula("frac{a}b"), "formula: frac{a}b: { is missing", Error);
  CHECK_THROWS_WITH_AS(formula("_k"), "formula: _k: an index or power of nothing", Error);
  CHECK_THROWS_WITH_AS(formula("z_"), "formula: z_: an index or power of nothing", Error);
  CHECK_THROWS_WITH_AS(formula("\"a"), "formula: \"a: \" is missing", Error);
}
