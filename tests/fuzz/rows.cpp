// The rows that an attack stored, which --resume takes over.
#include <voronet/apps/attack/folder.h>

#include "file.h"

VORONET_FUZZ({
  static const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / voronet::text("fuzz-", getpid());
  std::filesystem::create_directories(folder);
  std::filesystem::copy_file(file, folder / "rows.jsonl", std::filesystem::copy_options::overwrite_existing);
  voronet::AttackFolder(folder, {{"method", "one-pixel"}}, true);
})
