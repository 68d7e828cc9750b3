// `voronet export`.
#include <voronet/core/file.h>
#include <voronet/layers/checkpoint.h>

#include "support/program.h"
#include "support/skip.h"
#include <doctest/doctest.h>

using namespace voronet;
using namespace voronet::test;

namespace {

// A Gauss LeNet of 12 features for 20 x 24 images in color, whose file says so or, as others' do, does not.
struct Exported {
  explicit Exported(bool says_so) : network(config(), random) {
    TensorFile file = save_classifier(network);
    if (!says_so) file.metadata.clear();
    file.tensors["optimizer.steps"] = zeros({1});  // as training leaves some
    write_safetensors(checkpoint, file);
  }
  static ClassifierConfig config() {
    return {.embedding = 12, .head = "gauss", .height = 20, .width = 24, .channels = 3, .mean = {0.25}};
  }

  TemporaryFolder folder;
  std::string checkpoint = folder / "net.safetensors", onnx = folder / "net.onnx";
  Random random{1};
  Classifier network;
};

}  // namespace

TEST_CASE("voronet export writes an ONNX model and says what it is") {
  const Exported given(true);
  const Outcome outcome = run_voronet({"export", "--checkpoint", given.checkpoint, "--out", given.onnx});
  if (outcome.err.find("built without ONNX") != std::string::npos) return skipped("built without ONNX");
  CHECK(outcome.status == 0);
  CHECK(outcome.err.empty());
  CHECK(outcome.out.starts_with(given.onnx + ": lenet with a gauss head for (20, 24, 3) images, "));
  const std::string model = read_file(given.onnx);
  CHECK(model.find("embed.conv1.weight") != std::string::npos);
  CHECK(model.find("ReduceSumSquare") != std::string::npos);
}

TEST_CASE("voronet export writes the network alone, with what it was told of one from elsewhere") {
  Exported given(false);
  const std::string out = given.folder / "ours.safetensors";
  CHECK(run_voronet({"export", "--checkpoint", given.checkpoint, "--out", out}).status == 1);
  const Outcome outcome = run_voronet({"export",
                                       "--checkpoint",
                                       given.checkpoint,
                                       "--out",
                                       out,
                                       "--model",
                                       "lenet",
                                       "--embedding",
                                       "12",
                                       "--image-height",
                                       "20",
                                       "--image-width",
                                       "24",
                                       "--channels",
                                       "3",
                                       "--classes",
                                       "10",
                                       "--mean",
                                       "0.25",
                                       "--std",
                                       "1"});
  CHECK(outcome.err == "");
  CHECK(outcome.status == 0);
  Classifier loaded = load_classifier(out);
  CHECK(to_settings(loaded.config()) == to_settings(given.network.config()));
  const auto before = save_state(given.network).tensors, after = read_safetensors(out).tensors;
  CHECK(after.size() == before.size());
  for (const auto& [name, tensor] : before) CHECK(after.at(name).to_vector() == tensor.to_vector());
}

TEST_CASE("voronet export says in one line what is wrong, and leaves an old file as it was") {
  const Exported given(true);
  const auto exported_to = [&](const std::string& out) {
    return run_voronet({"export", "--checkpoint", given.checkpoint, "--out", out});
  };
  const Outcome extension = exported_to(given.folder / "net.pt");
  CHECK(extension.status == 2);
  CHECK(extension.err.find("ends neither in .onnx nor in .safetensors") != std::string::npos);
  const Outcome folder = exported_to(given.folder / "absent/net.safetensors");
  CHECK(folder.status == 1);
  CHECK(folder.err == "voronet: cannot write " + (given.folder / "absent/net.safetensors").string() +
                          ": No such file or directory\n");
  CHECK(run_voronet({"export", "--checkpoint", given.checkpoint}).status == 2);

  write_file(given.onnx, "old");
  CHECK(run_voronet({"export", "--checkpoint", given.folder / "none", "--out", given.onnx}).status == 1);
  CHECK(read_file(given.onnx) == "old");
}
