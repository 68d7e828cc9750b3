#include <voronet/core/file.h>
#include <voronet/data/gzip.h>
#include <voronet/data/idx.h>

#include <limits>
#include <utility>

namespace voronet::data {
namespace {

struct IdxFile {
  std::vector<Index> sizes;
  std::vector<std::uint8_t> elements;
};

// Reads the header, then no more than one byte beyond what it promises: enough to see that more follows.
IdxFile read_idx(const std::filesystem::path& path, std::size_t dimensions, const char* contents) {
  const std::size_t header_size = 4 + 4 * dimensions;
  const std::string header = read_unpacked(path, header_size);
  const std::string magic{0, 0, 8, static_cast<char>(dimensions)};
  require(header.starts_with(magic), path.string(), ": not an IDX file of ", contents,
          " (its first bytes should be 0 0 8 ", dimensions, ")");
  require(header.size() == header_size, path.string(), ": the file ends within its header");

  IdxFile idx;
  Index promised = 1;
  for (std::size_t d = 0; d < dimensions; ++d) {
    Index size = 0;
    for (std::size_t byte = 0; byte < 4; ++byte)
      size = size << 8 | static_cast<std::uint8_t>(header[4 + 4 * d + byte]);
    require(size > 0, path.string(), ": it holds no ", contents, " (a size in its header is 0)");
    if (__builtin_mul_overflow(promised, size, &promised)) promised = std::numeric_limits<Index>::max();
    idx.sizes.push_back(size);
  }
  const std::size_t expected = header_size + promised;
  const std::string bytes = read_unpacked(path, expected + 1);
  require(bytes.size() >= expected, path.string(), ": its header promises ", promised, " bytes of ", contents,
          ", but it holds only ", bytes.size() - header_size);
  require(bytes.size() == expected, path.string(), ": more follows after the ", promised, " bytes of ",
          contents, " that its header promises");
  idx.elements.assign(bytes.begin() + static_cast<std::ptrdiff_t>(header_size), bytes.end());
  return idx;
}

}  // namespace

Images read_idx_images(const std::filesystem::path& path) {
  IdxFile idx = within_memory(path, [&] { return read_idx(path, 3, "images"); });
  return {idx.sizes[0], idx.sizes[1], idx.sizes[2], 1, std::move(idx.elements)};
}

std::vector<int> read_idx_labels(const std::filesystem::path& path, int classes) {
  return within_memory(path, [&] {
    const IdxFile idx = read_idx(path, 1, "labels");
    for (std::size_t i = 0; i < idx.elements.size(); ++i)
      require(idx.elements[i] < classes, path.string(), ": label ", int{idx.elements[i]}, " of item ", i,
              " is outside 0..", classes - 1);
    return std::vector<int>(idx.elements.begin(), idx.elements.end());
  });
}

LabelledImages read_mnist(const std::vector<std::filesystem::path>& files) {
  const auto &images = files.at(0), &labels = files.at(1);
  LabelledImages split{read_idx_images(images), read_idx_labels(labels, 10)};
  require(split.images.count == static_cast<Index>(split.labels.size()), images.string(), " has ",
          split.images.count, " images, but ", labels.string(), " has ", split.labels.size(), " labels");
  return split;
}

}  // namespace voronet::data
