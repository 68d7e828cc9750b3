// Stopping in order: Ctrl-C and the terminate signal end a long run after the piece of work in hand.
#pragma once

#include <voronet/core/error.h>

namespace voronet {

// A run that a signal stopped, with all that it has done so far stored where it can be resumed.
class Interrupted : public Error {
 public:
  using Error::Error;
};

// From now on SIGINT and SIGTERM are only noted; a second one ends the process at once.
void catch_interrupts();

// Whether one came. Long runs look between two pieces of work, save, and throw Interrupted, which says how to
// go on.
bool interrupted();

// Throws Interrupted(text(parts...)) if one came.
template <class... Parts>
void require_not_interrupted(const Parts&... parts) {
  if (interrupted()) throw Interrupted(text(parts...));
}

}  // namespace voronet
