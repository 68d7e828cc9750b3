#include <voronet/core/cpu_quota.h>

#include <fstream>
#include <sstream>
#include <string>

namespace voronet {
namespace {

namespace fs = std::filesystem;

void lower(std::optional<double>& quota, double value) {
  if (value > 0 && (!quota || value < *quota)) quota = value;
}

// Version 2: "200000 100000", time and period in microseconds, or "max 100000".
// Version 1: the same two numbers in a file each; -1 is no limit.
void read_group(const fs::path& group, std::optional<double>& quota) {
  double time = 0, period = 0;
  if (std::ifstream(group / "cpu.max") >> time >> period && period > 0) lower(quota, time / period);
  if (std::ifstream(group / "cpu.cfs_quota_us") >> time &&
      std::ifstream(group / "cpu.cfs_period_us") >> period && period > 0)
    lower(quota, time / period);
}

// A limit of a group holds for the groups inside it. In a container only the outermost may be there.
void read_groups(const fs::path& hierarchy, fs::path group, std::optional<double>& quota) {
  for (; group.has_relative_path(); group = group.parent_path())
    read_group(hierarchy / group.relative_path(), quota);
  read_group(hierarchy, quota);
}

}  // namespace

std::optional<double> cpu_quota(const fs::path& root) {
  std::optional<double> quota;
  const fs::path mounts = root / "sys/fs/cgroup";
  std::ifstream groups(root / "proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    // number:controllers:path, without controllers for version 2
    std::istringstream parts(line);
    std::string number, controllers, path;
    if (!std::getline(parts, number, ':') || !std::getline(parts, controllers, ':') ||
        !std::getline(parts, path))
      continue;
    if (controllers.empty()) read_groups(mounts, path, quota);
    if ((',' + controllers + ',').find(",cpu,") != std::string::npos)
      read_groups(mounts / "cpu", path, quota);
  }
  return quota;
}

}  // namespace voronet
