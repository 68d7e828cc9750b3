#include <voronet/core/file.h>
#include <voronet/data/cifar.h>
#include <voronet/data/gzip.h>

#include <limits>

namespace voronet::data {
namespace {

constexpr Index side = 32, channels = 3, plane = side * side, image_bytes = plane * channels;

// A byte of a record that says what the image shows, as one of so many classes.
struct Label {
  const char* name;
  int classes;
};

void append_interleaved(const unsigned char* planes, std::vector<std::uint8_t>& pixels) {
  for (Index pixel = 0; pixel < plane; ++pixel)
    for (Index channel = 0; channel < channels; ++channel) pixels.push_back(planes[channel * plane + pixel]);
}

// Adds the records of a file. Each starts with the given labels, of which the last is kept.
void append_records(const std::filesystem::path& path, const std::vector<Label>& labels,
                    LabelledImages& into) {
  const std::string bytes = read_unpacked(path, std::numeric_limits<std::size_t>::max());
  const std::size_t record = labels.size() + image_bytes;
  require(!bytes.empty() && bytes.size() % record == 0, path.string(), ": ", bytes.size(),
          " bytes are no whole number of records of ", record, " bytes");
  const std::size_t count = bytes.size() / record;
  into.images.pixels.reserve(into.images.pixels.size() + count * image_bytes);
  for (std::size_t i = 0; i < count; ++i) {
    const auto* byte = reinterpret_cast<const unsigned char*>(bytes.data()) + i * record;
    for (const Label& label : labels) {
      require(*byte < label.classes, path.string(), ": ", label.name, " ", int{*byte}, " of record ", i,
              " is outside 0..", label.classes - 1);
      ++byte;
    }
    into.labels.push_back(byte[-1]);
    append_interleaved(byte, into.images.pixels);
  }
  into.images.count += static_cast<Index>(count);
}

LabelledImages read_records(const std::vector<std::filesystem::path>& files,
                            const std::vector<Label>& labels) {
  LabelledImages all{{0, side, side, channels, {}}, {}};
  for (const auto& path : files) within_memory(path, [&] { append_records(path, labels, all); });
  return all;
}

}  // namespace

LabelledImages read_cifar10(const std::vector<std::filesystem::path>& files) {
  return read_records(files, {{"label", 10}});
}

LabelledImages read_cifar100(const std::vector<std::filesystem::path>& files) {
  return read_records(files, {{"coarse label", 20}, {"fine label", 100}});
}

}  // namespace voronet::data
