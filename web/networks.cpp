// Networks: made of their settings and parameters, and asked.
#include <voronet/core/autograd.h>
#include <voronet/web/module.h>
#include <voronet/web/network.h>

#include <algorithm>
#include <sstream>

using namespace voronet;
using namespace voronet::web;

namespace {

Settings settings_of(const char* lines) {
  Settings settings;
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);)
    settings[line.substr(0, line.find('='))] = line.substr(line.find('=') + 1);
  return settings;
}

}  // namespace

// Settings as "key=value" lines (ClassifierConfig), and all parameters and buffers in the order of state(),
// floats.
PAGE(network) Network* network(const char* settings, const float* values, int count) {
  Random random;
  auto made = std::make_unique<Network>(Network{Classifier(from_settings(settings_of(settings)), random)});
  State state = made->classifier.state();
  Index used = 0;
  for (const auto* entries : {&state.parameters, &state.buffers})
    for (const State::Entry& entry : *entries) {
      const Index size = entry.tensor->size();
      require(used + size <= count, "network: ", count, " values are too few");
      std::copy_n(values + used, size, entry.tensor->mutable_data<float>());
      used += size;
    }
  require(used == count, "network: ", count, " values, of which it takes ", used);
  made->classifier.eval();
  return made.release();
}

// Its head's W and b (0 without one), or z and gamma: (c, d) and (c).
PAGE(head) void head(Network* network, double* rows, double* numbers) {
  const HeadForm form = network->classifier.head().form();
  if (const auto* of = std::get_if<LinearForm>(&form)) {
    write(of->weight, rows);
    write(of->bias.defined() ? of->bias : zeros({of->weight.dim(0)}), numbers);
  } else {
    const auto& centroids = std::get<CentroidForm>(form);
    write(centroids.centroids, rows);
    write(centroids.gamma, numbers);
  }
}

// Of inputs, bytes of n images or floats of n points in `inputs`: features (n, d), logits and confidences (n,
// c).
PAGE(predict)
void predict(Network* network, int n, const double* inputs, double* features, double* logits,
             double* confidences) {
  const NoGrad scope;
  Classifier& classifier = network->classifier;
  const Shape one = classifier.input_shape();
  const Tensor x = one.rank() == 1
                       ? matrix(inputs, n, one[0]).to(Dtype::f32)
                       : reshape(matrix(inputs, n, one.size()).to(Dtype::f32), {n, one[0], one[1], one[2]});
  const Tensor found = classifier.features(x), of = classifier.logits(found);
  write(found, features);
  write(of, logits);
  write(classifier.head().confidences(of), confidences);
}
