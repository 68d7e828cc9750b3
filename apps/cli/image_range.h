// --range FIRST:LAST: the same images for every network.
#pragma once

#include <voronet/data/image_range.h>
#include <voronet/data/images.h>

#include <optional>

#include <CLI/CLI.hpp>

namespace voronet {

// Adds --range, which sets `range` when the command line has it. Anything but whole numbers 0 <= FIRST < LAST
// is refused as the command line refuses a bad value; `about` ends its help.
CLI::Option* add_range_option(CLI::App& command, std::optional<data::ImageRange>& range,
                              const std::string& about);

// Throws Error when the data set does not have all of the range.
void require_within(const data::ImageRange& range, const data::Dataset& set);

}  // namespace voronet
