#include <voronet/attacks/black_box.h>
#include <voronet/core/operators/functions.h>
#include <voronet/core/operators/reductions.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <sstream>

namespace voronet {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are sent as they lie in memory");

constexpr std::string_view greeting = "voronet 1";  // the protocol's version
constexpr std::size_t longest_line = 1000;
constexpr Index most_classes = 100'000;
constexpr Index most_bytes = Index{1} << 26;
using Count = std::uint32_t;

// Whether a line from `first` on has ended; what has no end is none.
std::size_t missing_of_line(std::string_view answer, std::size_t first) {
  return answer.size() > first && (answer.back() == '\n' || answer.size() > first + longest_line) ? 0 : 1;
}

// A line as people may see it.
std::string shown(std::string_view line) {
  std::string clean(line.substr(0, std::min<std::size_t>(line.find('\n'), 100)));
  for (char& c : clean)
    if (c < ' ' || c > '~') c = '?';
  return clean;
}

void append(std::string& bytes, const void* from, std::size_t size) {
  bytes.append(static_cast<const char*>(from), size);
}

}  // namespace

BlackBox::BlackBox(const std::string& command, const Shape& image, double seconds)
    : command_(command),
      image_(image),
      program_(std::make_unique<data::ChildProcess>(command, seconds)),
      turn_(std::make_unique<std::mutex>()) {
  require(image.rank() == 3 && image.size() > 0, "model command: images ", image,
          " are not of a height, a width and channels");
  const std::string hello = text(greeting, ' ', image[0], ' ', image[1], ' ', image[2], '\n');
  const std::string answer =
      program_->ask(hello, [](std::string_view so_far) { return missing_of_line(so_far, 0); });
  std::istringstream words(answer);
  std::string name, version, confidence = "softmax", more;
  words >> name >> version >> classes_ >> confidence >> more;
  require(answer.ends_with('\n') && name + ' ' + version == greeting && more.empty() && classes_ >= 2 &&
              classes_ <= most_classes && (confidence == "softmax" || confidence == "exponential"),
          "model command `", command, "` should begin with '", greeting, " CLASSES', not with '",
          shown(answer), '\'');
  exponential_ = confidence == "exponential";
}

Prediction BlackBox::operator()(const Tensor& images) const {
  require(images.rank() == 4 && images.dim(0) >= 1 && images.shape().without(0) == image_,
          "model command: images ", images.shape(), " are not n x ", image_);
  const Index n = images.dim(0), size = image_.size();
  const Index at_once = std::max<Index>(1, most_bytes / (size * static_cast<Index>(sizeof(float))));
  const Tensor floats = images.to(Dtype::f32), logits({n, classes_}, Dtype::f32);
  const std::scoped_lock lock(*turn_);
  for (Index first = 0; first < n; first += at_once) {
    const auto count = static_cast<Count>(std::min(at_once, n - first));
    std::string question;
    append(question, &count, sizeof count);
    append(question, floats.data<float>() + first * size, sizeof(float) * count * size);
    const std::size_t whole = sizeof count + sizeof(float) * count * classes_;
    const std::string answer = program_->ask(question, [&](std::string_view so_far) {
      if (so_far.size() < sizeof count) return sizeof count - so_far.size();
      Count answered = 0;
      std::memcpy(&answered, so_far.data(), sizeof answered);
      require(answered == count || answered == 0, "model command `", command_, "` answers about ", answered,
              " images, and was asked about ", count, ": is something printed to its standard output?");
      if (answered == count) return whole - so_far.size();
      require(missing_of_line(so_far, sizeof count) > 0, "model command `", command_,
              "` says: ", shown(so_far.substr(sizeof count)));
      return std::size_t{1};
    });
    std::memcpy(logits.mutable_data<float>() + first * classes_, answer.data() + sizeof count,
                whole - sizeof count);
  }
  return {logits, exponential_ ? exp(logits) : softmax(logits), argmax(logits)};
}

Predict predict_with(const BlackBox& model) {
  return [&model](const data::Images& images) { return model(data::to_tensor(images)); };
}

}  // namespace voronet
