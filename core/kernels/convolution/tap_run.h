// The taps of one row of a convolution's window, counted (v, c): a run of kw x c, neighbours in the image.
#pragma once

#include <voronet/core/kernels/convolution/channel_blocks.h>
#include <voronet/core/kernels/convolution_sizes.h>

namespace voronet::kernels {

// The run, padded to whole vectors and cut into blocks as channels are.
template <class T>
ChannelBlocks run_of(const Conv2dSizes& s) {
  return {s.kw * s.c, lanes_for<T>(s.kw * s.c)};
}

}  // namespace voronet::kernels
