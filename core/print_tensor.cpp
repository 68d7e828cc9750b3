#include <voronet/core/tensor.h>

#include <algorithm>
#include <iomanip>
#include <numeric>

namespace voronet {
namespace {

constexpr Index gap = -1;

// The positions along a dimension that are printed, with a gap for those left out.
std::vector<Index> shown(Index size) {
  constexpr Index most = 8;
  if (size > most) return {0, 1, 2, gap, size - 3, size - 2, size - 1};
  std::vector<Index> all(size);
  std::iota(all.begin(), all.end(), 0);
  return all;
}

std::string number(double value) { return text(std::setprecision(4), value); }

// The part of a tensor whose elements lie one after another from `first` on: what is behind dimension d.
struct Part {
  const Tensor& tensor;
  int d = 0;
  Index first = 0;

  bool is_element() const { return d == tensor.rank(); }
  Part operator[](Index i) const { return {tensor, d + 1, first * tensor.dim(d) + i}; }
};

std::size_t widest(const Part& part) {
  if (part.is_element()) return number(part.tensor.at(part.first)).size();
  std::size_t width = 0;
  for (const Index i : shown(part.tensor.dim(part.d)))
    if (i != gap) width = std::max(width, widest(part[i]));
  return width;
}

void print(std::ostream& out, const Part& part, std::size_t width) {
  if (part.is_element()) {
    out << std::setw(static_cast<int>(width)) << number(part.tensor.at(part.first));
    return;
  }
  const auto depth = static_cast<std::size_t>(part.d) + 1;
  const std::string between = part.d + 1 == part.tensor.rank() ? " " : '\n' + std::string(depth, ' ');
  out << '[';
  for (const Index i : shown(part.tensor.dim(part.d))) {
    if (i != 0) out << between;
    if (i == gap)
      out << "...";
    else
      print(out, part[i], width);
  }
  out << ']';
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Tensor& tensor) {
  if (!tensor.defined()) return out << "undefined tensor";
  out << tensor.dtype() << ' ' << tensor.shape() << (tensor.rank() > 1 ? '\n' : ' ');
  print(out, {tensor}, widest({tensor}));
  return out;
}

}  // namespace voronet
