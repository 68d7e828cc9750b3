#include <voronet/attacks/pixel/pixel_queries.h>

#include <algorithm>

namespace voronet {

PixelCandidates PixelCandidates::select(std::span<const Index> indices) const {
  PixelCandidates chosen{pixels, {}, {}};
  const Index n = count(), values_each = n == 0 ? 0 : std::ssize(values) / n;
  for (const Index i : indices) {
    require(i >= 0 && i < n, "pixel queries: there is no candidate ", i, " of ", n);
    const auto position = positions.begin() + i * pixels;
    const auto value = values.begin() + i * values_each;
    chosen.positions.insert(chosen.positions.end(), position, position + pixels);
    chosen.values.insert(chosen.values.end(), value, value + values_each);
  }
  return chosen;
}

void require_candidates(const PixelCandidates& candidates, const data::Images& base) {
  const auto& [pixels, positions, values] = candidates;
  require(pixels >= 1 && !positions.empty() && std::ssize(positions) % pixels == 0 &&
              std::ssize(values) == std::ssize(positions) * base.channels,
          "pixel queries: ", positions.size(), " positions and ", values.size(),
          " values are no candidates of ", pixels, " pixels with ", base.channels, " channels");
  const Index area = base.height * base.width;
  for (const std::int32_t position : positions)
    require(position >= 0 && position < area, "pixel queries: position ", position, " is not in an image of ",
            base.height, " x ", base.width);
}

data::Images changed_images(const data::Images& base, const PixelCandidates& candidates) {
  require_candidates(candidates, base);
  const Index n = candidates.count(), c = base.channels;
  data::Images images{n, base.height, base.width, c, {}};
  images.pixels.reserve(n * base.image_size());
  auto position = candidates.positions.begin();
  auto value = candidates.values.begin();
  for (Index i = 0; i < n; ++i) {
    images.pixels.insert(images.pixels.end(), base.pixels.begin(), base.pixels.end());
    const auto image = images.pixels.end() - base.image_size();
    for (Index p = 0; p < candidates.pixels; ++p, ++position, value += c)
      std::copy_n(value, c, image + *position * c);
  }
  return images;
}

PixelQueries dense_queries(const Predict& predict, const data::Images& base) {
  require(base.count == 1, "pixel queries: the base is one image, not ", base.count);
  return [=](const PixelCandidates& candidates) { return predict(changed_images(base, candidates)); };
}

}  // namespace voronet
