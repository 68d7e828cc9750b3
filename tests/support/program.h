// Running the built `voronet` program.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace voronet::test {

struct Outcome {
  int status;  // exit status, or -signal
  std::string out, err;
};

// Runs the program to its end.
Outcome run_voronet(const std::vector<std::string>& arguments);

// The same as a line of sh, in which "$0" is the program: with its streams elsewhere, in another environment.
Outcome run_in_shell(const std::string& line);

// The same for several processes of one job; nothing in a build without MPI.
std::optional<Outcome> run_ranks(int ranks, const std::vector<std::string>& arguments);

// Starts it without waiting; what it prints is thrown away.
pid_t start_voronet(const std::vector<std::string>& arguments);
// One test of this program, usually skipped, on each of several processes.
std::optional<Outcome> run_test_on_ranks(int ranks, const std::string& name);
// Several processes as start_voronet, -1 in a build without MPI; the job's own id, not a rank's.
pid_t start_ranks(int ranks, const std::vector<std::string>& arguments);
// The processes that a process has started and that are not yet gone.
std::vector<pid_t> children_of(pid_t process);
// Waits for its end: exit status, or -signal.
int wait_for(pid_t process);

}  // namespace voronet::test
