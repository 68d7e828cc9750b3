#include <voronet/apps/bench/case.h>
#include <voronet/core/kernels/explain.h>
#include <voronet/core/kernels/gemm.h>
#include <voronet/core/random.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <set>

namespace voronet {
namespace {

using kernels::Conv2dSizes, kernels::Direction;

Tensor noise(const Shape& shape) {
  Random random(1);
  return uniform(shape, -1, 1, random);
}

// Square matrices of noise and their product.
class MatrixProduct {
 public:
  static constexpr Index size = 2048;
  static constexpr double flop = 2.0 * size * size * size;

  void operator()() {
    kernels::gemm<float>(size, size, size, {a_.data<float>(), size}, {b_.data<float>(), size},
                         c_.mutable_data<float>());
  }

 private:
  Tensor a_ = noise({size, size}), b_ = noise({size, size}), c_{Shape{size, size}, Dtype::f32};
};

void gemm(benchmark::State& state) {
  MatrixProduct product;
  product();
  for (auto _ : state) product();
  count_flop(state, MatrixProduct::flop);
}

// As in training: weights are packed each time.
void convolve(benchmark::State& state, const Conv2dSizes& s, Direction direction) {
  const Tensor x = noise({s.n, s.h, s.w, s.c}), weight = noise({s.o, s.c, s.kh, s.kw}),
               y = noise({s.n, s.out_h(), s.out_w(), s.o});
  const auto step = [&] {
    switch (direction) {
      case Direction::forward:
        return kernels::conv2d(s, x.data<float>(), weight.data<float>(), y.mutable_data<float>());
      case Direction::input_gradient:
        return kernels::conv2d_input_gradient(s, y.data<float>(), weight.data<float>(),
                                              x.mutable_data<float>());
      case Direction::weight_gradient:
        return kernels::conv2d_weight_gradient(s, x.data<float>(), y.data<float>(),
                                               weight.mutable_data<float>());
    }
  };
  step();
  for (auto _ : state) step();
  count_flop(state, flop_of(s));
}

std::string case_name(const Conv2dSizes& s, Direction direction) {
  static constexpr std::array names = {"forward", "input_gradient", "weight_gradient"};
  return text("conv_", s.kh, 'x', s.kw, s.stride > 1 ? text('s', s.stride) : "", '_', s.c, '_', s.o, '_', s.h,
              'x', s.w, '/', names[static_cast<int>(direction)]);
}

}  // namespace

std::vector<BenchCase> kernel_cases() {
  std::vector<BenchCase> cases = {{"gemm", gemm}};
  std::set<std::string> seen;
  for (const std::string& network : bench_networks())
    for (const Conv2dSizes& sizes : convolutions_of(network, bench_train_batch))
      for (const Direction direction :
           {Direction::forward, Direction::input_gradient, Direction::weight_gradient}) {
        const std::string name = case_name(sizes, direction);
        if (seen.insert(name).second)
          cases.push_back({name, [=](benchmark::State& state) { convolve(state, sizes, direction); }});
      }
  return cases;
}

double gemm_rate() {
  static const double rate = [] {
    using Clock = std::chrono::steady_clock;
    MatrixProduct product;
    product();
    double best = 0;
    for (int i = 0; i < 5; ++i) {
      const Clock::time_point start = Clock::now();
      product();
      best =
          std::max(best, MatrixProduct::flop / std::chrono::duration<double>(Clock::now() - start).count());
    }
    return best;
  }();
  return rate;
}

}  // namespace voronet
