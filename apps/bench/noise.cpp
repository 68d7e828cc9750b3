#include <voronet/apps/bench/noise.h>

namespace voronet {

data::Images noise(Index n, const Shape& image, Random& random) {
  data::Images images{n, image[0], image[1], image[2], {}};
  for (Index i = 0; i < n * image.size(); ++i)
    images.pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
  return images;
}

}  // namespace voronet
