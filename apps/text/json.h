// Structs as JSON objects, whose keys stay in order: Json(value) and json.get<T>().
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace voronet {

using Json = nlohmann::ordered_json;

// As text; indent < 0: in one line. What is not UTF-8 gets replacement characters.
inline std::string json_text(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

// The text with replacement characters for what is not UTF-8 in it.
inline std::string valid_utf8(const std::string& text) {
  return Json::parse(json_text(text)).get<std::string>();
}

// Whole numbers. The library cuts off what does not fit: 2.5 would be 2, 256 the byte 0, 1e92 anything.
template <std::integral T>
requires(!std::same_as<T, bool>) void read_value(const Json& json, T& value) {
  const bool fits = json.is_number_unsigned()
                        ? std::in_range<T>(json.get<std::uint64_t>())
                        : json.is_number_integer() && std::in_range<T>(json.get<std::int64_t>());
  if (!fits) throw Json::out_of_range::create(406, "not a whole number in range: " + json_text(json), &json);
  json.get_to(value);
}
// Numbers, of which JSON writes NaN as null.
inline void read_value(const Json& json, double& value) {
  value = json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}
template <class T>
void read_value(const Json& json, T& value) {
  json.get_to(value);
}
template <class T>
void read_value(const Json& json, std::vector<T>& values) {
  values.clear();
  for (const Json& each : json.get_ref<const Json::array_t&>()) read_value(each, values.emplace_back());
}
template <class T, std::size_t n>
void read_value(const Json& json, std::array<T, n>& values) {
  for (std::size_t i = 0; i < n; ++i) read_value(json.at(i), values[i]);
}

// Members by their keys: read(json, "index", row.index, "label", row.label). One that is optional may be
// absent. Throws nlohmann's exceptions where others are, and for other types.
template <class T, class... More>
void read(const Json& json, const char* key, T& member, More&&... more) {
  if constexpr (requires { member.has_value(); }) {
    if (json.contains(key)) read_value(json[key], member.emplace());
  } else {
    read_value(json.at(key), member);
  }
  if constexpr (sizeof...(more) > 0) read(json, more...);
}

// The counterpart: put(json, "index", row.index, "label", row.label). Absent optional ones are left out.
template <class T, class... More>
void put(Json& json, const char* key, const T& member, const More&... more) {
  if constexpr (requires { member.has_value(); }) {
    if (member) json[key] = *member;
  } else {
    json[key] = member;
  }
  if constexpr (sizeof...(more) > 0) put(json, more...);
}

}  // namespace voronet

// How a struct of this namespace is written and read: its members, by their names and in this order. It is
// NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE, which in nlohmann-json 3.11 is not for ordered objects.
#define VORONET_JSON(Type, ...)                                               \
  inline void to_json(Json& nlohmann_json_j, const Type& nlohmann_json_t) {   \
    NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(NLOHMANN_JSON_TO, __VA_ARGS__))  \
  }                                                                           \
  inline void from_json(const Json& nlohmann_json_j, Type& nlohmann_json_t) { \
    NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(VORONET_JSON_FROM, __VA_ARGS__)) \
  }
#define VORONET_JSON_FROM(member) voronet::read(nlohmann_json_j, #member, nlohmann_json_t.member);
