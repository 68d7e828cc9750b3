#include <voronet/core/kernels/explain.h>
#include <voronet/core/version.h>

namespace voronet {

extern const char* const version_and_commit;  // cmake/version.cmake writes it into a file of its own

std::string program() { return std::string("voronet ") + version_and_commit + ", " + kernels::width(); }

}  // namespace voronet
