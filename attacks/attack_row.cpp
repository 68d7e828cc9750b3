#include <voronet/attacks/attack_row.h>

#include <algorithm>

namespace voronet {

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
