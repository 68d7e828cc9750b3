// How a command ends before its time: in order at Ctrl-C and the terminate signal, which end a long run after
// the piece of work in hand, or by an exception; and what people are told of that.
#pragma once

#include <voronet/core/error.h>

#include <exception>
#include <string>

namespace voronet {

// A run that a signal stopped, with all that it has done so far stored where it can be resumed.
class Interrupted : public Error {
 public:
  using Error::Error;
};

// From now on SIGINT and SIGTERM are only noted; a second one ends the process at once.
void catch_interrupts();

// Whether one came. Long runs look between pieces of work, save, and throw Interrupted with how to go on.
bool interrupted();

// Throws Interrupted(text(parts...)) if one came.
template <class... Parts>
void require_not_interrupted(const Parts&... parts) {
  if (interrupted()) throw Interrupted(text(parts...));
}

// One line, whatever the exception quotes. Of the standard library's, whose words say little, what happened.
std::string error_line(const std::exception& error);

}  // namespace voronet
