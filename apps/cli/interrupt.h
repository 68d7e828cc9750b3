// Stopping in order: Ctrl-C and the terminate signal end a long run after the piece of work in hand.
#pragma once

namespace voronet {

// From now on SIGINT and SIGTERM are only noted; a second one ends the process at once.
void catch_interrupts();

// Whether one came. Long runs look between two pieces of work, save, and throw an Error that says how to go
// on.
bool interrupted();

}  // namespace voronet
