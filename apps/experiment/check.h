// What can be known of an experiment before it runs, so that it does not fail in its fifth hour.
#pragma once

#include <voronet/apps/experiment/file.h>

namespace voronet {

// Throws Error, naming file and line, when a data set is not there, a network cannot be built for its images
// or trained as told, an attack asks for more images than there are, is not for images of this kind or
// networks of this head. Loads the data sets and builds each network of the grid once.
void require_possible(const Experiment& experiment);

}  // namespace voronet
