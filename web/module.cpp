#include <voronet/web/module.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <typeinfo>

using namespace voronet;

PAGE(allocate) void* allocate(std::size_t bytes) { return std::malloc(bytes); }
PAGE(release) void release(void* memory) { std::free(memory); }

// Nothing is caught on the way: what is thrown, an Error, goes to the page, which throws it on (module.js).
extern "C" __attribute__((noreturn, import_module("page"), import_name("fail"))) void fail(const char* words);
extern "C" void* __cxa_allocate_exception(std::size_t bytes) { return std::malloc(bytes); }
extern "C" [[noreturn]] void __cxa_throw(void* thrown, std::type_info*, void (*)(void*)) {
  fail(static_cast<std::exception*>(thrown)->what());
}

namespace voronet::web {

Tensor matrix(const double* values, Index rows, Index columns) {
  return from({values, values + rows * columns}, {rows, columns}, Dtype::f64);
}

Tensor vector(const double* values, Index n) { return reshape(matrix(values, 1, n), {n}); }

std::vector<int> labels_of(const int* labels, Index n) { return {labels, labels + n}; }

void write(const Tensor& x, double* out) { std::ranges::copy(x.to_vector(), out); }

Tensor grid_points(const double* plane, Index d, const double* window, Index grid) {
  std::vector<double> coordinates;
  const double step = window[2] / static_cast<double>(grid);
  for (Index row = 0; row < grid; ++row)
    for (Index column = 0; column < grid; ++column) {
      coordinates.push_back(window[0] + (static_cast<double>(column) + 0.5) * step);
      coordinates.push_back(window[1] + window[2] - (static_cast<double>(row) + 0.5) * step);
    }
  return matrix(plane, 1, d) +
         matmul(from(coordinates, {grid * grid, 2}, Dtype::f64), matrix(plane + d, 2, d));
}

void write_ground(const Tensor& logits, const Tensor& confidences, const std::vector<int>& nearest,
                  std::uint8_t* out) {
  const std::vector<int> classes = argmax(logits);
  const Index c = logits.dim(1);
  for (Index i = 0; i < logits.dim(0); ++i) {
    const double confidence = std::clamp(confidences.at(i * c + classes[i]), 0.0, 1.0);
    *out++ = static_cast<std::uint8_t>(classes[i]);
    *out++ = static_cast<std::uint8_t>(std::lround(255 * confidence));
    *out++ = static_cast<std::uint8_t>(nearest[i]);
  }
}

double share_right(const Tensor& logits, const std::vector<int>& labels) {
  const std::vector<int> classes = argmax(logits);
  double right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) right += classes[i] == labels[i];
  return right / static_cast<double>(labels.size());
}

}  // namespace voronet::web
