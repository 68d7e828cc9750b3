// Errors: one exception type for the whole library, whose messages name operator, shapes and a hint.
#pragma once

#include <voronet/core/text.h>

#include <stdexcept>

namespace voronet {

// What every function of the library throws on bad input: wrong shapes, bad files, values out of range.
// what() is one line that reads well after "voronet: ".
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Throws Error(text(parts...)) unless the condition holds. The parts are printed only on failure, so checks
// are cheap and always on.
template <class... Parts>
void require(bool condition, const Parts&... parts) {
  if (!condition) [[unlikely]]
    throw Error(text(parts...));
}

}  // namespace voronet
