// The folder that a training run leaves: what it was told, how it went, what it learned.
#pragma once

#include <voronet/core/error.h>

#include <filesystem>

namespace voronet {

struct RunFolder {
  std::filesystem::path path;

  std::filesystem::path config() const { return path / "config.toml"; }   // options; `--config` reads it
  std::filesystem::path metrics() const { return path / "metrics.csv"; }  // a row an epoch
  std::filesystem::path checkpoint() const { return path / "checkpoint.safetensors"; }
  std::filesystem::path attack() const { return path / "attack"; }  // an attack's folder, if any
  std::filesystem::path report() const { return path / "report.html"; }
};

// The folder for a run, which need not be there yet. Throws Error when it holds a run and `resume` is false.
inline RunFolder run_folder(const std::filesystem::path& path, bool resume) {
  const RunFolder folder{path};
  require(resume || !(exists(folder.config()) || exists(folder.checkpoint())), path.string(),
          " already holds a run: continue it with --resume, or choose another --out");
  return folder;
}

}  // namespace voronet
