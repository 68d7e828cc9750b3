// What computes, for tables of results.
#pragma once

#include <string>

namespace voronet {

// "AMD EPYC 7763, 2 threads": the processor, as far as the system says, and the threads in use.
std::string machine();

}  // namespace voronet
