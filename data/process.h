// Running other programs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace voronet::data {

// Runs a program, found on the PATH, with its arguments and without a shell, in `folder`. What it prints goes
// to a file output.txt there. Throws Error when it cannot be started or fails: one line with the last line
// that it printed and the hint, which should say what to install.
void run_program(const std::vector<std::string>& command, const std::filesystem::path& folder,
                 const std::string& hint);

}  // namespace voronet::data
