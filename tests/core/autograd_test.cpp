#include <voronet/core/autograd.h>
#include <voronet/core/operators.h>

#include <doctest/doctest.h>

using namespace voronet;

TEST_CASE("the gradient of a product of sums is what calculus says, to the third order") {
  const Tensor x = variable(scalar(2, Dtype::f64));
  Tensor y = x * x * x;
  for (const double expected : {12.0, 12.0, 6.0}) {
    y = grad(y, {x}, {.create_graph = true})[0];
    CHECK(y.item() == doctest::Approx(expected));
  }
}

TEST_CASE("an input that no output depends on gets zeros") {
  const Tensor x = variable(ones({2, 3})), y = variable(ones({2}));
  const Tensors g = grad(sum(x), {x, y});
  CHECK(g[0].to_vector() == std::vector<double>(6, 1));
  CHECK(g[1].to_vector() == std::vector<double>(2, 0));
}

TEST_CASE("grad says what is missing") {
  const Tensor x = variable(ones({2}));
  CHECK_THROWS_WITH_AS(grad(x * x, {x}), "grad: output of shape (2) needs a cotangent", Error);
  CHECK_THROWS_WITH_AS(grad(sum(x), {ones({2})}), "grad: an input is not tracked (see variable())", Error);
  CHECK_THROWS_AS(grad(ones({}), {x}), Error);
  CHECK_THROWS_AS(grad(x * x, {x}, {.cotangents = {ones({3})}}), Error);
}

TEST_CASE("each gradient is announced when it is whole, before those of earlier layers") {
  const Tensor first = variable(from({1, 2}, {2})), second = variable(from({3, 4}, {2})),
               unused = variable(ones({1}));
  int rules = 0;
  const auto counted = [&](const Tensor& x) {
    return record("counted", x.detach(), {{x, [&](const Step& s) { return ++rules, s.gradient(); }}});
  };
  const Tensor middle = counted(counted(first)) + first;
  std::vector<std::pair<std::size_t, int>> announced;  // an input's position, and the rules used by then
  const Tensors gradients = grad(sum(middle * second), {first, second, unused, second},
                                 {.ready = [&](std::size_t input, const Tensor& gradient) {
                                   announced.emplace_back(input, rules);
                                   CHECK(gradient.size() == (input == 2 ? 1 : 2));
                                 }});
  CHECK(announced == std::vector<std::pair<std::size_t, int>>{{1, 0}, {3, 0}, {0, 2}, {2, 2}});
  CHECK(gradients[0].to_vector() == std::vector<double>{6, 8});
  CHECK(gradients[3].to_vector() == std::vector<double>{2, 4});
}

TEST_CASE("rules share what they make together, and see whether their gradients are recorded") {
  int computed = 0;
  std::vector<bool> recording;
  const auto both = [&](const Step& s) {
    ++computed;
    recording.push_back(autograd::recording());
    return Tensors{2 * s.gradient(), 3 * s.gradient()};
  };
  const Tensor x = variable(ones({2})), y = variable(ones({2}));
  const Tensor z = record("pair", ones({2}),
                          {{x, [&](const Step& s) { return s.shared(both)[0]; }},
                           {y, [&](const Step& s) { return s.shared(both)[1]; }}});
  const Tensors cotangent{from({1, 10}, {2})};
  const Tensors g = grad(z, {x, y}, {.cotangents = cotangent});
  CHECK(computed == 1);
  CHECK(g[0].to_vector() == std::vector<double>{2, 20});
  CHECK(g[1].to_vector() == std::vector<double>{3, 30});
  grad(z, {x, y}, {.create_graph = true, .cotangents = cotangent});
  CHECK(computed == 2);
  CHECK(recording == std::vector<bool>{false, true});
}

TEST_CASE("nothing is recorded under NoGrad, and recording resumes after it") {
  const Tensor x = variable(ones({2}));
  {
    const NoGrad scope;
    CHECK_FALSE((x * x).tracked());
  }
  CHECK((x * x).tracked());
}

TEST_CASE("a recorded tensor cannot be written, a leaf can") {
  const Tensor x = variable(ones({2}));
  CHECK_NOTHROW(x.mutable_data<float>());
  CHECK_THROWS_WITH_AS(
      (x * x).mutable_data<float>(),
      "tensor: written in place, but multiply recorded it and its graph may need the old values", Error);
}

TEST_CASE("a chain of 10,000 operators differentiates twice and frees without overflowing the stack") {
  const Index before = autograd::live_nodes();
  {
    const Tensor x = variable(scalar(1, Dtype::f64));
    Tensor y = x;
    for (int i = 0; i < 10000; ++i) y = sqrt(y * x);
    const Tensor g = grad(y, {x}, {.create_graph = true})[0];
    CHECK(g.item() == doctest::Approx(1));
    CHECK(grad(g, {x})[0].item() == doctest::Approx(0));
  }
  CHECK(autograd::live_nodes() == before);
}

namespace {

// What grad says when `written` is written after the forward pass; "" if nothing.
std::string complaint(const Tensor& output, const Tensor& input, const Tensor& written) {
  written.assign(0.5 * ones(written.shape()));
  try {
    (void)grad(sum(output), {input});
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

std::string needs(const std::string& name, const std::string& what) {
  return "grad: " + name + " needs " + what +
         " as it was, but it was written since: compute the output again";
}

}  // namespace

TEST_CASE("a leaf that was written since is refused where the gradient needs its old values") {
  const auto leaf = [](const Shape& shape) { return variable(ones(shape)); };
  Tensor x = leaf({2}), y = leaf({2}), image = leaf({1, 2, 2, 1}), weight = leaf({1, 1, 1, 1});
  const Tensor row = leaf({1, 2}), column = leaf({2, 1});
  const std::string vector = "a leaf of shape (2)", kernel = "a leaf of shape (1, 1, 1, 1)";
  CHECK(complaint(x * x, x, x) == needs("multiply", vector));
  CHECK(complaint(x / y, x, y) == needs("divide", vector));
  CHECK(complaint(x / y, y, x) == needs("divide", vector));
  CHECK(complaint(log(x), x, x) == needs("log", vector));
  CHECK(complaint(abs(x), x, x) == needs("abs", "a tensor of shape (2)"));
  CHECK(complaint(clamp(x, 0, 2), x, x) == needs("clamp", "a tensor of shape (2)"));
  CHECK(complaint(softplus(x), x, x) == needs("softplus", vector));
  CHECK(complaint(where(y, x, 0 * x), x, y) == needs("where", "a tensor of shape (2)"));
  CHECK(complaint(matmul(row, column), row, column) == needs("matmul", "a leaf of shape (2, 1)"));
  CHECK(complaint(matmul(row, column), column, row) == needs("matmul", "a leaf of shape (1, 2)"));
  CHECK(complaint(conv2d(image, weight), image, weight) == needs("conv2d", kernel));
  CHECK(complaint(conv2d(image, weight), weight, image) == needs("conv2d", "a leaf of shape (1, 2, 2, 1)"));
  CHECK(complaint(conv2d(image, weight, {}, {}, {.max_pool = 2}), image, weight) ==
        needs("conv2d_tail", kernel));
  CHECK(complaint(conv2d(image, weight, {}, {}, {.relu = true}), weight, image) ==
        needs("conv2d_tail", "a leaf of shape (1, 2, 2, 1)"));

  const ChannelStatistics statistics{zeros({2}), ones({2}), 1};
  const Tensor rows = leaf({3, 2});
  const auto normalised = [&] { return batch_norm(rows, statistics, x, y); };
  CHECK(complaint(normalised(), rows, x) == needs("batch_norm", vector));
  CHECK(complaint(normalised(), x, rows) == needs("batch_norm", "a leaf of shape (3, 2)"));
  CHECK(complaint(normalised(), x, statistics.mean) == needs("batch_norm", "a tensor of shape (2)"));
}

TEST_CASE("a written leaf is no fault where its values are not needed, and a new forward pass forgets it") {
  const Tensor x = variable(ones({2})), y = variable(ones({2}));
  CHECK(complaint(x + y, x, y).empty());
  CHECK(complaint(x * y, y, y).empty());  // y's gradient is x
  CHECK(complaint(sum(reshape(x, {2, 1})), x, x).empty());
  CHECK(complaint(relu(x), x, x).empty());
  CHECK(grad(sum(x * x), {x})[0].to_vector() == std::vector<double>{1, 1});
}

TEST_CASE("writing a recorded tensor through another handle of its storage is noticed too") {
  const Tensor x = variable(ones({2}));
  const Tensor y = exp(x), z = sigmoid(x), product = y * z;
  CHECK(complaint(y, x, y.detach()) == needs("exp", "a tensor of shape (2)"));
  CHECK(complaint(z, x, z.storage_view({1})) == needs("sigmoid", "a tensor of shape (2)"));
  CHECK(complaint(product, y, variable(z)) == needs("multiply", "a tensor of shape (2)"));
  const Tensor constant = ones({2});
  CHECK(complaint(x * constant, x, constant) == needs("multiply", "a tensor of shape (2)"));
}

TEST_CASE("gradients share no storage with one another or with the caller's cotangent") {
  const Tensor x = variable(ones({2})), y = variable(ones({2})), cotangent = ones({2});
  const Tensor middle = x + 1.0;
  const Tensors gradients =
      grad(middle + y, {x, y, y, middle},
           {.cotangents = {cotangent},
            .ready = [](std::size_t, const Tensor& gradient) { gradient.assign(2 * gradient); }});
  for (const Tensor& gradient : gradients) CHECK(gradient.to_vector() == std::vector<double>{2, 2});
  CHECK(cotangent.to_vector() == std::vector<double>{1, 1});
  gradients[0].assign(zeros({2}));
  CHECK(gradients[1].at(0) + gradients[2].at(0) + gradients[3].at(0) == 6);
}
