// The folder that a training run leaves: what it was told, how it went, what it learned.
#pragma once

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

// The folder for a run, which need not be there yet. Nothing is ever overwritten: throws Error when it holds
// a run already and `resume` is false.
RunFolder run_folder(const std::filesystem::path& path, bool resume);

}  // namespace voronet
