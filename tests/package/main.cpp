#include <voronet/voronet.h>

#include <iostream>

int main() {
  using namespace voronet;
  const Tensor x = variable(from({1, 2, 3}, {3}));
  const Tensor slope = grad(sum(x * x), {x})[0];
  std::cout << slope << '\n';
  return slope.to_vector() == std::vector<double>{2, 4, 6} ? 0 : 1;
}
