// One pixel of a picture: the exact answer over every change of it, and the attack that looks for one.
#include <voronet/attacks/pixel/one_pixel.h>
#include <voronet/attacks/proof/exact.h>
#include <voronet/web/module.h>
#include <voronet/web/network.h>

#include <algorithm>

using namespace voronet;
using namespace voronet::web;

// Told how many of the pixels are decided.
extern "C" __attribute__((import_module("page"), import_name("progress"))) void progress(int decided,
                                                                                         int all);

namespace {

data::Images image_of(const Classifier& classifier, const std::uint8_t* pixels) {
  const Shape one = classifier.input_shape();
  return {1, one[0], one[1], one[2], {pixels, pixels + one.size()}};
}

void tell_progress(Index decided, Index all) { progress(static_cast<int>(decided), static_cast<int>(all)); }

// A flip's pixel, or -1, its value, its class.
void write_flip(const AttackRow& row, Index width, int* out) {
  const bool none = row.pixels.empty();
  out[0] = none ? -1 : static_cast<int>(row.pixels[0].row * width + row.pixels[0].column);
  out[1] = none ? -1 : row.pixels[0].after[0];
  out[2] = row.predicted;
}

}  // namespace

// Every change of one pixel of a gray image, of the class `label`, which the network must give it. counts: of
// each pixel how many of its other values flip the class; facts: 0 flips in all, 1 pixels that have one, 2
// changes too near a tie for floats to tell, 3 whether it is certified that nothing flips, 4..6 a flip's
// pixel, value and class.
PAGE(exact) void exact(Network* network, const std::uint8_t* pixels, int label, int* counts, int* facts) {
  Classifier& classifier = network->classifier;
  const data::Images image = image_of(classifier, pixels);
  if (network->provable == nullptr) network->provable = std::make_shared<const ProvableNetwork>(classifier);
  const AttackRow row = attack(Exact{.network = network->provable,
                                     .census = true,
                                     .model_decides_ties = false,
                                     .progress = tell_progress},
                               classifier, image, 0, label);
  std::fill_n(counts, image.height * image.width, 0);
  for (const WeakPixel& pixel : row.census->weak_pixels)
    counts[pixel.row * image.width + pixel.column] = static_cast<int>(pixel.adversarial);
  facts[0] = static_cast<int>(row.census->adversarial());
  facts[1] = static_cast<int>(row.census->weak_pixels.size());
  facts[2] = static_cast<int>(row.proof->ties);
  facts[3] = row.proof->certified;
  write_flip(row, image.width, facts + 4);
}

// The attack as the authors of arXiv 2001.01987 ran it (attacks/pixel/evolution.h, hess2020), by generations.
struct Attack {
  data::Images image;
  AttackedModel model;
  OnePixelSearch search;

  Attack(Network& network, data::Images of, int label, std::uint64_t seed)
      : image(std::move(of)),
        model(network.classifier),
        search({.evolution = evolution_preset("hess2020"), .published_stopping = true, .seed = seed}, model,
               image, 0, label) {}
};

// Of a picture of the class `label`, which the network, which must outlive it, must give it.
PAGE(start_attack) Attack* start_attack(Network* network, const std::uint8_t* pixels, int label, int seed) {
  return new Attack(*network, image_of(network->classifier, pixels), label, static_cast<std::uint64_t>(seed));
}
PAGE(end_attack) void end_attack(Attack* attack) { delete attack; }
PAGE(attack_population) int attack_population() {
  return static_cast<int>(evolution_preset("hess2020").population);
}

// A generation. population: of each member its pixel and its value; best: the least confidence in the label;
// facts: 0 the generation, 0 being the random one; 1 pictures asked about; 2 whether the attack has
// ended; 3..5 a flip's pixel, value and class.
PAGE(step_attack) void step_attack(Attack* attack, int* population, double* best, int* facts) {
  OnePixelSearch& search = attack->search;
  search.step();
  const PixelCandidates members = search.members();
  for (Index i = 0; i < members.count(); ++i) {
    *population++ = members.positions[i];
    *population++ = members.values[i];
  }
  *best = search.evolution().best_cost();
  facts[0] = static_cast<int>(search.evolution().generation());
  facts[1] = static_cast<int>(search.row().queries);
  facts[2] = search.done();
  write_flip(search.done() ? search.finish() : AttackRow{}, attack->image.width, facts + 3);
}
