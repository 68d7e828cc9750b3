// What `voronet bench` can measure.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

namespace voronet {

// Sets up what it needs when it runs, outside the timed loop. Networks and attacks count images as items.
struct BenchCase {
  std::string name;
  std::function<void(benchmark::State&)> run;
};

// Counts the work of an iteration: 2 for each product of the plain sum, whatever a kernel saves of them.
inline void count_flop(benchmark::State& state, double flop) {
  state.counters["flop"] = benchmark::Counter(flop, benchmark::Counter::kIsIterationInvariantRate);
}

// NETWORK_train: a step of SGD on images of noise; NETWORK_infer: an inference plan on them (networks.h).
std::vector<BenchCase> network_cases();

// Items are a search's questions, on networks with fresh parameters, about images of noise. lenet_exhaustive:
// LeNet with 10 features, as the authors of arXiv 2001.01987 attacked it; the census of all values of all
// pixels (attacks/pixel/exhaustive.h) of four images, all that a search does included. resnet18_delta:
// ResNet18 of networks.h; random values of random pixels of one image, 1024 at a time, as sampling searches
// ask for them (attacks/pixel/pixel_queries.h).
std::vector<BenchCase> attack_cases();

// lenet_prove: all that `voronet prove` computes of a LeNet of networks.h, with fresh parameters, on images
// of noise, and as many random layers.
std::vector<BenchCase> proof_cases();

// gemm: a matrix product of 2048 x 2048 x 2048. conv_WINDOW_CHANNELS_IMAGE/DIRECTION: each distinct
// convolution of the networks in its three directions, on 128 images: conv_3x3s2_64_128_32x32/forward has
// stride 2, 64 channels in and 128 out, and images of 32 x 32.
std::vector<BenchCase> kernel_cases();

// The yardstick: flop per second of that matrix product on this machine, the best of a few. Takes about a
// second when first asked.
double gemm_rate();

}  // namespace voronet
