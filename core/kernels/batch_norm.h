// Batch normalisation of (rows, channels) arrays: statistics of each channel, the normalisation itself, and
// its gradients, each in one pass over memory. Sums are cut into chunks that the sizes alone decide, kept in
// double and added in order: the same bits for any number of threads.
#pragma once

#include <voronet/core/shape.h>

namespace voronet::kernels {

struct ChannelRows {
  Index rows, channels;
};

// Mean and mean squared deviation of each channel; rows >= 1. Nothing cancels, however far values are from 0.
template <class T>
void channel_statistics(ChannelRows sizes, const T* x, T* mean, T* variance);

// y = (x - mean) scale + shift, plus `residual` unless it is null, and then no less than 0 if `relu`.
template <class T>
void batch_norm(ChannelRows sizes, const T* x, const T* mean, const T* scale, const T* shift,
                const T* residual, bool relu, T* y);

// For the gradients, y is batch_norm's result with relu: where it is 0, g counts as 0. A null y: no relu.

// The sums over rows of g, and of g (x - mean).
template <class T>
void batch_norm_sums(ChannelRows sizes, const T* g, const T* y, const T* x, const T* mean, T* sum_g,
                     T* sum_g_x);

// dx = scale (g - a - (x - mean) b). residual_gradient = g, unless it is null.
template <class T>
void batch_norm_input_gradient(ChannelRows sizes, const T* g, const T* y, const T* x, const T* mean,
                               const T* scale, const T* a, const T* b, T* dx, T* residual_gradient);

}  // namespace voronet::kernels
