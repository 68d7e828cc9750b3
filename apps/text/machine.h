// What computes, for tables of results.
#pragma once

#include <string>

namespace voronet {

// "AMD EPYC 7763, vectors of 256 bits, 2 threads": the processor, as far as the system says; the vectors that
// this build computes with, on whose length the last bits of results depend; and the threads in use, on which
// they do not.
std::string machine();

}  // namespace voronet
