// What a plain build (VORONET_PLAIN) has not: fast kernels, more than one thread, memory that is recycled.
#pragma once

#include <voronet/core/kernels/explain.h>

namespace voronet::test {

inline const bool plain_build = kernels::width() == "plain loops";

#if defined(__SANITIZE_ADDRESS__)  // it wants to see every buffer come and go
inline const bool recycling = false;
#else
inline const bool recycling = !plain_build;
#endif

}  // namespace voronet::test
