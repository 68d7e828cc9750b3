#include <voronet/core/file.h>
#include <voronet/core/operators/shapes.h>
#include <voronet/data/picture_files.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace voronet::data {
namespace {

namespace fs = std::filesystem;

constexpr int most_classes = 10'000;  // of which a label can be, as names of all of them are made

Dataset labelled(const fs::path& path, Images images, std::vector<int> labels) {
  Dataset set;
  set.name = path.string();
  set.images = std::move(images);
  set.labels = std::move(labels);
  set.open_classes = true;
  set.classes = std::ranges::max(set.labels) + 1;
  for (int label = 0; label < set.classes; ++label) set.class_names.push_back(text(label));
  return set;
}

// .npz

// The first pair of which the file has both.
std::pair<NpyArray, NpyArray> images_and_labels(const fs::path& path) {
  for (const auto& [images, labels] :
       {std::pair{"images", "labels"}, std::pair{"x_test", "y_test"}, std::pair{"x", "y"}}) {
    auto arrays = read_npz(path, {images, labels});
    if (arrays.size() == 2) return {std::move(arrays[images]), std::move(arrays[labels])};
  }
  throw Error(text(path.string(), ": no arrays images and labels, x_test and y_test, or x and y are in it"));
}

int label_in(const NpyArray& labels, Index i, const std::string& where) {
  const double label = labels.at(i);
  require(label >= 0 && label < most_classes && label == std::floor(label), where, ": label ", label,
          " of image ", i, " is not one of 0..", most_classes - 1);
  return static_cast<int>(label);
}

// Where the only 1 of a row of 0 stands.
int one_hot_label(const NpyArray& labels, Index row, const std::string& where) {
  const Index classes = labels.shape[1];
  int label = -1;
  for (Index c = 0; c < classes; ++c) {
    const double value = labels.at(row * classes + c);
    require(value == 0 || (value == 1 && label < 0), where, ": the label of image ", row,
            " is not a 1 among 0");
    if (value == 1) label = static_cast<int>(c);
  }
  require(label >= 0, where, ": the label of image ", row, " is not a 1 among 0");
  return label;
}

Images bytes_of(const Tensor& images, const std::string& where) {
  Images bytes{images.dim(0), images.dim(1), images.dim(2), images.dim(3), {}};
  for (const float value : images.values<float>()) {
    const auto byte = byte_of(value);
    require(byte.has_value(), where, ": the value ", value,
            " is no byte divided by 255: images are of bytes, or of floats that stand for them");
    bytes.pixels.push_back(*byte);
  }
  return bytes;
}

// .csv

struct Table {
  std::vector<int> labels;
  std::vector<std::uint8_t> pixels;
};

std::string_view trimmed(std::string_view field) {
  const auto first = field.find_first_not_of(" \t\r"), last = field.find_last_not_of(" \t\r");
  return first == field.npos ? std::string_view() : field.substr(first, last - first + 1);
}

std::string_view take(std::string_view& text, char end) {
  const std::string_view part = text.substr(0, text.find(end));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return part;
}

// Adds a line to the table; the number of its first field that is no label or byte, 0 if all are.
Index wrong_field(std::string_view line, Table& table) {
  for (Index field = 1; !line.empty(); ++field) {
    const auto number = parse_number<int>(trimmed(take(line, ',')));
    if (!number || *number < 0 || *number >= (field == 1 ? most_classes : 256)) return field;
    if (field == 1)
      table.labels.push_back(*number);
    else
      table.pixels.push_back(static_cast<std::uint8_t>(*number));
  }
  return 0;
}

// The side of a square image of so many values, 0 if there is none; and how many channels it has.
std::pair<Index, Index> square_of(Index values) {
  constexpr Index smallest = 16;
  for (const Index channels : {1, 3}) {
    const auto side = static_cast<Index>(std::lround(std::sqrt(values / channels)));
    if (side >= smallest && side * side * channels == values) return {side, channels};
  }
  return {0, 0};
}

// Whether the last column may well hold the labels.
bool labels_may_be_last(const Table& table, Index width) {
  std::set<int> last;
  for (auto i = width - 1; i < std::ssize(table.pixels); i += width) last.insert(table.pixels[i]);
  const bool first_varies = std::ranges::count(table.labels, table.labels[0]) < std::ssize(table.labels);
  const bool without_gaps = *last.rbegin() + 1 == std::ssize(last);
  return last.size() > 1 && (without_gaps || !first_varies);
}

CsvImages csv_images(const fs::path& path) {
  const std::string all = read_file(path);
  std::string_view rest = all;
  if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);  // a byte order mark
  rest = rest.substr(0, rest.find_last_not_of(" \t\r\n") + 1);
  Table table;
  std::pair<Index, Index> size;
  Index width = 0;
  for (Index line = 1; !rest.empty(); ++line) {
    const Index wrong = wrong_field(take(rest, '\n'), table);
    if (line == 1) width = std::ssize(table.pixels), size = square_of(width);
    if (size.first == 0 || (line == 1 && wrong != 0)) return {};
    if (wrong != 0 || std::ssize(table.pixels) != line * width)
      return {{},
              text("; nor is it images of ", size.first, " x ", size.first, ": line ", line,
                   wrong != 0 ? text(", field ", wrong, ", is no byte") : " has another length")};
  }
  if (table.labels.empty()) return {};
  require(!labels_may_be_last(table, width), path.string(), ": are these images of ", size.first, " x ",
          size.first,
          ", the label first, or points, the label last? Put a header above points, or images "
          "into an .npz file");
  const auto [side, channels] = size;
  Images images{std::ssize(table.labels), side, side, channels, std::move(table.pixels)};
  return {labelled(path, std::move(images), std::move(table.labels)), ""};
}

}  // namespace

Dataset read_npz_images(const fs::path& path) {
  return within_memory(path, [&] {
    const auto [images, labels] = images_and_labels(path);
    Images bytes = bytes_of(images_of(images, path.string()), path.string());
    const bool one_hot = labels.shape.rank() == 2 && labels.shape[1] > 1;
    require(labels.shape.rank() >= 1 && labels.shape.rank() <= 2 && labels.shape[0] == bytes.count &&
                labels.shape.size() > 0 && (!one_hot || labels.shape[1] <= most_classes),
            path.string(), ": labels ", labels.shape, " do not fit images ", images.shape);
    std::vector<int> numbers;
    for (Index i = 0; i < bytes.count; ++i)
      numbers.push_back(one_hot ? one_hot_label(labels, i, path.string())
                                : label_in(labels, i, path.string()));
    Dataset set = labelled(path, std::move(bytes), std::move(numbers));
    if (one_hot) close_classes(set, labels.shape[1]);
    return set;
  });
}

CsvImages read_csv_images(const fs::path& path) {
  return within_memory(path, [&] { return csv_images(path); });
}

bool may_have_classes(const Dataset& set, Index count) {
  return count == set.classes || (set.open_classes && count > set.classes);
}

void close_classes(Dataset& set, Index count) {
  require(may_have_classes(set, count), "data set ", set.name, " has ", set.classes, " classes, not ", count);
  for (; set.classes < count; ++set.classes) set.class_names.push_back(text(set.classes));
  set.open_classes = false;
}

Tensor images_of(const NpyArray& array, const std::string& where, const std::optional<Shape>& image) {
  const bool bytes = array.type == "|u1";
  require(bytes || array.type[1] == 'f', where, ": images should be of uint8 or floats in [0, 1]");
  Tensor values(array.shape, Dtype::f32);
  float* value = values.mutable_data<float>();
  for (Index i = 0; i < values.size(); ++i)
    value[i] = bytes ? static_cast<float>(array.at(i)) / 255 : static_cast<float>(array.at(i));
  return images_of(values, where, image);
}

Tensor images_of(const Tensor& array, const std::string& where, const std::optional<Shape>& image) {
  const auto is_channels = [](Index size) { return size == 1 || size == 3; };
  const Shape& shape = array.shape();
  require((shape.rank() == 3 || shape.rank() == 4) && shape.size() > 0, where, ": an array ", shape,
          " is no images (n, height, width) or (n, height, width, channels)");
  if (shape.rank() == 3) return reshape(array, {shape[0], shape[1], shape[2], 1}).to(Dtype::f32);
  bool first = is_channels(shape[1]), last = is_channels(shape[3]);
  require(first || last, where, ": images ", shape, " have neither one channel nor three");
  if (image && first && last) first = shape.without(0) != *image, last = !first;
  require(!first || !last, where, ": of images ", shape, " nobody can tell which size is the channels");
  return (last ? array : transpose(array, {0, 2, 3, 1})).to(Dtype::f32);
}

std::optional<std::uint8_t> byte_of(float value) {
  constexpr double rounding = 1e-4;  // of 255 value, which is some 1e-5 in floats
  const double scaled = 255.0 * value, whole = std::round(scaled);
  if (!(std::abs(scaled - whole) <= rounding && whole >= 0 && whole <= 255)) return {};
  return static_cast<std::uint8_t>(whole);
}

}  // namespace voronet::data
