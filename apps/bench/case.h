// What `voronet bench` can measure, and the networks: LeNet with its original 84 features on 28 x 28 x 1
// images, ResNet18 and VGG16 of width 64 on 32 x 32 x 3, each with the softmax head for 10 classes.
#pragma once

#include <voronet/core/kernels/convolution.h>
#include <voronet/core/random.h>
#include <voronet/data/images.h>
#include <voronet/layers/classifier.h>

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

// Makes a network, the same each time.
using MakeNetwork = std::function<Classifier()>;

// Counts the work of an iteration: 2 for each product of the plain sum, whatever a kernel saves of them.
inline void count_flop(benchmark::State& state, double flop) {
  state.counters["flop"] = benchmark::Counter(flop, benchmark::Counter::kIsIterationInvariantRate);
}

// NETWORK_train: a step of SGD on images of noise; NETWORK_infer: an inference plan on them.
std::vector<BenchCase> network_cases();

// train, infer and, of a network of images, exhaustive (of gray ones) or delta, as these names say with a
// network of ours before them: the same of any network. exact, of gray images: the same decided by bounds,
// all that a search does included (attacks/proof/exact.h); items are all changes of one pixel.
std::vector<BenchCase> cases_of(const MakeNetwork& make);

// Items are a search's questions, on networks with fresh parameters, about images of noise. lenet_exhaustive:
// LeNet with 10 features; all values of all pixels of four images, by the delta forward and in doubt by the
// ordinary one (attacks/pixel/settled_queries.h). resnet18_delta: ResNet18; random values of random pixels of
// one image, 1024 at a time, as sampling searches ask for them (attacks/pixel/pixel_queries.h).
std::vector<BenchCase> attack_cases();
std::vector<BenchCase> attack_cases(const MakeNetwork& make, Index channels);

// lenet_prove: all that `voronet prove` computes of a LeNet on images of noise, and of as many random layers.
std::vector<BenchCase> proof_cases();

// gemm: a matrix product of 2048 x 2048 x 2048. conv_WINDOW_CHANNELS_IMAGE/DIRECTION: each distinct
// convolution of the networks in its three directions, on 128 images: conv_3x3s2_64_128_32x32/forward has
// stride 2, 64 channels in and 128 out, and images of 32 x 32.
std::vector<BenchCase> kernel_cases();

// The yardstick: flop per second of that matrix product, the best of a few. Takes a second at first.
double gemm_rate();

// A table for each of the measured networks: its distinct convolutions, the kernel that each direction takes
// in training, and why. For people; at most 80 columns.
std::string explain_kernels();

// Nanoseconds in which a cache line goes from one core to another and back, the median of many trips, between
// the first two cores that this process may use. About 50 where cores share a cache, 300 and more where they
// do not; a virtual machine's cores can change from one to the other within minutes. Takes less than a
// tenth of a second on idle cores. Throws Error where there is only one core.
double round_trip_nanoseconds();

constexpr Index bench_train_batch = 128, bench_smaller_batch = 80, bench_infer_batch = 400;  // images

// "lenet", "resnet18", "vgg16".
std::vector<std::string> bench_networks();
ClassifierConfig bench_config(const std::string& network);
MakeNetwork fresh(const std::string& network);

// The sizes of a network's convolutions for n images, in the order in which they run.
std::vector<kernels::Conv2dSizes> convolutions_of(const std::string& network, Index n);

// Of all products of a convolution's plain sum, in any of its three directions.
double flop_of(const kernels::Conv2dSizes& sizes);

// n images of noise, of the shape (h, w, c).
data::Images noise(Index n, const Shape& image, Random& random);

}  // namespace voronet
