// The tables in results/ are what the program makes of the cells stored there, and the numbers in
// results/README.md and in README.md are in those tables.
#include <voronet/core/csv.h>
#include <voronet/core/file.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <sstream>

#include "support/program.h"
#include "support/skip.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

const std::string results = VORONET_SOURCE_DIR "/results/";

// Those whose cells are stored.
std::vector<std::string> experiments() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(results))
    if (std::filesystem::exists(entry.path() / "cells.tar.xz")) names.push_back(entry.path().filename());
  REQUIRE(names.size() >= 2);
  return names;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// The words that are numbers: 0.0625, +85, 0:1087; not ce-2022 or CIFAR-10's.
std::vector<std::string> numbers_in(const std::string& text) {
  std::vector<std::string> numbers;
  std::string word;
  for (const char c : text + ' ') {
    if (std::isspace(static_cast<unsigned char>(c)) == 0 &&
        std::string("()[]|\"").find(c) == std::string::npos) {
      word += c;
      continue;
    }
    while (!word.empty() && std::string(".,;:%*`").find(word.back()) != std::string::npos) word.pop_back();
    word.erase(0, word.find_first_not_of("*`"));
    const bool digits = word.find_first_of("0123456789") != std::string::npos;
    if (digits && word.find_first_not_of("+-0123456789.,:") == std::string::npos) numbers.push_back(word);
    word.clear();
  }
  return numbers;
}

// What may be said of an experiment: what its file and its tables say.
std::set<std::string> known_numbers(const std::string& name) {
  std::set<std::string> known;
  for (const char* file : {"experiment.toml", "tables.txt"})
    for (const std::string& number : numbers_in(read_file(results + name + '/' + file))) known.insert(number);
  for (const char* file : {"cells.csv", "summary.csv", "coverage.csv", "differences.csv"}) {
    const Csv table = read_csv(results + name + '/' + file);
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      if (table.columns[i] == "count" || table.columns[i] == "of" || table.columns[i].starts_with("images"))
        for (const auto& row : table.rows) known.insert(row[i]);
  }
  return known;
}

std::vector<std::string> unknown_numbers(const std::string& words, const std::string& name) {
  const std::set<std::string> known = known_numbers(name);
  std::vector<std::string> unknown;
  for (const std::string& number : numbers_in(words)) {
    std::string plain = number;
    std::erase(plain, ',');
    if (!known.contains(number) && !known.contains(plain)) unknown.push_back(number);
  }
  return unknown;
}

// The part of results/README.md about one experiment.
std::string section(const std::string& name) {
  const std::string readme = read_file(results + "README.md");
  const std::size_t begin = readme.find("\n## " + name + '\n');
  REQUIRE(begin != std::string::npos);
  return readme.substr(begin, readme.find("\n## ", begin + 1) - begin);
}

}  // namespace

TEST_CASE("the stored tables are made of the stored cells") {
  if (std::system("command -v tar > /dev/null && command -v xz > /dev/null") != 0)
    return skipped("there is no tar or no xz");
  for (const std::string& name : experiments()) {
    CAPTURE(name);
    const TemporaryFolder folder;
    const std::string out = folder / "";
    REQUIRE(std::system(("tar xf '" + results + name + "/cells.tar.xz' -C '" + out + "'").c_str()) == 0);
    const Outcome outcome =
        run_voronet({"experiment", results + name + "/experiment.toml", "--out", out, "--tables", "--quiet"});
    CAPTURE(outcome.err);
    REQUIRE(outcome.status == 0);
    CHECK(read_file(folder / "tables.txt") == read_file(results + name + "/tables.txt"));
    for (const char* file : {"cells.csv", "summary.csv", "coverage.csv", "differences.csv"}) {
      const Csv made = read_csv(folder / file), stored = read_csv(results + name + '/' + file);
      CHECK(made.columns == stored.columns);
      REQUIRE(made.rows.size() == stored.rows.size());
      for (std::size_t i = 0; i < made.rows.size(); ++i)
        for (std::size_t j = 0; j < made.columns.size(); ++j) {
          if (made.rows[i][j] == stored.rows[i][j]) continue;
          const auto a = parse_number<double>(made.rows[i][j]), b = parse_number<double>(stored.rows[i][j]);
          CHECK_MESSAGE((a && b && *a == doctest::Approx(*b).epsilon(1e-9)), name, ' ', file, ' ', i, ' ', j);
        }
    }
  }
}

TEST_CASE("the table of whole test sets is made of the stored verdicts") {
  if (std::system("command -v python3 > /dev/null") != 0) return skipped("there is no python3");
  const TemporaryFolder folder;
  REQUIRE(std::system(("python3 '" + results + "exact/table.py' > '" + (folder / "table.txt").string() + "'")
                          .c_str()) == 0);
  CHECK(read_file(folder / "table.txt") == read_file(results + "exact/table.txt"));
}

TEST_CASE("the tables in results/README.md are lines of the stored ones, in their order") {
  for (const std::string& name : experiments()) {
    CAPTURE(name);
    const std::vector<std::string> table = lines_of(read_file(results + name + "/tables.txt"));
    auto at = table.begin();
    bool open = false, inside = false;
    int shown = 0;
    for (const std::string& line : lines_of(section(name))) {
      if (line.starts_with("```")) {  // one with a language is no table
        inside = !open && line == "```";
        open = !open;
        at = table.begin();
      } else if (inside && !line.empty()) {
        at = std::find(at, table.end(), line);
        CHECK_MESSAGE(at != table.end(), line);
        if (at == table.end()) at = table.begin();
        ++shown;
      }
    }
    CHECK(shown > 5);
  }
}

TEST_CASE("the numbers in what results/README.md says of an experiment are in its tables or its file") {
  for (const std::string& name : experiments()) {
    CAPTURE(name);
    const std::string words = section(name), said = words.substr(words.find("**What it says.**"));
    REQUIRE(said.size() > 200);
    for (const std::string& number : unknown_numbers(said, name)) CHECK_MESSAGE(number.empty(), number);
    CHECK(unknown_numbers(said + " and 12.3456, +7777 -8888", name).size() == 3);
  }
}

TEST_CASE("the numbers in what README.md says of an experiment are in its tables or its file") {
  const std::string readme = read_file(VORONET_SOURCE_DIR "/README.md");
  for (const std::string& name : experiments()) {
    CAPTURE(name);
    const std::size_t begin = readme.find("\n\n`voronet experiment " + name + "` ");
    REQUIRE(begin != std::string::npos);
    const std::string said = readme.substr(begin, readme.find("\n\n", begin + 2) - begin);
    for (const std::string& number : unknown_numbers(said, name)) CHECK_MESSAGE(number.empty(), number);
  }
}
