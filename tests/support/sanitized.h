// Whether this build is sanitized: it is ten times slower, so what takes seconds otherwise is tried on less,
// and only the plain build's tests, which always run too, try all of it.
#pragma once

namespace voronet::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif
#else
inline constexpr bool sanitized = false;
#endif

}  // namespace voronet::test
