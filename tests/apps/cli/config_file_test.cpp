#include <voronet/apps/cli/config_file.h>
#include <voronet/apps/cli/number_checks.h>
#include <voronet/core/file.h>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

// A program like voronet, with one subcommand.
struct Told {
  bool quiet = false;
  std::string data, out;
  double epochs = 60;
  std::vector<std::string> checkpoints;
};

void add_options(CLI::App& program, Told& told) {
  program.add_flag("--quiet", told.quiet);
  CLI::App* train = program.add_subcommand("train");
  train->add_option("--data", told.data)->required();
  train->add_option("--out", told.out)->required();
  train->add_option("--epochs", told.epochs)->check(positive_number());
  train->add_option("--checkpoint", told.checkpoints);
  train->callback([] {});
}

class Program {
 public:
  Told parse(const std::string& config, std::vector<std::string> more = {}) const {
    const std::string file = folder_ / "c.toml";
    write_file(file, config);
    CLI::App program;
    Told told, unused;
    add_options(program, told);
    program.set_config("--config");
    program.config_formatter(
        std::make_shared<ConfigFile>(program, [&](CLI::App& likeness) { add_options(likeness, unused); }));
    std::vector<std::string> words = {"--config", file, "train", "--out", "run"};
    words.insert(words.end(), more.begin(), more.end());
    std::reverse(words.begin(), words.end());
    program.parse(words);
    return told;
  }
  std::string refusal(const std::string& config) const {
    try {
      parse(config, {"--data", "d"});
      return "none";
    } catch (const CLI::ConfigError& error) {
      const std::string message = error.what();
      return message.starts_with((folder_ / "c.toml:").string())
                 ? message.substr((folder_ / "c.toml:").string().size())
                 : message;
    }
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("a configuration gives options, which the command line overrides") {
  const Program program;
  const Told told = program.parse(
      "\xef\xbb\xbfquiet = true\n[train] # a comment\nepochs = 3\ndata = 'a#b'\ncheckpoint = ['a', \"b\"]\n");
  CHECK(told.quiet);
  CHECK(told.epochs == 3);
  CHECK(told.data == "a#b");
  CHECK(told.checkpoints == std::vector<std::string>{"a", "b"});
  CHECK(program.parse("[train]\nepochs = 3\ndata = 'd'", {"--epochs", "4"}).epochs == 4);
}

TEST_CASE("what is written is read back, whatever the values hold") {
  for (const std::string value :
       {"a#b", "a\"b", "a\\x41", "a\\", "'", "caf\xc3\xa9", " a = [b] ", "l\n\t\x01m"})
    CHECK(Program().parse(to_toml("train", {{"data", value}, {"epochs", "2"}})).data == value);
  CHECK(to_toml("train", {{"data", "a\\b"}, {"epochs", "2"}}) ==
        "[train]\ndata = \"a\\\\b\"\nepochs = \"2\"\n");
}

TEST_CASE("what a configuration cannot mean is refused with file and line") {
  const Program program;
  CHECK(program.refusal("[train]\nepochs = 3\n") == "none");
  CHECK(program.refusal("[train]\n\nepoch = 3\n") == "3: unknown key epoch in [train]");
  CHECK(program.refusal("\n[trian]\nepochs = 3\n") == "2: no subcommand is called trian");
  CHECK(program.refusal("epochs = 3\n") == "1: unknown key epochs outside a section");
  CHECK(program.refusal("train = 3\n") == "1: train must be a table");
  CHECK(program.refusal("[train]\nepochs = 0\n") == "2: --epochs: must be a number above 0, not 0");
  CHECK(program.refusal("[train]\nepochs = \"x\"\n") == "2: --epochs: must be a number above 0, not x");
  CHECK(program.refusal("[train]\nepochs = 1979-05-27\n") ==
        "2: epochs must be a string, a number, true or false");
  CHECK(program.refusal("[train]\nhelp = true\n") == "2: unknown key help in [train]");
  CHECK(program.refusal("config = 'c'\n") == "1: unknown key config outside a section");
  for (const char* broken : {"[train\nepochs = 3\n", "root:x:0:0:root:/root:/bin/bash\n", "a = \"\xff\"\n"})
    CHECK(program.refusal(broken).starts_with("1: "));
  CHECK(program.refusal("[train]\nepochs 3\n").starts_with("2: "));
  CHECK(program.refusal("[train]\nepochs = 3\nepochs = 4\n").starts_with("3: "));
}
