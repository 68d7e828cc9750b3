#include <voronet/apps/cli/image_range.h>

namespace voronet {
namespace {

std::optional<data::ImageRange> parse_range(const std::string& words) {
  const std::size_t colon = words.find(':');
  if (colon == std::string::npos) return {};
  const auto first = parse_number<Index>(std::string_view(words).substr(0, colon)),
             last = parse_number<Index>(std::string_view(words).substr(colon + 1));
  if (!first || !last || *first < 0 || *first >= *last) return {};
  return data::ImageRange{*first, *last};
}

const CLI::Validator range_words(
    [](const std::string& words) {
      return parse_range(words) ? ""
                                : "must be FIRST:LAST, whole numbers with 0 <= FIRST < LAST, not " + words;
    },
    "");

}  // namespace

CLI::Option* add_range_option(CLI::App& command, std::optional<data::ImageRange>& range,
                              const std::string& about) {
  return command
      .add_option_function<std::string>(
          "--range", [&range](const std::string& words) { range = parse_range(words); },
          "Images FIRST to LAST - 1, counted from 0 as Python does: 0:1000 are the first thousand" + about)
      ->type_name("FIRST:LAST")
      ->check(range_words);
}

void require_within(const data::ImageRange& range, const data::Dataset& set) {
  require(range.last <= set.size(), "--range ", range.first, ':', range.last, ": ", set.name, " has ",
          set.size(), ' ', set.unit(), ", 0:", set.size());
}

}  // namespace voronet
