#include <voronet/apps/attack/folder.h>
#include <voronet/apps/attack/pictures.h>
#include <voronet/core/error.h>
#include <voronet/core/file.h>
#include <voronet/core/safetensors.h>
#include <voronet/data/png.h>

#include <cmath>

#include "apps/attack/attack_rows.h"
#include "attacks/hand_made_model.h"
#include <doctest/doctest.h>

using namespace voronet;
namespace fs = std::filesystem;

namespace {

const Json settings = {{"seed", 1}};

// Gives a picture with a white pixel at row 1, column 2 the confidences of flipped_row().
const Predict agreeing = hand_made([](std::span<const std::uint8_t> bytes) {
  return bytes[6] == 255 ? std::vector<double>{2.0 / 3, 1e-300} : std::vector<double>{0.1, 0.7};
});

void add_both(AttackFolder& folder) {
  folder.add(flipped_row(), small_picture(), 1.5, {agreeing});
  folder.add(withstanding_row(), small_picture(), 1, {agreeing});
}

// An attack's folder with both rows stored, and where the file's lines end.
struct Stored {
  Stored() {
    AttackFolder folder(temporary / "attack", settings, false);
    add_both(folder);
    bytes = read_file(file);
    header = bytes.find('\n') + 1;
    first = bytes.find('\n', header) + 1;
  }

  // Takes up what lies there now: all that ended within `whole` bytes stays, the others are made again.
  void check_resumed(std::size_t whole) const {
    {
      AttackFolder folder(temporary / "attack", settings, true);
      CHECK(folder.finished().rows.size() == (whole < first ? 0 : 1));
      if (whole < first) folder.add(flipped_row(), small_picture(), 1.5, {agreeing});
      folder.add(withstanding_row(), small_picture(), 1, {agreeing});
    }
    CHECK(read_file(file) == bytes);
  }

  TemporaryFolder temporary;
  fs::path file = temporary / "attack/rows.jsonl";
  std::string bytes;
  std::size_t header = 0, first = 0;
};

}  // namespace

TEST_CASE("rows and pictures are stored as they come, and taken over when resumed") {
  const TemporaryFolder temporary;
  {
    AttackFolder folder(temporary / "attack", settings, false);
    CHECK(folder.finished().rows.empty());
    add_both(folder);
  }
  CHECK(data::read_png(temporary / "attack/images/00007-before.png").pixels == small_picture().pixels);
  CHECK(data::read_png(temporary / "attack/images/00007-after.png").pixels[6] == 255);
  CHECK(data::read_png(temporary / "attack/images/00007-census.png").pixels ==
        heat_map(small_picture(), *flipped_row().census).pixels);
  CHECK(fs::exists(temporary / "attack/images/00008-before.png"));
  CHECK_FALSE(fs::exists(temporary / "attack/images/00008-after-as-1.png"));

  const AttackFolder resumed(temporary / "attack", settings, true);
  CHECK(resumed.finished().rows == small_record().run.rows);
  CHECK(resumed.finished().seconds == 2.5);
  CHECK(resumed.finished().queries == 50);

  const AttackFolder shorter(temporary / "attack", settings, true, std::vector<Index>{7, 9});
  CHECK(shorter.finished().rows == std::vector{flipped_row()});
  CHECK(shorter.finished().seconds == 1.5);
  CHECK(AttackFolder(temporary / "attack", settings, true).finished().rows.size() == 2);
}

TEST_CASE("wherever a kill cut the file of rows, the whole rows stay and the next one follows them") {
  const Stored stored;
  const auto& [temporary, file, bytes, header, first] = stored;
  for (const std::size_t length : {header, header + 1, first - 1, first, first + 10, bytes.size() - 1}) {
    write_file(file, bytes.substr(0, length));
    stored.check_resumed(length);
  }
}

TEST_CASE("rows before zeros that a power failure left stay, the others are made again") {
  const Stored stored;
  const auto& [temporary, file, bytes, header, first] = stored;
  for (const std::size_t begin : {std::size_t{3}, header - 1, header, first - 5, first, first + 9}) {
    std::string damaged = bytes;
    damaged.replace(begin, 4, std::string(4, '\0'));
    write_file(file, damaged);
    stored.check_resumed(begin);
  }
}

TEST_CASE("each setting that differs is named, and so is another program; what no program says is unknown") {
  const TemporaryFolder temporary;
  const Json by_one = {{"seed", 1}, {"network_options", {{"mean", "0.5"}}}, {"program", "one"}};
  const auto refusal = [&](const Json& now) {
    try {
      const AttackFolder folder(temporary / "attack", now, true);
      return folder.settings().value("program", "none");
    } catch (const Error& error) {
      const std::string message = error.what();
      const std::size_t begin = message.find('(') + 1;
      return message.substr(begin, message.find("): choose another --out") - begin);
    }
  };
  const auto fill = [&](const Json& stored) {
    fs::remove_all(temporary / "attack");
    AttackFolder folder(temporary / "attack", stored, false);
    add_both(folder);
  };
  fill(by_one);
  CHECK(refusal(by_one) == "one");
  Json other = by_one;
  other["program"] = "two";
  other["network_options"]["mean"] = "0.4";
  other["moves"] = 100;
  CHECK(refusal(other) ==
        "network_options/mean \"0.5\", not \"0.4\"; program \"one\", not \"two\"; moves not set, not 100");
  other = by_one;
  other.erase("seed");
  CHECK(refusal(other) == "seed 1, not set");

  Json old = by_one;  // as version 0.1 wrote it
  old.erase("program");
  fill(old);
  CHECK(refusal(by_one) == "an unknown version of voronet, then one");
  other = by_one;
  other["moves"] = 100;
  CHECK(refusal(other) == "an unknown version of voronet, then one");
  other["seed"] = 2;
  CHECK(refusal(other) == "seed 1, not 2");
}

TEST_CASE("processes that share an attack store rows in files of their own, which are taken over together") {
  const TemporaryFolder temporary;
  {
    AttackFolder first(temporary / "attack", settings, false);
    AttackFolder second(temporary / "attack", settings, false, {}, 1);
    first.add(withstanding_row(), small_picture(), 1, {agreeing});
    second.add(flipped_row(), small_picture(), 1.5, {agreeing});
  }
  CHECK(AttackFolder(temporary / "attack", settings, true).finished().rows == small_record().run.rows);
  CHECK_THROWS_WITH_AS(AttackFolder(temporary / "attack", settings, false, {}, 2),
                       doctest::Contains("already holds an attack"), Error);

  // A kill cut the second one's row off.
  const fs::path file = temporary / "attack/rows-1.jsonl";
  const std::string bytes = read_file(file);
  write_file(file, bytes.substr(0, bytes.size() - 1));
  AttackFolder alone(temporary / "attack", settings, true);
  CHECK(alone.finished().rows == std::vector{withstanding_row()});
  alone.add(flipped_row(), small_picture(), 1.5, {agreeing});
  const AttackFolder resumed(temporary / "attack", settings, true, {}, 1);
  CHECK(resumed.finished().rows == small_record().run.rows);
  CHECK(resumed.finished().seconds == 2.5);
}

TEST_CASE("another attack's rows are neither continued nor overwritten") {
  const TemporaryFolder temporary;
  {
    AttackFolder folder(temporary / "attack", settings, false);
    add_both(folder);
  }
  CHECK_THROWS_WITH_AS(AttackFolder(temporary / "attack", settings, false),
                       doctest::Contains("already holds an attack: continue it with --resume"), Error);
  CHECK_THROWS_WITH_AS(AttackFolder(temporary / "attack", {{"seed", 2}}, true),
                       doctest::Contains("holds an attack with other settings"), Error);
  for (const char* line : {"rubbish", R"({"row": {"index": 1.5}})", R"({"row": {"index": 1e92}})"}) {
    write_file(temporary / "attack/rows.jsonl", settings.dump() + '\n' + line + '\n');
    CHECK_THROWS_WITH_AS(AttackFolder(temporary / "attack", settings, true), doctest::Contains("damaged"),
                         Error);
  }
}

TEST_CASE("an attack that was refused before its first image leaves the folder to the next") {
  const TemporaryFolder temporary;
  { const AttackFolder refused(temporary / "attack", {{"seed", 2}}, false); }
  AttackFolder next(temporary / "attack", settings, false);
  add_both(next);
  CHECK(AttackFolder(temporary / "attack", settings, true).finished().rows.size() == 2);
}

TEST_CASE("a flip that the model does not confirm on the written picture is an error") {
  const TemporaryFolder temporary;
  AttackFolder folder(temporary / "attack", settings, false);
  const Predict stubborn = hand_made([](auto) { return std::vector<double>{0.1, 0.7}; });
  CHECK_THROWS_WITH_AS(folder.add(flipped_row(), small_picture(), 1, {stubborn}),
                       doctest::Contains("does not confirm the flip of image 7"), Error);
}

TEST_CASE("confidences that are NaN are confirmed, stored and read back as what they are") {
  const TemporaryFolder temporary;
  const double nan = std::nan("");
  const Predict overflowing = hand_made([=](auto) { return std::vector<double>{nan, nan}; });
  AttackRow row = flipped_row();
  row.predicted = 0;
  row.confidences_after = {nan, nan};
  AttackFolder(temporary / "attack", settings, false).add(row, small_picture(), 1, {overflowing});
  const AttackRun resumed = AttackFolder(temporary / "attack", settings, true).finished();
  REQUIRE(resumed.rows.size() == 1);
  REQUIRE(resumed.rows[0].confidences_after.size() == 2);
  for (const double confidence : resumed.rows[0].confidences_after) CHECK(std::isnan(confidence));
}

TEST_CASE("a finished attack has its record, its table and a page with its pictures inside") {
  const TemporaryFolder temporary;
  AttackFolder folder(temporary / "attack", settings, false);
  add_both(folder);
  folder.finish(small_record());
  CHECK(read_attack_record(temporary / "attack/attack.json").run.rows == small_record().run.rows);
  CHECK(read_file(temporary / "attack/attack.csv").starts_with("index,label,"));

  const std::string page = read_file(temporary / "attack/report.html");
  CHECK(page.find("may do &lt;this&gt;") != std::string::npos);
  CHECK(page.find("a &amp; b") != std::string::npos);
  CHECK(page.find("left:50%;top:33.3333%;width:25%;height:33.3333%") !=
        std::string::npos);                           // the changed pixel
  CHECK(page.find("8 (to c)") != std::string::npos);  // which withstood
  CHECK(page.find("201 changes of one pixel flip it, 100 with confidence") != std::string::npos);
  CHECK(page.find("http") == std::string::npos);
}

TEST_CASE("a gradient attack's flips are stored as floats, drawn, confirmed, and taken over when resumed") {
  const TemporaryFolder temporary;
  AttackRow row = flipped_row();
  row.pixels.clear();
  row.census.reset();
  std::vector<float> image(12, 40 / 255.0F);
  image[6] = 0.7F;
  row.perturbation = perturbation(data::to_tensor(small_picture()), image);
  const OrdinaryForward model{
      {}, [&](const Tensor& images) {
        CHECK(images.shape() == Shape{1, 3, 4, 1});
        const bool flips = images.values<float>()[6] == 0.7F;
        const Tensor says = from(flips ? std::vector<double>{2.0 / 3, 1e-300} : std::vector<double>{0.1, 0.7},
                                 {1, 2}, Dtype::f64);
        return Prediction{says, says, {flips ? 0 : 1}};
      }};
  {
    AttackFolder folder(temporary / "attack", settings, false);
    folder.add(row, small_picture(), 1, model);
  }
  AttackFolder resumed(temporary / "attack", settings, true);
  CHECK(resumed.finished().rows == std::vector{row});
  AttackRecord record = small_record();
  record.run.rows = resumed.finished().rows;
  resumed.finish(record);
  const TensorFile file = read_safetensors(temporary / "attack/adversarial.safetensors");
  CHECK(file.tensors.at("images").shape() == Shape{1, 3, 4, 1});
  CHECK(file.tensors.at("images").values<float>()[6] == 0.7F);
  CHECK(data::read_png(temporary / "attack/images/00007-change.png").pixels[6] == 255);
  CHECK(read_file(temporary / "attack/report.html").find("Linf 0.543, L2 0.543") != std::string::npos);

  row.perturbation->image[6] = 0.6F;
  CHECK_THROWS_WITH_AS(resumed.add(row, small_picture(), 1, model),
                       doctest::Contains("does not confirm the flip of image 7"), Error);
}
