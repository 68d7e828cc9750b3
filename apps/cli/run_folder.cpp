#include <voronet/apps/cli/run_folder.h>
#include <voronet/core/error.h>

namespace voronet {
namespace fs = std::filesystem;

RunFolder run_folder(const fs::path& path, bool resume) {
  const RunFolder folder{path};
  const bool used = fs::exists(folder.config()) || fs::exists(folder.checkpoint());
  require(resume || !used, path.string(),
          " already holds a run: continue it with --resume, or choose another --out");
  return folder;
}

}  // namespace voronet
