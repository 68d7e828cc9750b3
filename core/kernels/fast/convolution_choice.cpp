#include <voronet/core/kernels/fast/convolution_choice.h>
#include <voronet/core/kernels/fast/winograd.h>
#include <voronet/core/text.h>
#include <voronet/core/winograd.h>

#include <array>

namespace voronet::kernels {
namespace {

// Transforms cost the same for any number of channels, products save more the more there are.
constexpr Index winograd_channels = 16;
// Tiles whose products share one reading of the transformed weight.
constexpr Index winograd_tiles = 24;
// Smaller outputs leave its tiles half empty.
constexpr Index winograd_pixels = 10;
// Larger outputs have rows that fill the direct kernels' blocks; fewer images fill no pixel-major ones.
constexpr Index few_pixels = 16, enough_images = 4;
// With fewer input channels, vectors over them would be mostly empty.
constexpr Index column_channels = 8;

struct Choice {
  ConvolutionKernel kernel;
  const char* why;
};

Choice decide(Direction direction, const Conv2dSizes& s) {
  const Index height = s.out_h(), width = s.out_w(), pixels = height * width,
              tiles = s.n * divide_up(height, 4) * divide_up(width, 4);
  const bool columns = direction == Direction::input_gradient && s.c <= column_channels;
  const ConvolutionKernel other = columns ? ConvolutionKernel::columns : ConvolutionKernel::direct;
  if (s.c < winograd_channels || s.o < winograd_channels) return {other, "few channels"};
  const bool fills_tiles = height >= 3 && width >= 3 && pixels >= winograd_pixels && tiles >= winograd_tiles;
  if (winograd() && winograd_can(s) && fills_tiles) return {ConvolutionKernel::winograd, "wide 3x3"};
  if (pixels <= few_pixels && s.n >= enough_images) return {ConvolutionKernel::pixel_major, "tiny map"};
  if (winograd_can(s)) return {other, fills_tiles ? "not allowed" : "few pixels"};
  return {other, s.stride > 1 ? "strided" : "not 3x3"};
}

}  // namespace

ConvolutionKernel choose(Direction direction, const Conv2dSizes& sizes) {
  return decide(direction, sizes).kernel;
}

Explanation explain(Direction direction, const Conv2dSizes& sizes) {
  static constexpr std::array names = {"direct", "pixel", "Winograd", "columns"};
  const Choice choice = decide(direction, sizes);
  return {names[static_cast<int>(choice.kernel)], choice.why};
}

std::string width() { return text("vectors of ", 8 * vector_bytes, " bits"); }

}  // namespace voronet::kernels
