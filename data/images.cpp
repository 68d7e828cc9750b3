#include <voronet/core/parallel.h>
#include <voronet/data/images.h>

#include <algorithm>
#include <iterator>

namespace voronet::data {
namespace {

std::size_t first_pixel(const Images& images, Index i) {
  require(i >= 0 && i < images.count, "images: there is no image ", i, " among ", images.count);
  const Index size = images.image_size();
  Index first = 0;
  require(!__builtin_mul_overflow(i, size, &first) && first <= std::ssize(images.pixels) - size,
          "images: image ", i, " of ", size, " bytes lies outside the ", images.pixels.size(), " pixels");
  return static_cast<std::size_t>(first);
}

template <class T>
void convert(std::span<const std::uint8_t> pixels, T* values) {
  std::transform(pixels.begin(), pixels.end(), values,
                 [](std::uint8_t p) { return static_cast<T>(p) / T{255}; });
}

}  // namespace

void check_pixels(const Images& images) {
  const Shape shape{images.count, images.height, images.width, images.channels};
  require(shape.size() == std::ssize(images.pixels), "images: ", shape, " (n x h x w x c), but there are ",
          images.pixels.size(), " pixels");
}

std::span<const std::uint8_t> Images::image(Index i) const {
  return std::span(pixels).subspan(first_pixel(*this, i), image_size());
}

std::span<std::uint8_t> Images::image(Index i) {
  return std::span(pixels).subspan(first_pixel(*this, i), image_size());
}

Images Images::select(std::span<const Index> indices) const {
  Images chosen{static_cast<Index>(indices.size()), height, width, channels, {}};
  chosen.pixels.reserve(indices.size() * image_size());
  for (const Index i : indices) {
    const auto one = image(i);
    chosen.pixels.insert(chosen.pixels.end(), one.begin(), one.end());
  }
  return chosen;
}

Shape Dataset::input_shape() const {
  return points.defined() ? Shape{points.dim(1)} : Shape{images.height, images.width, images.channels};
}

Tensor Dataset::inputs(std::span<const Index> chosen, Dtype dtype) const {
  if (!points.defined()) return to_tensor(images, chosen, dtype);
  const Index d = points.dim(1);
  return filled({std::ssize(chosen), d}, dtype, [&](auto* values) {
    for (const Index i : chosen) {
      require(i >= 0 && i < size(), "data set ", name, ": there is no point ", i, " among ", size());
      values = std::copy_n(points.data<double>() + i * d, d, values);
    }
  });
}

std::vector<Index> Dataset::class_counts() const {
  std::vector<Index> counts(classes);
  for (const int label : labels) ++counts.at(label);
  return counts;
}

Dataset Dataset::select(std::span<const Index> indices) const {
  Dataset chosen{name, {}, {}, classes, class_names, mean, deviation, {}, open_classes};
  if (points.defined())
    chosen.points = inputs(indices, Dtype::f64);
  else
    chosen.images = images.select(indices);
  for (const Index i : indices) {
    require(i < std::ssize(labels), "data set ", name, ": image ", i, " has no label");
    chosen.labels.push_back(labels[i]);
  }
  return chosen;
}

Tensor to_tensor(const Images& images, Dtype dtype) {
  check_pixels(images);
  constexpr Index at_once = 1 << 16;
  return filled({images.count, images.height, images.width, images.channels}, dtype, [&](auto* values) {
    parallel_for(std::ssize(images.pixels), at_once, [&](Index begin, Index end) {
      convert(std::span(images.pixels).subspan(begin, end - begin), values + begin);
    });
  });
}

Tensor to_tensor(const Images& images, std::span<const Index> indices, Dtype dtype) {
  return filled({std::ssize(indices), images.height, images.width, images.channels}, dtype,
                [&](auto* values) {
                  for (const Index i : indices) {
                    convert(images.image(i), values);
                    values += images.image_size();
                  }
                });
}

}  // namespace voronet::data
