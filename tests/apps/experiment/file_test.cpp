#include <voronet/apps/experiment/file.h>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

const std::string grid =
    "[grid]\n"
    "data = ['fashion-mnist', 'mnist']\n"
    "model = 'lenet'\n"
    "recipe = ['softmax', 'ce-2022', 'duq']\n"
    "seed = [1, 2]\n";

// What parsing refuses the text with.
std::string refusal(const std::string& text) {
  try {
    parse_experiment("file", text);
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

void check_refused(const std::string& text, const std::string& line, const std::string& why) {
  const std::string message = refusal(text);
  CAPTURE(message);
  CHECK(message.starts_with("file:" + line + ": "));
  CHECK(message.find(why) != std::string::npos);
}

}  // namespace

TEST_CASE("a grid becomes its cells, seed by seed") {
  const Experiment experiment = parse_experiment("file", grid);
  REQUIRE(experiment.cells.size() == 12);
  CHECK(experiment.cells[0].name() == "fashion-mnist-lenet-softmax-seed1");
  CHECK(experiment.cells[1].name() == "fashion-mnist-lenet-ce-2022-seed1");
  CHECK(experiment.cells[1].head == "gauss");
  CHECK(experiment.cells[3].name() == "mnist-lenet-softmax-seed1");
  CHECK(experiment.cells[11].name() == "mnist-lenet-duq-seed2");
}

TEST_CASE("options of a recipe win over those of a model, and these over [train]") {
  const Experiment experiment = parse_experiment("file", grid +
                                                             "[recipe.duq]\nepochs = 3\n"
                                                             "[model.lenet]\nepochs = 2\nembedding = 20\n"
                                                             "[train]\nepochs = 1\naugment = 'none'\n");
  CHECK(experiment.cells[0].train.settings() ==
        Settings{{"augment", "none"}, {"embedding", "20"}, {"epochs", "2"}});
  CHECK(experiment.cells[2].train.settings().at("epochs") == "3");
}

TEST_CASE("attacks apply to the heads that they name, to all if they name none") {
  const Experiment experiment = parse_experiment(
      "file", grid +
                  "[[attack]]\nmethod = 'exhaustive'\nimages = 5\n"
                  "[[attack]]\nname = 'proof'\nmethod = 'certify'\nheads = ['softmax', 'gauss']\n");
  CHECK(experiment.attacks.size() == 2);
  CHECK(experiment.cells[0].attacks.size() == 2);
  REQUIRE(experiment.cells[2].attacks.size() == 1);
  CHECK(experiment.cells[2].attacks[0].name == "exhaustive");
}

TEST_CASE("several grids share the rest") {
  const Experiment experiment =
      parse_experiment("file",
                       "[[grid]]\ndata = 'mnist'\nmodel = 'lenet'\nrecipe = 'softmax'\nseed = 1\n"
                       "[[grid]]\ndata = 'cifar10'\nmodel = 'vgg11'\nrecipe = 'softmax-cifar'\nseed = 1\n");
  REQUIRE(experiment.cells.size() == 2);
  CHECK(experiment.cells[1].name() == "cifar10-vgg11-softmax-cifar-seed1");
}

TEST_CASE("what a file gets wrong is refused by its line") {
  check_refused("[grid\n", "1", "");
  check_refused("about = 'x'\n", "1", "no [grid]");
  check_refused(grid + "[tarin]\n", "6", "unknown key tarin");
  check_refused(grid + "seeds = 3\n", "6", "unknown key seeds");
  check_refused("[grid]\ndata = 'mnist'\n", "1", "no model");
  check_refused(grid + "[train]\nepoch = 3\n", "7", "unknown key epoch");
  check_refused(grid + "[train]\nseed = 3\n", "7", "unknown key seed");
  check_refused(grid + "[train]\nhelp = true\n", "7", "unknown key help");
  check_refused(grid + "[train]\nepochs = 'many'\n", "7", "epochs");
  check_refused(grid + "[train]\nepochs = [1]\n", "7", "epochs must be");
  check_refused(grid + "[train]\nhead = 'tail'\n", "7", "head");
  check_refused(grid + "[recipe.softmx]\n", "6", "the grid has no recipe softmx");
  check_refused(grid + "[[attack]]\nimages = 3\n", "6", "no method");
  check_refused(grid + "[[attack]]\nmethod = 'two-pixel'\n", "7", "two-pixel");
  check_refused(grid + "[[attack]]\nmethod = 'all'\n", "7", "one method");
  check_refused(grid + "[[attack]]\nmethod = 'corners'\npreset = 'jde'\n", "6", "preset");
  check_refused(grid + "[[attack]]\nmethod = 'corners'\nname = '../x'\n", "8", "letters");
  check_refused(grid + "[[attack]]\nmethod = 'corners'\n[[attack]]\nmethod = 'corners'\n", "8",
                "two attacks");
  check_refused(grid + "[[attack]]\nmethod = 'corners'\nheads = ['sofmax']\n", "8", "no head");
  check_refused(grid + "[prove]\nimages = 0\n", "7", "images");
}

TEST_CASE("the values of a grid are checked, each once") {
  const auto with = [](const std::string& recipe, const std::string& seed) {
    return "[grid]\ndata = 'mnist'\nmodel = 'lenet'\nrecipe = " + recipe + "\nseed = " + seed + "\n";
  };
  check_refused(with("'gauss'", "1"), "4", "no recipe is called gauss");
  check_refused(with("['duq', 'duq']", "1"), "4", "twice");
  check_refused(with("[]", "1"), "4", "nothing");
  check_refused(with("'duq'", "-1"), "5", "seed -1");
  check_refused(with("'duq'", "1.5"), "5", "seed 1.5");
  check_refused("[grid]\ndata = ['./a/x', './b/x/']\nmodel = 'lenet'\nrecipe = 'duq'\nseed = 1\n", "2",
                "two cells are called x-lenet-duq-seed1");
}

TEST_CASE("the ready experiments can be read, and have something to compare") {
  for (const auto& ready : ready_experiments()) {
    CAPTURE(ready.first);
    const Experiment experiment = parse_experiment(ready.first, ready.second);
    CHECK(!experiment.about.empty());
    CHECK(experiment.attacks.size() >= 2);
    CHECK(experiment.cells.size() >= 6);
  }
  for (const char* name : {"quick", "lenet", "cifar", "paper"}) CHECK(ready_experiments().contains(name));
}
