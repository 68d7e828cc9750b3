// Which program this is, so that results can name it.
#pragma once

#include <string>

namespace voronet {

// "voronet 0.1.0 (e815d62)": the version and the commit that it was built from, with a + where files differed
// from it; the version alone where the sources were no git repository. Then, on which the last bits of
// results depend, the vectors of its kernels: ", vectors of 512 bits", or ", plain loops".
std::string program();

}  // namespace voronet
