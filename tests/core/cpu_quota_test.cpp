#include <voronet/core/cpu_quota.h>
#include <voronet/core/file.h>

#include <string>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

// A file system in which the process is in these control groups (lines of /proc/self/cgroup).
class Machine {
 public:
  explicit Machine(const std::string& groups) { file("proc/self/cgroup", groups); }
  void file(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder_.path() / name).parent_path());
    write_file(folder_.path() / name, text);
  }
  std::optional<double> quota() const { return cpu_quota(folder_.path()); }

 private:
  TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("the quota of a control group of version 2 is time over period") {
  const Machine machine("0::/app\n");
  CHECK(!machine.quota());
  machine.file("sys/fs/cgroup/app/cpu.max", "max 100000\n");
  CHECK(!machine.quota());
  machine.file("sys/fs/cgroup/app/cpu.max", "150000 100000\n");
  CHECK(machine.quota() == 1.5);
}

TEST_CASE("the quota of a control group of version 1 is time over period, and -1 is none") {
  const Machine machine("3:memory:/a\n2:cpuset,cpu,cpuacct:/a\n1:name=systemd:/cpu\n");
  machine.file("sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000\n");
  machine.file("sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "-1\n");
  CHECK(!machine.quota());
  machine.file("sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "50000\n");
  CHECK(machine.quota() == 0.5);
}

TEST_CASE("the least quota of a group and those around it counts") {
  const Machine machine("0::/slice/app\n");
  machine.file("sys/fs/cgroup/slice/app/cpu.max", "300000 100000\n");
  machine.file("sys/fs/cgroup/slice/cpu.max", "200000 100000\n");
  machine.file("sys/fs/cgroup/cpu.max", "max 100000\n");
  CHECK(machine.quota() == 2);
}

TEST_CASE("in a container, where the group's path is the host's, the outermost group's quota counts") {
  const Machine machine("1:cpu:/docker/0123\n");
  machine.file("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "100000");
  machine.file("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000");
  CHECK(machine.quota() == 1);
}

TEST_CASE("files that say something else are no quota") {
  const Machine machine("nonsense\n0::/app\n");
  machine.file("sys/fs/cgroup/app/cpu.max", "ten 100000\n");
  CHECK(!machine.quota());
  machine.file("sys/fs/cgroup/app/cpu.max", "100000 0\n");
  CHECK(!machine.quota());
  CHECK(!cpu_quota("/absent"));
}
