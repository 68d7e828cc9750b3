// The rows that an attack stored, which --resume takes over.
#include <voronet/apps/attack/folder.h>
#include <voronet/core/file.h>

#include "file.h"

VORONET_FUZZ({
  static const voronet::TemporaryFolder folder;
  // By calls that go on after a signal, such as libFuzzer's alarms.
  voronet::write_file(folder / "rows.jsonl", voronet::read_file(file));
  voronet::AttackFolder(folder.path(), {{"method", "one-pixel"}}, true);
})
