#include <voronet/core/file.h>
#include <voronet/core/half.h>
#include <voronet/core/safetensors.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <set>
#include <string_view>
#include <tuple>
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

constexpr std::size_t most_depth = 128;                   // of JSON, as for the reference reader
constexpr std::uint64_t most_header_bytes = 100'000'000;  // as for the reference reader

// How a file has elements: how many bytes, and what they are read as.
struct Stored {
  const char* name;
  Index bytes;
  Dtype dtype;
};
constexpr Stored stored_types[] = {{"F32", 4, Dtype::f32},
                                   {"F64", 8, Dtype::f64},
                                   {"F16", 2, Dtype::f32},
                                   {"BF16", 2, Dtype::f32},
                                   {"I64", 8, Dtype::f64}};

// What the header says of a tensor; its bytes lie at begin..end of the data that follows the header.
struct Entry {
  std::string name;
  Stored stored;
  Shape shape;
  Index begin, end;
};

// The JSON value of the header. The library takes the last of two equal keys, the format forbids them.
json parse_header(std::string_view header) {
  std::vector<std::set<std::string>> keys;  // of the open objects and arrays, outermost first
  const auto check = [&](int, json::parse_event_t event, json& value) {
    using Event = json::parse_event_t;
    if (event == Event::object_start || event == Event::array_start) {
      require(keys.size() < most_depth, "the header is not valid JSON");
      keys.emplace_back();
    }
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
  if (entries.is_null()) return {};
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

Stored parse_dtype(const json& entry) {
  const auto dtype = entry.find("dtype");
  require(dtype != entry.end() && dtype->is_string(), "it has no dtype");
  const auto name = dtype->get<std::string>();
  const auto* const stored = std::find_if(std::begin(stored_types), std::end(stored_types),
                                          [&](const Stored& each) { return each.name == name; });
  require(stored != std::end(stored_types), "dtype ", name,
          " is not supported, only F32, F64, F16, BF16 and I64 are");
  return *stored;
}

Entry parse_entry(const std::string& name, const json& entry, std::uint64_t data_size) {
  require(entry.is_object(), "its entry is not a JSON object");
  const std::vector<Index> offsets = parse_numbers(entry, "data_offsets");
  require(offsets.size() == 2, "data_offsets is not a pair");
  const auto [begin, end] = std::pair(offsets[0], offsets[1]);
  require(begin <= end && static_cast<std::uint64_t>(end) <= data_size, "data_offsets [", begin, ", ", end,
          "] leave the ", data_size, " bytes of data");
  Entry parsed{name, parse_dtype(entry), {}, begin, end};
  const std::vector<Index> sizes = parse_numbers(entry, "shape");
  parsed.shape = Shape(sizes.data(), sizes.data() + sizes.size());
  const Index width = parsed.stored.bytes;
  require((end - begin) % width == 0 && (end - begin) / width == parsed.shape.size(), "shape ", parsed.shape,
          " of ", parsed.stored.name, " does not fill its ", end - begin, " bytes");
  return parsed;
}

// The tensors must follow one another and fill the data: nothing shared, nothing hidden.
void check_extents(std::vector<Entry>& entries, std::uint64_t data_size) {
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  Index filled = 0;
  for (const Entry& entry : entries) {
    require(entry.begin >= filled, "tensor \"", entry.name, "\" overlaps another one");
    require(entry.begin == filled, "there is a gap before tensor \"", entry.name, "\"");
    filled = entry.end;
  }
  require(static_cast<std::uint64_t>(filled) == data_size, data_size - static_cast<std::uint64_t>(filled),
          " bytes follow the last tensor");
}

// Calls f(), and throws an Error of its with these words before it.
template <class F>
auto prefixed(const std::string& words, const F& f) {
  try {
    return f();
  } catch (const Error& error) {
    throw Error(words + error.what());
  }
}

struct Header {
  std::vector<Entry> entries;  // in the order of their bytes
  std::map<std::string, std::string> metadata;
};

Header parse_entries(std::string_view text_of_header, std::uint64_t data_size) {
  const json all = parse_header(text_of_header);
  Header header;
  for (const auto& [key, value] : all.items()) {
    const std::string& name = key;
    const json& entry = value;
    if (name == metadata_key)
      header.metadata = parse_metadata(entry);
    else
      header.entries.push_back(
          prefixed(text("tensor \"", name, "\": "), [&] { return parse_entry(name, entry, data_size); }));
  }
  check_extents(header.entries, data_size);
  return header;
}

// That a file of so many bytes can have a header of this length.
void check_length(std::uint64_t length, std::uint64_t size) {
  const std::uint64_t left = size - length_bytes;
  require(length <= left, "the header should have ", length, " bytes, but only ", left, " are left");
  require(length <= most_header_bytes, "the header should have ", length, " bytes, and at most ",
          most_header_bytes, " are possible");
  require(length > 0 || left == 0, "the header should have 0 bytes, but ", left, " follow");
}

float bfloat16(std::uint16_t bits) {  // a float's upper half
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

double integer(std::int64_t bits) { return static_cast<double>(bits); }

// The elements that the bytes hold, of type From, each as a To.
template <class To, class From>
void convert(const std::string& bytes, To (*value)(From), To* values) {
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(From)) {
    From from;
    std::memcpy(&from, bytes.data() + at, sizeof from);
    *values++ = value(from);
  }
}

void read_elements(InputFile& in, std::uint64_t position, const Entry& entry, const Tensor& tensor) {
  const auto size = static_cast<std::size_t>(entry.end - entry.begin);
  const std::string_view type = entry.stored.name;
  if (type == "F32")
    in.read(position, size, tensor.mutable_data<float>());
  else if (type == "F64")
    in.read(position, size, tensor.mutable_data<double>());
  else if (type == "I64")
    convert(in.read(position, size), integer, tensor.mutable_data<double>());
  else
    convert(in.read(position, size), type == "F16" ? float16 : bfloat16, tensor.mutable_data<float>());
}

// Nothing is read before what the header says of it is known to be right.
TensorFile read(const std::filesystem::path& path) {
  const std::string start = text("cannot read ", path.string(), ": ");
  InputFile in(path);
  require(in.size() >= length_bytes, start, "it is too short for a safetensors file");
  std::uint64_t length = 0;
  in.read(0, length_bytes, &length);
  prefixed(start, [&] { check_length(length, in.size()); });
  const std::uint64_t data_begin = length_bytes + length;
  const std::string header_text = in.read(length_bytes, length);
  const Header header = prefixed(start, [&] { return parse_entries(header_text, in.size() - data_begin); });

  std::uint64_t memory = in.size();
  for (const Entry& entry : header.entries)  // an f32 is twice as large as what has 16 bits
    if (entry.stored.bytes == 2) memory += static_cast<std::uint64_t>(entry.end - entry.begin);
  require_memory(path, memory);
  TensorFile file{{}, header.metadata};
  for (const Entry& entry : header.entries) {
    const auto tensor = prefixed(start, [&] { return Tensor(entry.shape, entry.stored.dtype); });
    read_elements(in, data_begin + static_cast<std::uint64_t>(entry.begin), entry, tensor);
    file.tensors[entry.name] = tensor;
  }
  return file;
}

// The elements as they lie in memory.
std::string_view bytes_of(const Tensor& tensor) {
  return visit(tensor.dtype(), [&]<class T>(T) {
    const auto values = tensor.values<T>();
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
  header_text.resize(divide_up(std::ssize(header_text), header_alignment) * header_alignment, ' ');

  const std::uint64_t length = header_text.size();
  std::string bytes(reinterpret_cast<const char*>(&length), length_bytes);
  bytes.reserve(length_bytes + header_text.size() + position);
  bytes += header_text;
  for (const auto& [name, tensor] : file.tensors) bytes += bytes_of(tensor);
  return bytes;
}

}  // namespace

TensorFile read_safetensors(const std::filesystem::path& path) {
  return within_memory(path, [&] { return read(path); });
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
