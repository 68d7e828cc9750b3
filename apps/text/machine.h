// What computes, for tables of results and their files.
#pragma once

#include <voronet/apps/text/json.h>

#include <string>

namespace voronet {

// "AMD EPYC 7763, vectors of 256 bits, 2 threads": the processor, as far as the system says; the vectors of
// this build, on whose length the last bits of results depend; the threads, on which they do not.
std::string machine();

// For a file's JSON: {"program": "voronet 0.1.0 (e815d62), vectors of 512 bits", "threads": 2}.
Json made_by();

}  // namespace voronet
