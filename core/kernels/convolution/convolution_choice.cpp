#include <voronet/core/kernels/convolution/convolution_choice.h>
#include <voronet/core/kernels/convolution/winograd.h>

namespace voronet::kernels {
namespace {

// Transforms cost the same for any number of channels, products save more the more there are.
constexpr Index winograd_channels = 16;
// Tiles whose products share one reading of the transformed weight.
constexpr Index winograd_tiles = 24;
// Smaller outputs leave its tiles half empty.
constexpr Index winograd_pixels = 10;
// Larger outputs have rows that fill the direct kernels' blocks; fewer images would not fill the pixel-major
// ones'.
constexpr Index few_pixels = 16, enough_images = 4;
// With fewer input channels, vectors over them would be mostly empty.
constexpr Index column_channels = 8;

struct Choice {
  ConvolutionKernel kernel;
  const char* why;
};

Choice decide(Direction direction, const Conv2dSizes& s) {
  const Index height = s.out_h(), width = s.out_w(), pixels = height * width,
              tiles = s.n * ((height + 3) / 4) * ((width + 3) / 4);
  const bool columns = direction == Direction::input_gradient && s.c <= column_channels;
  const ConvolutionKernel other = columns ? ConvolutionKernel::columns : ConvolutionKernel::direct;
  if (s.c < winograd_channels || s.o < winograd_channels) return {other, "few channels"};
  const bool fills_tiles = height >= 3 && width >= 3 && pixels >= winograd_pixels && tiles >= winograd_tiles;
  if (winograd_can(s) && fills_tiles) return {ConvolutionKernel::winograd, "wide 3x3"};
  if (pixels <= few_pixels && s.n >= enough_images) return {ConvolutionKernel::pixel_major, "tiny map"};
  if (winograd_can(s)) return {other, "few pixels"};
  return {other, s.stride > 1 ? "strided" : "not 3x3"};
}

}  // namespace

ConvolutionKernel choose(Direction direction, const Conv2dSizes& sizes) {
  return decide(direction, sizes).kernel;
}

const char* why(Direction direction, const Conv2dSizes& sizes) { return decide(direction, sizes).why; }

const char* name_of(Direction direction) {
  switch (direction) {
    case Direction::forward:
      return "forward";
    case Direction::input_gradient:
      return "input gradient";
    case Direction::weight_gradient:
      return "weight gradient";
  }
  return "";
}

const char* name_of(ConvolutionKernel kernel) {
  switch (kernel) {
    case ConvolutionKernel::direct:
      return "direct";
    case ConvolutionKernel::pixel_major:
      return "pixel major";
    case ConvolutionKernel::winograd:
      return "Winograd F(4x4,3x3)";
    case ConvolutionKernel::columns:
      return "columns";
  }
  return "";
}

}  // namespace voronet::kernels
