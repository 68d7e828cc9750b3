// A network's forward in float whose sums are added up in an order of one's own, with subnormal numbers or
// with zeros in their place: an evaluation that no kernel makes, but that another program might.
#pragma once

#include <voronet/layers/plan/graph.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace voronet::test {

struct OrderedFloats {
  enum class Order { first_to_last, last_to_first, largest_first, smallest_first, shuffled };
  Order order = Order::first_to_last;
  bool flush = false;  // subnormal numbers become zeros

  // Of one image, whose elements are x, (h, w, c).
  std::vector<float> operator()(const PlanGraph& graph, const std::vector<float>& x) const {
    std::vector<std::vector<float>> values(graph.shapes.size());
    values[0] = x;
    for (const PlanStep& step : graph.steps) {
      if (step.kind == PlanKind::concat) {
        values[step.output] = side_by_side(graph, step, values);
        continue;
      }
      std::vector<float> y = affine(graph, step, values[step.input]);
      for (std::size_t i = 0; i < y.size(); ++i) {
        if (step.residual >= 0) y[i] = kept(y[i] + values[step.residual][i]);
        if (step.relu && y[i] < 0) y[i] = 0;
      }
      values[step.output] = std::move(y);
    }
    return values[graph.output];
  }

 private:
  float kept(float x) const { return flush && std::abs(x) < std::numeric_limits<float>::min() ? 0 : x; }

  float sum(std::vector<float> terms) const {
    const auto smaller = [](float a, float b) { return std::abs(a) < std::abs(b); };
    if (order == Order::last_to_first) std::reverse(terms.begin(), terms.end());
    if (order == Order::smallest_first) std::stable_sort(terms.begin(), terms.end(), smaller);
    if (order == Order::largest_first) std::stable_sort(terms.rbegin(), terms.rend(), smaller);
    if (order == Order::shuffled) std::shuffle(terms.begin(), terms.end(), std::mt19937(1));
    float total = 0;
    for (const float term : terms) total = kept(total + kept(term));
    return total;
  }

  static std::vector<float> side_by_side(const PlanGraph& graph, const PlanStep& step,
                                         const std::vector<std::vector<float>>& values) {
    std::vector<float> y;
    const std::vector<float>&a = values[step.input], &b = values[step.residual];
    const Index of_a = graph.shape(step.input)[-1], of_b = graph.shape(step.residual)[-1];
    for (Index pixel = 0; pixel * of_a < std::ssize(a); ++pixel) {
      y.insert(y.end(), a.begin() + pixel * of_a, a.begin() + (pixel + 1) * of_a);
      y.insert(y.end(), b.begin() + pixel * of_b, b.begin() + (pixel + 1) * of_b);
    }
    return y;
  }

  static Shape map_of(const Shape& shape) { return shape.rank() == 3 ? shape : Shape{1, 1, shape.size()}; }

  std::vector<float> affine(const PlanGraph& graph, const PlanStep& step, const std::vector<float>& x) const {
    const Shape in = map_of(graph.shape(step.input)), out = map_of(graph.shape(step.output));
    const std::vector<double> weight =
                                  step.weight.defined() ? step.weight.to_vector() : std::vector<double>{},
                              bias = step.bias.defined() ? step.bias.to_vector() : std::vector<double>{};
    const auto w = [&](Index i) { return static_cast<float>(weight[i]); };
    const auto b = [&](Index c) { return static_cast<float>(bias[c]); };
    std::vector<float> y(static_cast<std::size_t>(out.size()));
    const auto for_each_output = [&](const auto& make) {
      for (Index e = 0; e < out.size(); ++e)
        y[e] = make(e / out[2] / out[1], e / out[2] % out[1], e % out[2]);
    };
    const auto window = [&](Index row, Index column, Index height, Index width, const auto& use) {
      for (Index ky = 0; ky < height; ++ky)
        for (Index kx = 0; kx < width; ++kx) {
          const Index r = row * step.stride - step.padding + ky, c = column * step.stride - step.padding + kx;
          if (r >= 0 && r < in[0] && c >= 0 && c < in[1]) use((r * in[1] + c) * in[2], ky * width + kx);
        }
    };
    switch (step.kind) {
      case PlanKind::convolution:
        for_each_output([&](Index row, Index column, Index o) {
          std::vector<float> terms;
          const Index kh = step.weight.dim(2), kw = step.weight.dim(3);
          window(row, column, kh, kw, [&](Index at, Index tap) {
            for (Index c = 0; c < in[2]; ++c) terms.push_back(w((o * in[2] + c) * kh * kw + tap) * x[at + c]);
          });
          if (!bias.empty()) terms.push_back(b(o));
          return sum(terms);
        });
        break;
      case PlanKind::linear:
        for_each_output([&](Index, Index, Index o) {
          std::vector<float> terms;
          for (Index i = 0; i < std::ssize(x); ++i) terms.push_back(w(o * std::ssize(x) + i) * x[i]);
          if (!bias.empty()) terms.push_back(b(o));
          return sum(terms);
        });
        break;
      case PlanKind::elementwise:
        for (std::size_t i = 0; i < y.size(); ++i) {
          const Index c = static_cast<Index>(i) % step.numbers(out);
          y[i] = x[i];
          if (!weight.empty()) y[i] = kept(y[i] * w(c));
          if (!bias.empty()) y[i] = kept(y[i] + b(c));
        }
        break;
      case PlanKind::function:
        for (std::size_t i = 0; i < y.size(); ++i) y[i] = kept(evaluate(step.function, x[i]));
        break;
      case PlanKind::pad:
        for_each_output([&](Index row, Index column, Index c) {
          const Index r = row - step.pads.top, k = column - step.pads.left;
          const Index near_r = std::clamp<Index>(r, 0, in[0] - 1),
                      near_k = std::clamp<Index>(k, 0, in[1] - 1);
          if (!step.pads.nearest && (r != near_r || k != near_k)) return 0.0F;
          return x[(near_r * in[1] + near_k) * in[2] + c];
        });
        break;
      case PlanKind::concat:
        throw Error("concat is read by whoever has both values");
      case PlanKind::max_pool:
        for_each_output([&](Index row, Index column, Index c) {
          float most = -std::numeric_limits<float>::infinity();
          window(row, column, step.size, step.size,
                 [&](Index at, Index) { most = x[at + c] <= most ? most : x[at + c]; });
          return most;
        });
        break;
      case PlanKind::average_pool:
      case PlanKind::global_average: {
        const Index height = step.kind == PlanKind::average_pool ? step.size : in[0],
                    width = step.kind == PlanKind::average_pool ? step.size : in[1];
        for_each_output([&](Index row, Index column, Index c) {
          std::vector<float> terms;
          window(row, column, height, width, [&](Index at, Index) { terms.push_back(x[at + c]); });
          return kept(sum(terms) / static_cast<float>(height * width));
        });
        break;
      }
      case PlanKind::flatten:
        for (Index e = 0; e < in.size(); ++e) y[e % in[2] * in[0] * in[1] + e / in[2]] = x[e];
        break;
      case PlanKind::gauss:
        for_each_output([&](Index, Index, Index k) {
          std::vector<float> terms;
          for (Index j = 0; j < std::ssize(x); ++j) {
            const float difference = x[j] - w(j * out[2] + k);
            terms.push_back(difference * difference);
          }
          return kept(-b(k) * sum(terms));
        });
        break;
      case PlanKind::squares:
        for_each_output([&](Index, Index, Index k) {
          std::vector<float> terms;
          for (Index j = k; j < std::ssize(x); j += out[2]) terms.push_back(x[j] * x[j]);
          return kept(-b(k) * sum(terms));
        });
        break;
      case PlanKind::module:
        throw Error("a layer that does not describe itself");
    }
    return y;
  }
};

}  // namespace voronet::test
