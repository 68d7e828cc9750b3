// A program that is asked on its standard input and answers on its standard output, for as long as this
// lives.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace voronet::data {

class ChildProcess {
 public:
  // Starts a line of sh. What it says on its standard error goes to this program's. It is waited for as long
  // as it reads or writes something every so many seconds. Throws Error when there is no sh.
  ChildProcess(const std::string& command, double patience);
  // Ends its input, gives it a second to end, and ends it otherwise, with all that it started.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Writes the question while it reads the answer, which is whole when missing(answer so far), the number of
  // bytes that it lacks at least, is 0. Throws Error, naming the command, when the program ends before, is
  // silent for too long, or had said something before it was asked; and what missing() throws.
  std::string ask(std::string_view question, const std::function<std::size_t(std::string_view)>& missing);

 private:
  [[noreturn]] void fail(const std::string& why) const;
  [[noreturn]] void fail_as_ended();
  bool ended_within(double seconds);

  std::string command_;
  double patience_;
  int socket_ = -1;  // its input and its output
  pid_t process_ = -1;
  int status_ = 0;  // of one that has ended, which has no process_ any more
};

}  // namespace voronet::data
