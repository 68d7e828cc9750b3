// Steps of an optimiser beside those of PyTorch in tests/golden/optimizers.json, which optimizers.py there
// makes.
#pragma once

#include <voronet/core/file.h>
#include <voronet/core/operators/arithmetic.h>
#include <voronet/optim/optimizer.h>

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

namespace voronet::test {

inline Tensor start(Dtype dtype) { return from({1, -2, 0.5, 0}, {4}, dtype); }

// The script's: a cotangent that grows, less the sine of the parameter.
inline Tensor gradient(const Tensor& parameter, int step) {
  std::vector<double> values = {0.3, -0.1, 2, 1};
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = values[i] * (step + 1) - std::sin(parameter.at(static_cast<Index>(i)));
  return from(values, {4}, parameter.dtype());
}

// The largest relative difference to the numbers of that name, on the way of five steps. make(parameter)
// gives the optimiser.
template <class Make>
double largest_difference(const std::string& name, Dtype dtype, const Make& make) {
  static const auto paths =
      nlohmann::json::parse(read_file(VORONET_SOURCE_DIR "/tests/golden/optimizers.json"));
  const Tensor parameter = start(dtype);
  auto optimizer = make(parameter);
  double largest = 0;
  int step = 0;
  for (const auto& expected : paths.at(name)) {
    optimizer.step({gradient(parameter, step++)});
    for (std::size_t i = 0; i < 4; ++i) {
      const double value = expected.at(i);
      largest =
          std::max(largest, std::abs(parameter.at(static_cast<Index>(i)) - value) / (1 + std::abs(value)));
    }
  }
  return largest;
}

}  // namespace voronet::test
