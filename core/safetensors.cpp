#include <voronet/core/error.h>
#include <voronet/core/file.h>
#include <voronet/core/safetensors.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <set>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace voronet {
namespace {

using nlohmann::json;
static_assert(std::endian::native == std::endian::little,
              "safetensors files are little-endian, and read as they are");

constexpr std::size_t length_bytes = sizeof(std::uint64_t);  // before the header
constexpr std::size_t header_alignment = 8;                  // the header is padded with spaces to this
const std::string metadata_key = "__metadata__";

// Where a tensor's bytes lie within the data that follows the header.
struct Extent {
  Index begin, end;
  std::string name;
  auto operator<=>(const Extent&) const = default;  // NOLINT(modernize-use-nullptr): there is no pointer
};

// The JSON value of the header. The library takes the last of two equal keys, the format forbids them.
json parse_header(std::string_view header) {
  std::vector<std::set<std::string>> keys;  // of the open objects and arrays, outermost first
  const auto check = [&](int, json::parse_event_t event, json& value) {
    using Event = json::parse_event_t;
    if (event == Event::object_start || event == Event::array_start) keys.emplace_back();
    if (event == Event::object_end || event == Event::array_end) keys.pop_back();
    if (event == Event::key) {
      const auto name = value.get<std::string>();
      require(keys.back().insert(name).second, "the header has the key \"", name, "\" twice");
    }
    return true;
  };
  try {
    json parsed = json::parse(header, check);
    require(parsed.is_object(), "the header is not a JSON object");
    return parsed;
  } catch (const json::exception&) {
    throw Error("the header is not valid JSON");
  }
}

std::map<std::string, std::string> parse_metadata(const json& entries) {
  require(entries.is_object(), metadata_key, " is not a JSON object");
  std::map<std::string, std::string> metadata;
  for (const auto& [key, value] : entries.items()) {
    require(value.is_string(), metadata_key, " \"", key, "\" is not a string");
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

// A list of non-negative integers from a tensor's entry.
std::vector<Index> parse_numbers(const json& entry, const char* key) {
  const auto list = entry.find(key);
  require(list != entry.end() && list->is_array(), key, " is not a list");
  std::vector<Index> numbers;
  for (const json& number : *list) {
    require(number.is_number_unsigned() && number.get<std::uint64_t>() <= std::numeric_limits<Index>::max(),
            key, " holds something that is not a size");
    numbers.push_back(number.get<Index>());
  }
  return numbers;
}

std::string parse_dtype(const json& entry) {
  const auto dtype = entry.find("dtype");
  require(dtype != entry.end() && dtype->is_string(), "it has no dtype");
  auto name = dtype->get<std::string>();
  require(name == "F32" || name == "F64" || name == "I64", "dtype ", name,
          " is not supported, only F32, F64 and I64 are");
  return name;
}

void copy_integers(std::string_view bytes, double* to) {
  for (; !bytes.empty(); bytes.remove_prefix(sizeof(std::int64_t))) {
    std::int64_t integer;
    std::memcpy(&integer, bytes.data(), sizeof integer);
    *to++ = static_cast<double>(integer);
  }
}

Tensor parse_tensor(const json& entry, std::string_view data, const std::vector<Index>& offsets) {
  require(offsets.size() == 2, "data_offsets is not a pair");
  require(offsets[0] <= offsets[1] && static_cast<std::size_t>(offsets[1]) <= data.size(), "data_offsets [",
          offsets[0], ", ", offsets[1], "] leave the ", data.size(), " bytes of data");
  const std::string_view bytes =
      data.substr(static_cast<std::size_t>(offsets[0]), static_cast<std::size_t>(offsets[1] - offsets[0]));
  const std::string stored = parse_dtype(entry);
  const Dtype dtype = stored == "F32" ? Dtype::f32 : Dtype::f64;  // an I64 has as many bytes as an f64
  const std::vector<Index> sizes = parse_numbers(entry, "shape");
  const Shape shape(sizes.data(), sizes.data() + sizes.size());
  require(
      bytes.size() % size_of(dtype) == 0 && static_cast<Index>(bytes.size() / size_of(dtype)) == shape.size(),
      "shape ", shape, " of ", stored, " does not fill its ", bytes.size(), " bytes");
  Tensor tensor(shape, dtype);
  if (stored == "I64")
    copy_integers(bytes, tensor.mutable_data<double>());
  else
    visit(dtype,
          [&](auto zero) { std::memcpy(tensor.mutable_data<decltype(zero)>(), bytes.data(), bytes.size()); });
  return tensor;
}

// The tensors must follow one another and fill the data: nothing shared, nothing hidden.
void check_extents(std::vector<Extent> extents, std::size_t data_size) {
  std::sort(extents.begin(), extents.end());
  Index filled = 0;
  for (const Extent& extent : extents) {
    require(extent.begin >= filled, "tensor \"", extent.name, "\" overlaps another one");
    require(extent.begin == filled, "there is a gap before tensor \"", extent.name, "\"");
    filled = extent.end;
  }
  require(static_cast<std::size_t>(filled) == data_size, data_size - static_cast<std::size_t>(filled),
          " bytes follow the last tensor");
}

TensorFile parse(std::string_view bytes) {
  require(bytes.size() >= length_bytes, "it is too short for a safetensors file");
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), length_bytes);
  bytes.remove_prefix(length_bytes);
  require(length <= bytes.size(), "the header should have ", length, " bytes, but only ", bytes.size(),
          " are left");
  const json header = parse_header(bytes.substr(0, length));
  const std::string_view data = bytes.substr(length);

  TensorFile file;
  std::vector<Extent> extents;
  for (const auto& [name, entry] : header.items()) {
    if (name == metadata_key) {
      file.metadata = parse_metadata(entry);
      continue;
    }
    try {
      require(entry.is_object(), "its entry is not a JSON object");
      const std::vector<Index> offsets = parse_numbers(entry, "data_offsets");
      file.tensors[name] = parse_tensor(entry, data, offsets);
      extents.push_back({offsets[0], offsets[1], name});
    } catch (const Error& error) {
      throw Error(text("tensor \"", name, "\": ", error.what()));
    }
  }
  check_extents(std::move(extents), data.size());
  return file;
}

// The elements as they lie in memory.
std::string_view bytes_of(const Tensor& tensor) {
  return visit(tensor.dtype(), [&](auto zero) {
    const auto values = tensor.values<decltype(zero)>();
    return std::string_view(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  });
}

// Tensors in the order of their names, so that equal contents give equal bytes.
std::string serialise(const TensorFile& file) {
  json header = json::object();
  if (!file.metadata.empty()) header[metadata_key] = file.metadata;
  std::size_t position = 0;
  for (const auto& [name, tensor] : file.tensors) {
    require(name != metadata_key, "a tensor cannot be called ", metadata_key);
    require(tensor.defined(), "tensor \"", name, "\" is undefined");
    const std::size_t end = position + bytes_of(tensor).size();
    header[name] = {{"dtype", tensor.dtype() == Dtype::f32 ? "F32" : "F64"},
                    {"shape", std::vector<Index>(tensor.shape().begin(), tensor.shape().end())},
                    {"data_offsets", {position, end}}};
    position = end;
  }
  std::string header_text = header.dump();
  header_text.resize((header_text.size() + header_alignment - 1) / header_alignment * header_alignment, ' ');

  const std::uint64_t length = header_text.size();
  std::string bytes(reinterpret_cast<const char*>(&length), length_bytes);
  bytes.reserve(length_bytes + header_text.size() + position);
  bytes += header_text;
  for (const auto& [name, tensor] : file.tensors) bytes += bytes_of(tensor);
  return bytes;
}

}  // namespace

TensorFile read_safetensors(const std::filesystem::path& path) {
  const std::string bytes = read_file(path);
  try {
    return parse(bytes);
  } catch (const Error& error) {
    throw Error(text("cannot read ", path.string(), ": ", error.what()));
  }
}

void write_safetensors(const std::filesystem::path& path, const TensorFile& file) {
  std::string bytes;
  try {
    bytes = serialise(file);
  } catch (const json::exception&) {
    throw Error(text("cannot write ", path.string(), ": a name or a metadata string is not UTF-8"));
  } catch (const Error& error) {
    throw Error(text("cannot write ", path.string(), ": ", error.what()));
  }
  write_file(path, bytes);
}

}  // namespace voronet
