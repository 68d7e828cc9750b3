#include <voronet/core/winograd.h>

#include <atomic>

namespace voronet {
namespace {

std::atomic<bool> allowed_in_process = true;

}  // namespace

bool winograd() { return allowed_in_process; }

void set_winograd(bool allowed) { allowed_in_process = allowed; }

}  // namespace voronet
