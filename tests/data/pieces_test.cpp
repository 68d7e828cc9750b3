#include <voronet/data/pieces.h>

#include <cstring>

#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::data;

TEST_CASE("what is read in pieces is whole, and never asked for much more than there was before") {
  for (const std::size_t size : {0, 1, 4095, 4096, 4097, 70'000, 5'000'000})
    for (const std::size_t most : {std::size_t{0}, std::size_t{10}, size, size + 1, std::size_t{1} << 40}) {
      CAPTURE(size);
      CAPTURE(most);
      std::string source(size, '\0');
      for (std::size_t i = 0; i < size; ++i) source[i] = static_cast<char>(i % 251);
      std::size_t at = 0;
      const std::string all = read_pieces("file", most, [&](char* to, std::size_t bytes) {
        CHECK(bytes <= std::max<std::size_t>(at, 4096));
        const std::size_t some =
            std::min(bytes, std::min<std::size_t>(size - at, 3000));  // it may give fewer
        std::memcpy(to, source.data() + at, some);
        at += some;
        return some;
      });
      CHECK(all == source.substr(0, most));
    }
}
