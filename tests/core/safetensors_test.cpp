#include <voronet/core/file.h>
#include <voronet/core/random.h>
#include <voronet/core/safetensors.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>

#include "support/authors_networks.h"
#include "support/in_child.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;
using namespace std::string_literals;

namespace {

void put(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string safetensors(const std::string& header, const std::string& data = {}) {
  const std::uint64_t length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), sizeof length) + header + data;
}

// One entry of a header: what the tensor `name` says of itself.
std::string entry(const std::string& name, const std::string& shape, const std::string& offsets,
                  const std::string& dtype = "F32") {
  return text('"', name, R"(":{"dtype":")", dtype, R"(","shape":)", shape, R"(,"data_offsets":)", offsets,
              '}');
}

TensorFile sample() {
  Random random(1);
  return {{{"scalar", scalar(3)},
           {"empty", zeros({2, 0, 3})},
           {"weight", normal({3, 5}, 0, 1, random)},
           {"double", normal({7}, 0, 1, random, Dtype::f64)}},
          {{"model", "lenet"}, {"quote \" and newline \n", "\xc3\xa9"}}};
}

}  // namespace

TEST_CASE("tensors of both dtypes, scalars, empty ones and metadata survive a round trip") {
  const TemporaryFolder folder;
  write_safetensors(folder / "f", sample());
  const TensorFile before = sample(), after = read_safetensors(folder / "f");
  CHECK(after.metadata == before.metadata);
  CHECK(after.tensors.size() == before.tensors.size());
  for (const auto& [name, tensor] : before.tensors) {
    CHECK(after.tensors.at(name).shape() == tensor.shape());
    CHECK(after.tensors.at(name).dtype() == tensor.dtype());
    CHECK(after.tensors.at(name).to_vector() == tensor.to_vector());
  }
}

TEST_CASE("64-bit integers are read as f64") {
  const TemporaryFolder folder;
  const std::string elements("\x05\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff", 16);
  write_file(folder / "f", safetensors(text("{", entry("count", "[2]", "[0,16]", "I64"), "}"), elements));
  const Tensor count = read_safetensors(folder / "f").tensors.at("count");
  CHECK(count.dtype() == Dtype::f64);
  CHECK(count.to_vector() == std::vector<double>{5, -1});
}

TEST_CASE("every number of 16 bits is read as the f32 that it is") {
  const TemporaryFolder folder;
  constexpr unsigned patterns = 1U << 16;
  std::string elements;
  for (unsigned bits = 0; bits < patterns; ++bits) {
    elements += static_cast<char>(bits & 0xff);
    elements += static_cast<char>(bits >> 8);
  }
  // By the formats' definition: a fraction times a power of two.
  const auto value = [](unsigned bits, int exponent_bits) {
    const int fraction_bits = 15 - exponent_bits, bias = (1 << (exponent_bits - 1)) - 1;
    const auto exponent = static_cast<int>(bits >> fraction_bits) & ((1 << exponent_bits) - 1);
    const double fraction = bits & ((1U << fraction_bits) - 1), one = 1 << fraction_bits;
    const double sign = bits >> 15 ? -1 : 1;
    if (exponent == 2 * bias + 1) return fraction == 0 ? sign * INFINITY : NAN;
    if (exponent == 0) return sign * std::ldexp(fraction / one, 1 - bias);
    return sign * std::ldexp(1 + fraction / one, exponent - bias);
  };
  for (const int exponent_bits : {5, 8}) {
    const char* dtype = exponent_bits == 5 ? "F16" : "BF16";
    CAPTURE(dtype);
    write_file(folder / "f",
               safetensors(text("{", entry("t", "[65536]", "[0,131072]", dtype), "}"), elements));
    const Tensor t = read_safetensors(folder / "f").tensors.at("t");
    REQUIRE(t.dtype() == Dtype::f32);
    const auto values = t.values<float>();
    int wrong = 0;
    for (unsigned bits = 0; bits < patterns; ++bits) {
      const double expected = value(bits, exponent_bits), actual = values[bits];
      const bool same = std::isnan(expected)
                            ? std::isnan(actual)
                            : actual == expected && std::signbit(actual) == std::signbit(expected);
      wrong += !same;
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("not-a-numbers and infinities keep their bits") {
  const TemporaryFolder folder;
  const double infinity = std::numeric_limits<double>::infinity();
  write_safetensors(folder / "f", {{{"t", from({NAN, -infinity, -0.0}, {3})}}, {}});
  const Tensor t = read_safetensors(folder / "f").tensors.at("t");
  CHECK(std::isnan(t.at(0)));
  CHECK(t.at(1) == -infinity);
  CHECK(std::signbit(t.at(2)));
}

TEST_CASE("equal contents give equal bytes, and the data starts at a multiple of eight") {
  const TemporaryFolder folder;
  write_safetensors(folder / "a", sample());
  write_safetensors(folder / "b", sample());
  const std::string bytes = read_file(folder / "a");
  CHECK(bytes == read_file(folder / "b"));
  CHECK(static_cast<unsigned char>(bytes[0]) % 8 == 0);
  write_safetensors(folder / "nothing", {});
  CHECK(read_file(folder / "nothing") == safetensors("{}      "));
  CHECK(read_safetensors(folder / "nothing").tensors.empty());
}

TEST_CASE("the layout is that of the format") {
  const TemporaryFolder folder;
  write_safetensors(folder / "f", {{{"a", from({1, 2}, {2})}}, {{"k", "v"}}});
  const float data[] = {1, 2};
  const std::string header = text(R"({"__metadata__":{"k":"v"},)", entry("a", "[2]", "[0,8]"), "}");
  put(folder / "g", safetensors(header, std::string(reinterpret_cast<const char*>(data), 8)));
  for (const char* name : {"f", "g"}) {
    const TensorFile parsed = read_safetensors(folder / name);
    CHECK(parsed.tensors.at("a").to_vector() == std::vector<double>{1, 2});
    CHECK(parsed.metadata.at("k") == "v");
  }
}

TEST_CASE("a bad file is refused with a message that names the file and the fault") {
  const TemporaryFolder folder;
  const auto path = folder / "f";
  const auto message = [&](const std::string& bytes) {
    put(path, bytes);
    try {
      (void)read_safetensors(path);
    } catch (const Error& error) {
      const std::string what = error.what(), start = "cannot read " + path.string() + ": ";
      CHECK(what.starts_with(start));
      return what.substr(std::min(start.size(), what.size()));
    }
    return std::string("no error");
  };
  const std::string four(4, '\0'), eight(8, '\0');

  CHECK(message("") == "it is too short for a safetensors file");
  CHECK(message("1234567") == "it is too short for a safetensors file");
  CHECK(message(std::string("\0\0\0\0\0\0\0\x80{}", 10)) ==
        "the header should have 9223372036854775808 bytes, but only 2 are left");
  CHECK(message("\xff\xff\xff\xff\xff\xff\xff\xff{}") ==
        "the header should have 18446744073709551615 bytes, but only 2 are left");
  CHECK(message(safetensors("")) == "the header is not valid JSON");
  CHECK(message(safetensors("{\"a\":")) == "the header is not valid JSON");
  CHECK(message(safetensors("{}{}")) == "the header is not valid JSON");
  CHECK(message(safetensors("{\"\xff\":1}")) == "the header is not valid JSON");
  CHECK(message(safetensors("[]")) == "the header is not a JSON object");
  CHECK(message(safetensors(std::string(100000, '['))) == "the header is not valid JSON");
  CHECK(message(safetensors(text("{", entry("a", "[1]", "[0,4]"), ",", entry("a", "[1]", "[0,4]"), "}"),
                            four)) == "the header has the key \"a\" twice");
  CHECK(message(safetensors(R"({"a":{"dtype":"F32","dtype":"F64","shape":[1],"data_offsets":[0,4]}})",
                            four)) == "the header has the key \"dtype\" twice");

  CHECK(message(safetensors(R"({"a":3})")) == "tensor \"a\": its entry is not a JSON object");
  CHECK(message(safetensors(R"({"a":{}})")) == "tensor \"a\": data_offsets is not a list");
  CHECK(message(safetensors(R"({"a":{"data_offsets":[0,0]}})")) == "tensor \"a\": it has no dtype");
  CHECK(message(safetensors(R"({"a":{"data_offsets":[0,0],"dtype":"F32"}})")) ==
        "tensor \"a\": shape is not a list");
  CHECK(message(safetensors(text("{", entry("a", "[1]", "[0,1]", "F8_E4M3"), "}"), "x")) ==
        "tensor \"a\": dtype F8_E4M3 is not supported, only F32, F64, F16, BF16 and I64 are");
  CHECK(message(safetensors(text("{", entry("a", "[1]", "[0,4]", "F16"), "}"), four)) ==
        "tensor \"a\": shape (1) of F16 does not fill its 4 bytes");
  CHECK(message(safetensors(text("{", entry("a", "[1]", "[0]"), "}"), four)) ==
        "tensor \"a\": data_offsets is not a pair");
  for (const char* shape : {"[-1]", "[1.0]", "[\"1\"]", "[9223372036854775808]", "[1e3]", "[null]"})
    CHECK(message(safetensors(text("{", entry("a", shape, "[0,4]"), "}"), four)) ==
          "tensor \"a\": shape holds something that is not a size");
  CHECK(message(safetensors(text("{", entry("a", "[1,1,1,1,1,1,1]", "[0,4]"), "}"), four)) ==
        "tensor \"a\": shape: 7 dimensions, at most 6 are possible");
  CHECK(message(safetensors(text("{", entry("a", "[4294967296,4294967296]", "[0,0]"), "}"))) ==
        "tensor \"a\": shape: (4294967296, 4294967296) has too many elements");
  CHECK(message(safetensors(text("{", entry("a", "[4611686018427387904]", "[0,0]"), "}"))) ==
        "tensor \"a\": shape (4611686018427387904) of F32 does not fill its 0 bytes");
  CHECK(message(safetensors(text("{", entry("a", "[1]", "[0,3]"), "}"), four)) ==
        "tensor \"a\": shape (1) of F32 does not fill its 3 bytes");
  CHECK(message(safetensors(text("{", entry("a", "[1]", "[0,4]", "F64"), "}"), four)) ==
        "tensor \"a\": shape (1) of F64 does not fill its 4 bytes");
  CHECK(message(safetensors(text("{", entry("a", "[1]", "[4,8]"), "}"), four)) ==
        "tensor \"a\": data_offsets [4, 8] leave the 4 bytes of data");
  CHECK(message(safetensors(text("{", entry("a", "[1]", "[4,0]"), "}"), four)) ==
        "tensor \"a\": data_offsets [4, 0] leave the 4 bytes of data");
  CHECK(message(safetensors(text("{", entry("a", "[1]", "[0,4]"), ",", entry("b", "[1]", "[0,4]"), "}"),
                            four)) == "tensor \"b\" overlaps another one");
  CHECK(message(safetensors(text("{", entry("a", "[1]", "[4,8]"), "}"), eight)) ==
        "there is a gap before tensor \"a\"");
  CHECK(message(safetensors(text("{", entry("a", "[1]", "[0,4]"), "}"), eight)) ==
        "4 bytes follow the last tensor");
  CHECK(message(safetensors(R"({"__metadata__":[]})")) == "__metadata__ is not a JSON object");
  CHECK(message(safetensors(R"({"__metadata__":{"k":1}})")) == "__metadata__ \"k\" is not a string");
}

TEST_CASE("a missing file and what cannot be written are refused") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH_AS(read_safetensors("/nowhere/f"), "cannot read /nowhere/f: No such file or directory",
                       Error);
  CHECK_THROWS_AS(write_safetensors("/nowhere/f", sample()), Error);
  const std::string start = "cannot write " + (folder / "f").string() + ": ";
  const auto write = [&](const TensorFile& file) { write_safetensors(folder / "f", file); };
  CHECK_THROWS_WITH_AS(write({{{"__metadata__", scalar(1)}}, {}}),
                       (start + "a tensor cannot be called __metadata__").c_str(), Error);
  CHECK_THROWS_WITH_AS(write({{{"a", Tensor()}}, {}}), (start + "tensor \"a\" is undefined").c_str(), Error);
  CHECK_THROWS_WITH_AS(write({{{"\xff", scalar(1)}}, {}}),
                       (start + "a name or a metadata string is not UTF-8").c_str(), Error);
  CHECK_FALSE(std::filesystem::exists(folder / "f"));
}

TEST_CASE("a damaged file is read or refused, never worse") {
  const TemporaryFolder folder;
  write_safetensors(folder / "good", sample());
  const std::string good = read_file(folder / "good");
  Random random(5);
  int refused = 0;
  for (int trial = 0; trial < 3000; ++trial) {
    std::string bad = good;
    if (trial % 4 == 0) bad.resize(static_cast<std::size_t>(random.below(static_cast<Index>(good.size()))));
    if (trial % 4 == 1) bad += static_cast<char>(random.below(256));
    for (Index flips = random.below(4); flips > 0 && !bad.empty(); --flips)
      bad[static_cast<std::size_t>(random.below(static_cast<Index>(bad.size())))] ^=
          static_cast<char>(1 + random.below(255));
    put(folder / "bad", bad);
    try {
      (void)read_safetensors(folder / "bad");
    } catch (const Error&) {
      ++refused;
    }
  }
  CHECK(refused > 1500);
}

TEST_CASE("checkpoints that other programs wrote are read") {
  const auto authors = authors_networks();
  if (!authors) return;
  const TensorFile file = read_safetensors(authors->path("gauss"));
  CHECK(file.tensors.size() == 10);
  CHECK(file.tensors.at("embed.conv2.weight").shape() == Shape{16, 6, 5, 5});
  CHECK(file.tensors.at("classifier.gamma").size() == 10);
  CHECK(file.metadata.at("format") == "pt");
}

TEST_CASE("metadata may be null, as for the reference reader") {
  const TemporaryFolder folder;
  put(folder / "f",
      safetensors(text(R"({"__metadata__":null,)", entry("a", "[1]", "[0,4]"), "}"), "\0\0\x80\x3f"s));
  const TensorFile file = read_safetensors(folder / "f");
  CHECK(file.metadata.empty());
  CHECK(file.tensors.at("a").item() == 1);
}

TEST_CASE("of a file of a terabyte only the header is read, and it says what is wrong") {
  const TemporaryFolder folder;
  const auto path = folder / "f";
  const auto message = [&](const std::string& start) {
    write_terabyte(path, start);
    try {
      (void)read_safetensors(path);
    } catch (const Error& error) {
      const std::string what = error.what(), name = "cannot read " + path.string() + ": ";
      CHECK(what.starts_with(name));
      return what.substr(std::min(name.size(), what.size()));
    }
    return std::string("no error");
  };
  const Index left = static_cast<Index>(terabyte) - 8;
  CHECK(message("") == text("the header should have 0 bytes, but ", left, " follow"));
  CHECK(message("\0\0\0\0\x10\0\0\0"s) ==
        "the header should have 68719476736 bytes, and at most 100000000 are possible");
  CHECK(message("\0\0\0\0\0\x10\0\0"s) ==
        text("the header should have ", Index{1} << 44, " bytes, but only ", left, " are left"));
  CHECK(message("\x10\0\0\0\0\0\0\0"s) == "the header is not valid JSON");
  CHECK(message(safetensors("{}")) == text(left - 2, " bytes follow the last tensor"));
  std::string whole =
      text("{", entry("a", text('[', terabyte / 4 - 64, ']'), text("[0,", terabyte - 256, "]")), "}");
  whole.resize(248, ' ');
  CHECK(message(safetensors(whole)).starts_with("too large, 1099511627776 bytes do not fit"));
}
