#include <voronet/attacks/attack_row.h>

#include <algorithm>
#include <cmath>

namespace voronet {

Index Census::adversarial() const {
  Index sum = 0;
  for (const WeakPixel& pixel : weak_pixels) sum += pixel.adversarial;
  return sum;
}

Index Census::adversarial_confident() const {
  Index sum = 0;
  for (const WeakPixel& pixel : weak_pixels) sum += pixel.adversarial_confident;
  return sum;
}

Perturbation perturbation(const Tensor& before, std::vector<float> after) {
  const Tensor clean = before.to(Dtype::f32);
  require(std::ssize(after) == clean.size(), "attack row: ", after.size(),
          " values are not an image of shape ", clean.shape());
  Perturbation result{std::move(after), 0, 0, 0, 0};
  double squares = 0;
  for (Index i = 0; i < clean.size(); ++i) {
    const double difference = std::abs(static_cast<double>(result.image[i]) - clean.at(i));
    result.linf = std::max(result.linf, difference);
    result.l1 += difference;
    squares += difference * difference;
    result.l0 += difference > 0;
  }
  result.l2 = std::sqrt(squares);
  return result;
}

AttackRow row_of(const AttackJob& job, std::uint64_t seed) {
  AttackRow row;
  row.index = job.index;
  row.label = job.label;
  row.target = job.target;
  row.seed = seed;
  return row;
}

std::vector<PixelChange> changes_between(const data::Images& before, std::span<const std::uint8_t> after) {
  std::vector<PixelChange> changes;
  for (Index first = 0; first < std::ssize(after); first += before.channels) {
    const auto old_values = before.image(0).subspan(first, before.channels);
    const auto new_values = after.subspan(first, before.channels);
    if (std::equal(old_values.begin(), old_values.end(), new_values.begin())) continue;
    const Index position = first / before.channels;
    changes.push_back({position / before.width,
                       position % before.width,
                       {old_values.begin(), old_values.end()},
                       {new_values.begin(), new_values.end()}});
  }
  return changes;
}

void apply(std::span<const PixelChange> changes, std::span<std::uint8_t> image, Index width) {
  for (const PixelChange& change : changes) {
    const Index channels = std::ssize(change.after);
    const Index first = (change.row * width + change.column) * channels;
    require(change.row >= 0 && change.column >= 0 && change.column < width &&
                first + channels <= std::ssize(image),
            "attack row: pixel (", change.row, ", ", change.column, ") is outside the image");
    std::copy(change.after.begin(), change.after.end(), image.begin() + first);
  }
}

}  // namespace voronet
