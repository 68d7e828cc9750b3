#include <voronet/core/file.h>
#include <voronet/data/npz.h>
#include <voronet/data/pieces.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <optional>

#include <zip.h>

namespace voronet::data {
namespace {

static_assert(std::endian::native == std::endian::little, "elements are copied as they lie in the file");

constexpr std::size_t longest_header = 4096;
constexpr const char* suffix = ".npy";
constexpr std::string_view magic = "\x93NUMPY";

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
  void operator()(zip_source_t* source) const { zip_source_free(source); }
};
using Archive = std::unique_ptr<zip_t, Discard>;
using Entry = std::unique_ptr<zip_file_t, Discard>;

Index size_of_element(const std::string& type) { return type[2] - '0'; }

// Of NumPy's names: those of one byte have no order, and others here the low byte first.
bool is_known(const std::string& type) {
  static const std::vector<std::string> known = {"|u1", "|i1", "<u2", "<i2", "<u4",
                                                 "<i4", "<u8", "<i8", "<f4", "<f8"};
  return std::ranges::find(known, type) != known.end();
}

Archive open(const std::filesystem::path& path) {
  (void)InputFile(path);  // it says why a file cannot be read
  int code = 0;
  Archive archive(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (archive) return archive;
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const std::string reason = zip_error_strerror(&error);
  zip_error_fini(&error);
  throw Error(text(path.string(), ": not a zip archive, which an .npz file is (", reason, ")"));
}

// An entry of an archive, read from its beginning on.
class Stream {
 public:
  Stream(const std::string& name, Entry entry) : name_(name), entry_(std::move(entry)) {}

  // As many of the next bytes as there are, at most `most`.
  std::string read(const std::filesystem::path& path, std::size_t most) {
    return read_pieces(path, most, [&](char* to, std::size_t bytes) {
      const zip_int64_t got = zip_fread(entry_.get(), to, bytes);
      require(got >= 0, path.string(), ": ", name_, " is damaged (", zip_file_strerror(entry_.get()), ")");
      return static_cast<std::size_t>(got);
    });
  }

 private:
  std::string name_;
  Entry entry_;
};

// What stands behind 'key': in a header, without blanks before it.
std::string_view value_of(std::string_view header, std::string_view key) {
  const auto found = header.find(text('\'', key, "':"));
  if (found == header.npos) return {};
  header.remove_prefix(found + key.size() + 3);
  header.remove_prefix(std::min(header.find_first_not_of(' '), header.size()));
  return header;
}

// "(2, 28, 28), ...", "(3,)" and "()".
std::optional<Shape> shape_in(std::string_view tuple) {
  if (!tuple.starts_with('(') || tuple.find(')') == tuple.npos) return {};
  tuple = tuple.substr(1, tuple.find(')') - 1);
  std::vector<Index> sizes;
  Index all = 1;
  while (tuple.find_first_not_of(' ') != tuple.npos) {
    tuple.remove_prefix(tuple.find_first_not_of(' '));
    const std::string_view number = tuple.substr(0, tuple.find(','));
    const auto size = parse_number<Index>(number);
    if (!size || *size < 0 || sizes.size() == Shape::max_rank) return {};
    if (__builtin_mul_overflow(all, *size, &all)) return {};
    sizes.push_back(*size);
    tuple.remove_prefix(std::min(number.size() + 1, tuple.size()));
  }
  return Shape(sizes.data(), sizes.data() + sizes.size());
}

// {'descr': '<f4', 'fortran_order': False, 'shape': (2, 28, 28), }
NpyArray described(std::string_view header, const std::string& where) {
  const std::string_view type = value_of(header, "descr"), order = value_of(header, "fortran_order");
  const auto shape = shape_in(value_of(header, "shape"));
  require(shape.has_value(), where, " has no header that says its shape");
  require(order.starts_with("False"), where,
          " is not in row-major order: save numpy.ascontiguousarray of it instead");
  const std::string name(type.substr(std::min<std::size_t>(type.size(), 1), 3));
  require(type.substr(0, 5) == text('\'', name, '\'') && is_known(name), where,
          " has elements that are neither whole numbers nor floats of 32 or 64 bits, low byte first");
  return {name, *shape, {}};
}

NpyArray read_array(const std::filesystem::path& path, const std::string& name, Entry entry) {
  const std::string where = text(path.string(), ": ", name);
  Stream stream(name, std::move(entry));
  const std::string start = stream.read(path, magic.size() + 4);
  require(start.starts_with(magic) && start.size() == magic.size() + 4, where, " is no NumPy array");
  const auto byte = [](char c) { return static_cast<std::size_t>(static_cast<std::uint8_t>(c)); };
  std::size_t length = byte(start[8]) + 256 * byte(start[9]);
  if (start[6] != 1) {  // later versions have two bytes more
    const std::string more = stream.read(path, 2);
    require(more == std::string(2, '\0'), where, " has too long a header");
  }
  require(length <= longest_header, where, " has too long a header");
  NpyArray array = described(stream.read(path, length), where);
  Index promised = 0;
  require(!__builtin_mul_overflow(array.shape.size(), size_of_element(array.type), &promised), where,
          " has an impossible shape ", array.shape);
  array.bytes = stream.read(path, promised + 1);
  require(std::ssize(array.bytes) == promised, where, " has ",
          std::ssize(array.bytes) < promised ? "fewer" : "more", " bytes than the ", promised,
          " of its shape ", array.shape);
  return array;
}

template <class T>
NpyArray array_of(const char* type, const Shape& shape, std::span<const T> elements) {
  require(shape.size() == std::ssize(elements), "npz: ", elements.size(), " elements are no array ", shape);
  return {type, shape, {reinterpret_cast<const char*>(elements.data()), elements.size_bytes()}};
}

// The array as an .npy file.
std::string npy_file(const NpyArray& array) {
  std::string shape;
  for (const Index size : array.shape) shape += text(size, ',');
  std::string header =
      text("{'descr': '", array.type, "', 'fortran_order': False, 'shape': (", shape, "), }");
  header.resize((header.size() + 11 + 63) / 64 * 64 - 11, ' ');  // so that the elements begin at a multiple
  header += '\n';
  const auto length = static_cast<std::uint16_t>(header.size());
  return text(magic, '\1', '\0', static_cast<char>(length % 256), static_cast<char>(length / 256), header) +
         array.bytes;
}

template <class T>
T element(const std::string& bytes, Index i) {
  T value;
  std::memcpy(&value, bytes.data() + i * static_cast<Index>(sizeof value), sizeof value);
  return value;
}

}  // namespace

double NpyArray::at(Index i) const {
  require(type.size() == 3 && i >= 0 && i < std::ssize(bytes) / size_of_element(type),
          "npz: there is no element ", i, " in an array ", shape, " of ", type);
  const auto as = [&](auto zero) { return static_cast<double>(element<decltype(zero)>(bytes, i)); };
  const bool is_signed = type[1] == 'i';
  switch (size_of_element(type)) {
    case 1:
      return is_signed ? as(std::int8_t{}) : as(std::uint8_t{});
    case 2:
      return is_signed ? as(std::int16_t{}) : as(std::uint16_t{});
    case 4:
      return type[1] == 'f' ? as(float{}) : is_signed ? as(std::int32_t{}) : as(std::uint32_t{});
    default:
      return type[1] == 'f' ? as(double{}) : is_signed ? as(std::int64_t{}) : as(std::uint64_t{});
  }
}

NpyArray npy(const Shape& shape, std::span<const std::uint8_t> elements) {
  return array_of("|u1", shape, elements);
}
NpyArray npy(const Shape& shape, std::span<const float> elements) { return array_of("<f4", shape, elements); }
NpyArray npy(const Shape& shape, std::span<const Index> elements) { return array_of("<i8", shape, elements); }

std::map<std::string, NpyArray> read_npz(const std::filesystem::path& path,
                                         const std::vector<std::string>& names) {
  return within_memory(path, [&] {
    const Archive archive = open(path);
    std::map<std::string, NpyArray> arrays;
    for (const std::string& name : names) {
      const zip_int64_t entry = zip_name_locate(archive.get(), (name + suffix).c_str(), 0);
      if (entry < 0) continue;
      Entry file(zip_fopen_index(archive.get(), static_cast<zip_uint64_t>(entry), 0));
      require(file != nullptr, path.string(), ": ", name, " cannot be read (", zip_strerror(archive.get()),
              ")");
      arrays[name] = read_array(path, name, std::move(file));
    }
    return arrays;
  });
}

void write_npz(const std::filesystem::path& path, const std::map<std::string, NpyArray>& arrays) {
  constexpr zip_uint16_t new_year_1980 = 1 << 5 | 1;  // any day would do; this is an archive's first
  const auto expect = [&](bool done) { require(done, "cannot write ", path.string(), ": out of memory"); };
  std::map<std::string, std::string> files;  // they stay until the archive is closed
  for (const auto& [name, array] : arrays) files[name + suffix] = npy_file(array);

  const std::unique_ptr<zip_source_t, Discard> target(
      zip_source_buffer_create(nullptr, 0, 0, nullptr));  // the archive, in memory
  expect(target != nullptr);
  zip_source_keep(target.get());  // the archive has it, too, until it is closed
  Archive archive(zip_open_from_source(target.get(), ZIP_TRUNCATE, nullptr));
  expect(archive != nullptr);
  for (const auto& [name, bytes] : files) {
    zip_source_t* source = zip_source_buffer(archive.get(), bytes.data(), bytes.size(), 0);
    const zip_int64_t entry = zip_file_add(archive.get(), name.c_str(), source, ZIP_FL_ENC_UTF_8);
    expect(source != nullptr && entry >= 0);
    zip_set_file_compression(archive.get(), static_cast<zip_uint64_t>(entry), ZIP_CM_STORE, 0);
    zip_file_set_dostime(archive.get(), static_cast<zip_uint64_t>(entry), 0, new_year_1980, 0);
  }
  expect(zip_close(archive.get()) == 0);
  (void)archive.release();
  zip_stat_t about;
  expect(zip_source_stat(target.get(), &about) == 0 && zip_source_open(target.get()) == 0);
  std::string bytes(about.size, '\0');
  expect(zip_source_read(target.get(), bytes.data(), bytes.size()) == static_cast<zip_int64_t>(bytes.size()));
  zip_source_close(target.get());
  write_file(path, bytes);
}

}  // namespace voronet::data
