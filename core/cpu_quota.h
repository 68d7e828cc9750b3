// The share of the processors that the process's control group leaves it: what containers' limits become.
#pragma once

#include <filesystem>
#include <optional>

namespace voronet {

// Processors' worth of time that the process may use, the least of its control groups' quotas (cgroup v1 or
// v2); nothing if there is no quota, or none that can be read. `root` is where /proc and /sys are.
std::optional<double> cpu_quota(const std::filesystem::path& root = "/");

}  // namespace voronet
