#include <voronet/core/text.h>
#include <voronet/layers/classifier_config.h>

#include <charconv>

namespace voronet {
namespace {

std::string switch_text(bool on) { return on ? "on" : "off"; }

std::string list_text(const std::vector<double>& values) {
  std::string list;
  for (const double v : values) {
    char digits[32];  // the shortest that read back as the same number
    if (!list.empty()) list += ',';
    list.append(digits, std::to_chars(digits, digits + sizeof digits, v).ptr);
  }
  return list;
}

void read(const std::string&, const std::string& value, std::string& into) { into = value; }

void read(const std::string& key, const std::string& value, bool& into) {
  require(value == "on" || value == "off", key, ": '", value, "' is neither on nor off");
  into = value == "on";
}

template <class Number>
void read(const std::string& key, const std::string& value, Number& into) {
  const auto number = parse_number<Number>(value);
  require(number.has_value(), key, ": '", value, "' is not a number");
  into = *number;
}

void read(const std::string& key, const std::string& value, std::vector<double>& into) {
  into.clear();
  for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
    end = value.find(',', begin);
    read(key, value.substr(begin, end - begin), into.emplace_back());
  }
}

}  // namespace

Shape ClassifierConfig::input_shape() const {
  if (height == 0 && width == 0) return {channels};
  return {height, width, channels};
}

void ClassifierConfig::take_inputs(const Shape& shape) {
  const bool image = shape.rank() == 3;
  require(image || shape.rank() == 1, "classifier: inputs ", shape, " are neither images nor points");
  height = image ? shape[0] : 0;
  width = image ? shape[1] : 0;
  channels = shape[-1];
}

Settings to_settings(const ClassifierConfig& c) {
  return {{"model", c.model},
          {"model_width", text(c.model_width)},
          {"model_depth", text(c.model_depth)},
          {"embedding", text(c.embedding)},
          {"final_relu", switch_text(c.final_relu)},
          {"head", c.head},
          {"bias", switch_text(c.bias)},
          {"learn_gamma", switch_text(c.gauss.learn_gamma)},
          {"duq_gamma", list_text({c.duq.gamma})},
          {"centroid_size", text(c.duq.centroid_size)},
          {"spectral_norm", list_text({c.spectral_norm})},
          {"classes", text(c.classes)},
          {"height", text(c.height)},
          {"width", text(c.width)},
          {"channels", text(c.channels)},
          {"mean", list_text(c.mean)},
          {"std", list_text(c.deviation)}};
}

ClassifierConfig from_settings(const Settings& settings) {
  ClassifierConfig c;
  const auto set = [&](const std::string& key, auto& into) {
    if (const auto at = settings.find(key); at != settings.end()) read(key, at->second, into);
  };
  set("model", c.model);
  set("model_width", c.model_width);
  set("model_depth", c.model_depth);
  set("embedding", c.embedding);
  set("final_relu", c.final_relu);
  set("head", c.head);
  set("bias", c.bias);
  set("learn_gamma", c.gauss.learn_gamma);
  set("duq_gamma", c.duq.gamma);
  set("centroid_size", c.duq.centroid_size);
  set("spectral_norm", c.spectral_norm);
  set("classes", c.classes);
  set("height", c.height);
  set("width", c.width);
  set("channels", c.channels);
  set("mean", c.mean);
  set("std", c.deviation);
  return c;
}

}  // namespace voronet
