// An epilogue whose bias may be read in whole vectors (epilogue.h): the caller's, or a copy with zeros
// behind.
#pragma once

#include <voronet/core/kernels/buffer.h>
#include <voronet/core/kernels/convolution/channel_blocks.h>
#include <voronet/core/kernels/epilogue.h>

#include <algorithm>
#include <optional>

namespace voronet::kernels {

template <class T>
class PaddedBias {
 public:
  // The epilogue's own bias is only readable to its last channel. It must outlive this.
  PaddedBias(const Epilogue<T>& epilogue, Index channels) : epilogue_(epilogue) {
    const Index padded = ChannelBlocks{channels, native_lanes<T>}.padded();
    if (epilogue.bias == nullptr || channels == padded) return;
    copy_.emplace(padded);
    std::fill(std::copy_n(epilogue.bias, channels, copy_->data()), copy_->data() + padded, T(0));
    epilogue_.bias = copy_->data();
  }
  const Epilogue<T>& epilogue() const { return epilogue_; }

 private:
  Epilogue<T> epilogue_;
  std::optional<Buffer<T>> copy_;
};

}  // namespace voronet::kernels
