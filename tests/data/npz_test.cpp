#include <voronet/core/file.h>
#include <voronet/core/random.h>
#include <voronet/data/npz.h>
#include <voronet/data/process.h>

#include <cstdlib>

#include "support/in_child.h"
#include "support/skip.h"
#include "support/zip_file.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::data;
using namespace voronet::test;

namespace {

std::vector<double> elements(const NpyArray& array) {
  std::vector<double> all;
  for (Index i = 0; i < array.shape.size(); ++i) all.push_back(array.at(i));
  return all;
}

const std::vector<std::uint8_t> some_bytes = {0, 1, 128, 255, 7, 9};
const std::vector<float> some_floats = {0.5F, -1e-3F};
const std::vector<Index> some_numbers = {-1, Index{1} << 40};

std::map<std::string, NpyArray> three_arrays() {
  return {
      {"images", npy({1, 2, 3}, some_bytes)}, {"f", npy({2, 1}, some_floats)}, {"n", npy({2}, some_numbers)}};
}

void run_python(const TemporaryFolder& folder, const std::string& lines) {
  run_program({"/usr/bin/python3", "-c", "import numpy as np\n" + lines}, folder.path(), "NumPy");
}

bool has_numpy() {
  if (std::system("/usr/bin/python3 -c 'import numpy' 2>/dev/null") == 0) return true;
  skipped("needs Debian's python3-numpy");
  return false;
}

// What reading array a of these bytes says, without the file's name.
std::string refusal(const std::string& bytes) {
  const TemporaryFolder folder;
  const std::string path = folder / "f.npz";
  write_file(path, bytes);
  try {
    (void)read_npz(path, {"a"});
  } catch (const Error& error) {
    const std::string what = error.what();
    CHECK(what.find('\n') == what.npos);
    CHECK(what.starts_with(path + ": "));
    return what.substr(std::min(what.size(), path.size() + 2));
  }
  return "nothing";
}

std::string refusal_of(const std::string& npy) { return refusal(ZipFile().add("a.npy", npy).bytes()); }

}  // namespace

TEST_CASE("arrays come back as they were written, those that are asked for, always of the same bytes") {
  const TemporaryFolder folder;
  write_npz(folder / "f.npz", three_arrays());
  const auto read = read_npz(folder / "f.npz", {"images", "absent", "n"});
  REQUIRE(read.size() == 2);
  CHECK(read.at("images").type == "|u1");
  CHECK(read.at("images").shape == Shape{1, 2, 3});
  CHECK(elements(read.at("images")) == std::vector<double>{0, 1, 128, 255, 7, 9});
  CHECK(elements(read.at("n")) == std::vector<double>{-1, 1099511627776});
  CHECK(elements(read_npz(folder / "f.npz", {"f"}).at("f")) == std::vector<double>{0.5, -1e-3F});
  CHECK_THROWS_AS(read.at("n").at(2), Error);
  CHECK_THROWS_AS(npy({3}, some_floats), Error);

  const std::string bytes = read_file(folder / "f.npz");
  write_npz(folder / "f.npz", three_arrays());
  CHECK(read_file(folder / "f.npz") == bytes);
  CHECK_THROWS_WITH_AS(write_npz(folder / "absent/f.npz", {}), doctest::Contains("cannot write"), Error);
}

TEST_CASE("NumPy reads the arrays that are written, and what it writes is read") {
  if (!has_numpy()) return;
  const TemporaryFolder folder;
  write_npz(folder / "ours.npz", three_arrays());
  run_python(folder, R"(
ours = np.load('ours.npz')
assert sorted(ours.files) == ['f', 'images', 'n']
assert ours['images'].dtype == np.uint8 and ours['images'].tolist() == [[[0, 1, 128], [255, 7, 9]]]
assert ours['f'].dtype == np.float32 and ours['f'].tolist() == [[0.5], [np.float32(-1e-3)]]
assert ours['n'].dtype == np.int64 and ours['n'].tolist() == [-1, 2 ** 40]
arrays = {t: np.array([[1, 2], [3, 100]], t) for t in 'u1 i1 u2 i2 u4 i4 u8 i8 f4 f8'.split()}
np.savez('stored.npz', zero=np.float64(3), **arrays)
np.savez_compressed('packed.npz', zero=np.float64(3), **arrays)
)");
  for (const char* name : {"stored.npz", "packed.npz"})
    for (const char* type : {"u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"}) {
      const NpyArray array = read_npz(folder / name, {type}).at(type);
      CHECK(array.shape == Shape{2, 2});
      CHECK(elements(array) == std::vector<double>{1, 2, 3, 100});
    }
  CHECK(read_npz(folder / "packed.npz", {"zero"}).at("zero").shape == Shape{});
}

TEST_CASE("an array whose header does not tell the truth, or something else, is refused") {
  CHECK(refusal_of(npy_file(npy_header("|u1", "(2,)"), "ab")) == "nothing");
  CHECK(refusal_of("") == "a is no NumPy array");
  CHECK(refusal_of("\x93NUMPY\1") == "a is no NumPy array");
  CHECK(refusal_of(npy_file(npy_header("|u1", "(3,)"), "ab")) ==
        "a has fewer bytes than the 3 of its shape (3)");
  CHECK(refusal_of(npy_file(npy_header("<f4", "(1, 1)"), "abcde")) ==
        "a has more bytes than the 4 of its shape (1, 1)");
  CHECK(refusal_of(npy_file(npy_header("|u1", "(1000000000000,)"), "ab")) ==
        "a has fewer bytes than the 1000000000000 of its shape (1000000000000)");
  CHECK(refusal_of(npy_file(npy_header("<f8", "(4611686018427387904,)"), "")) ==
        "a has an impossible shape (4611686018427387904)");
  for (const char* shape : {"(2", "2", "(-1,)", "(a,)", "(1, 1, 1, 1, 1, 1, 1)", "(99999999999999999999,)",
                            "(4611686018427387904, 8)"})
    CHECK(refusal_of(npy_file(npy_header("|u1", shape), "a")) == "a has no header that says its shape");
  for (const char* type : {"|O", ">f4", "<c8", "<f2", "", "<f4f", "<U1"})
    CHECK(refusal_of(npy_file(npy_header(type, "(1,)"), "a")) ==
          "a has elements that are neither whole numbers nor floats of 32 or 64 bits, low byte first");
  CHECK(refusal_of(npy_file("{'descr': '|u1', 'fortran_order': True, 'shape': (1,), }\n", "a")) ==
        "a is not in row-major order: save numpy.ascontiguousarray of it instead");
  CHECK(refusal_of(npy_file("{'shape': (1,)", "a")).starts_with("a is not in row-major order"));
  CHECK(refusal_of(npy_file(npy_header("|u1", "(1,)") + std::string(5000, ' '), "a")) ==
        "a has too long a header");
  CHECK(refusal_of(std::string("\x93NUMPY\2\0\0\0\0\1", 12)) == "a has too long a header");
}

TEST_CASE("what is no whole zip archive is refused") {
  const std::string good =
      ZipFile().add("a.npy", npy_file(npy_header("|u1", "(40,)"), std::string(40, 'a'))).bytes();
  CHECK(refusal("").starts_with("not a zip archive"));
  CHECK(refusal("PK").starts_with("not a zip archive"));
  CHECK(refusal(good.substr(0, good.size() / 2)).starts_with("not a zip archive"));
  std::string damaged = good;
  damaged[damaged.find("aaaa")] = 'b';
  CHECK(refusal(damaged) == "a is damaged (CRC error)");
  std::string locked = good;
  locked[6] = locked[locked.find("PK\1\2") + 8] = 1;  // encrypted
  CHECK(refusal(locked) == "a cannot be read (No password provided)");
  CHECK_THROWS_WITH_AS(read_npz("/nowhere/f.npz", {}),
                       "cannot read /nowhere/f.npz: No such file or directory", Error);
  const TemporaryFolder folder;
  write_terabyte(folder / "large.npz", good);
  CHECK_THROWS_WITH_AS(read_npz(folder / "large.npz", {"a"}), doctest::Contains("large.npz"), Error);
}

TEST_CASE("archives with random damage are read or refused, never worse") {
  const TemporaryFolder folder;
  write_npz(folder / "f.npz", three_arrays());
  const std::string good = read_file(folder / "f.npz");
  Random random(6);
  int refused = 0;
  for (int trial = 0; trial < 1000; ++trial) {
    std::string bad = good;
    for (int flips = 0; flips < 3; ++flips)
      bad[static_cast<std::size_t>(random.below(static_cast<Index>(bad.size())))] ^=
          static_cast<char>(1 + random.below(255));
    if (trial % 4 == 0) bad.resize(static_cast<std::size_t>(random.below(static_cast<Index>(bad.size()))));
    write_file(folder / "bad.npz", bad);
    try {
      (void)read_npz(folder / "bad.npz", {"images", "f", "n"});
    } catch (const Error&) {
      ++refused;
    }
  }
  CHECK(refused > 600);
}
