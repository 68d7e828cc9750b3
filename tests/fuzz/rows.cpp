// The rows that an attack stored, which --resume takes over.
#include <voronet/apps/attack/folder.h>
#include <voronet/core/file.h>

#include "file.h"

VORONET_FUZZ({
  static const voronet::TemporaryFolder folder;
  std::filesystem::copy_file(file, folder / "rows.jsonl", std::filesystem::copy_options::overwrite_existing);
  voronet::AttackFolder(folder.path(), {{"method", "one-pixel"}}, true);
})
