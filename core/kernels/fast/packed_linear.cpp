#include <voronet/core/kernels/fast/register_block.h>

namespace voronet::kernels {
template <class T>
PackedLinear<T>::PackedLinear(Index in, Index out, const T* weight)
    : in_(in), out_(out), packed_(in * blocks_of<T>(out).padded()) {
  const ChannelBlocks blocks = blocks_of<T>(out);
  const Factor<T> columns{weight, in, true};
  blocks.for_each_parallel(in, [&](Index first, int vectors) {
    pack_columns(columns.at(0, first), in, out - first, blocks.lanes, vectors, packed_.data() + first * in);
  });
}

template <class T>
void PackedLinear<T>::run(const InputPart& part, Index n, const T* x, const Epilogue<T>& epilogue,
                          T* y) const {
  const Index inputs = part.runs * part.run;
  const ChannelBlocks blocks = blocks_of<T>(out_);
  const PaddedBias<T> padded(epilogue, out_);
  constexpr Index rows_a_piece = 64;  // enough to read each block of weights seldom
  parallel_for(n, std::max(rows_a_piece, grain_for(inputs * out_)), [&](Index begin, Index end) {
    blocks.for_each([&](Index channel, int vectors) {
      for_each_equal_piece(end - begin, sums_a_vector(vectors), [&](Index first, int rows, Index count) {
        const Index row = begin + first, at = row * out_ + channel, width = vectors * blocks.lanes;
        multiply<T>({blocks.lanes, vectors, rows}, count,
                    {.x = x + row * inputs,
                     .x_run = part.run,
                     .x_row = inputs,
                     .runs = part.runs,
                     .run = part.run,
                     .weight = packed_.data() + channel * in_ + part.first * width,
                     .weight_skip = (part.next - part.run) * width,
                     .out = y + at,
                     .out_row = out_,
                     .channels = out_ - channel,
                     .epilogue = padded.epilogue().at(channel, at)});
      });
    });
  });
}

template class PackedLinear<float>;
template class PackedLinear<double>;

}  // namespace voronet::kernels
