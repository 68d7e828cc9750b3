#include <voronet/layers/classifier_config.h>

#include <cmath>
#include <type_traits>

namespace voronet {
namespace {

std::string to_text(const std::string& value) { return value; }
std::string to_text(bool on) { return on ? "on" : "off"; }
std::string to_text(Index value) { return text(value); }
std::string to_text(double value) { return exact(value); }
std::string to_text(const std::vector<double>& values) {
  std::string list;
  for (const double v : values) list += (list.empty() ? "" : ",") + to_text(v);
  return list;
}

void read(const Setting&, const std::string& value, std::string& into) { into = value; }

void read(const Setting& setting, const std::string& value, bool& into) {
  require(value == "on" || value == "off", setting.key, ": '", value, "' is neither on nor off");
  into = value == "on";
}

template <class Number>
void read(const Setting& setting, const std::string& value, Number& into) {
  const auto number = parse_number<Number>(value);
  const bool is_number = number && std::isfinite(static_cast<double>(*number));
  require(is_number, setting.key, ": '", value, "' is not a ",
          std::is_integral_v<Number> ? "whole number" : "finite number");
  require(static_cast<double>(*number) >= setting.least, setting.key, ": ", value, " is less than ",
          setting.least);
  into = *number;
}

void read(const Setting& setting, const std::string& value, std::vector<double>& into) {
  into.clear();
  for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
    end = value.find(',', begin);
    read(setting, value.substr(begin, end - begin), into.emplace_back());
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

Settings to_settings(const ClassifierConfig& config) {
  Settings settings;
  for_each_setting(config, [&](const Setting& s, const auto& member) { settings[s.key] = to_text(member); });
  return settings;
}

ClassifierConfig from_settings(const Settings& settings) {
  ClassifierConfig config;
  for_each_setting(config, [&](const Setting& s, auto& member) {
    if (const auto at = settings.find(s.key); at != settings.end()) read(s, at->second, member);
  });
  return config;
}

}  // namespace voronet
