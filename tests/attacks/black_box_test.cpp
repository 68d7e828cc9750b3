#include <voronet/attacks/black_box.h>
#include <voronet/core/file.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <thread>

#include <doctest/doctest.h>

using namespace voronet;

namespace {

const Shape image = {2, 2, 1};
const std::string greets = "read hello; echo voronet 1 2; ";
// One image is the number 1 and four floats.
const std::string reads_one = "head -c 20 >/dev/null; ";
const std::string answers_one =
    reads_one + R"(printf '\001\000\000\000\000\000\000\000\000\000\200\077'; )";  // 0, 1
const std::string waits = "cat >/dev/null";

// The message of the Error, without the command.
std::string error_of(const std::string& command, double patience = 20) {
  try {
    const BlackBox box(command, image, patience);
    box(zeros({1, 2, 2, 1}));
  } catch (const Error& error) {
    const std::string what = error.what(), start = "model command `" + command + "` ";
    CHECK(what.starts_with(start));
    CHECK(what.find('\n') == what.npos);
    return what.substr(std::min(what.size(), start.size()));
  }
  return "nothing";
}

}  // namespace

TEST_CASE("a program is told the images' size, is sent them, and its logits are predictions") {
  const TemporaryFolder folder;
  const std::string sent = folder / "sent";
  for (const std::string kind : {"", " softmax", " exponential"}) {
    const BlackBox box("read hello; echo \"$hello\" >" + sent + "; echo 'voronet 1 2" + kind +
                           "'; head -c 20 >>" + sent + "; " + answers_one.substr(reads_one.size()) + waits,
                       image);
    CHECK(box.classes() == 2);
    const Prediction said = box(from({0, 0.5, 1, 0}, {1, 2, 2, 1}));
    CHECK(said.logits.to_vector() == std::vector<double>{0, 1});
    CHECK(said.classes == std::vector<int>{1});
    CHECK(said.confidence(0, 1) ==
          doctest::Approx(kind == " exponential" ? std::exp(1) : 1 / (1 + std::exp(-1))));
    const std::string bytes = read_file(sent);
    CHECK(bytes.starts_with("voronet 1 2 2 1\n"));
    CHECK(bytes.substr(16) == std::string("\1\0\0\0\0\0\0\0\0\0\0\x3f\0\0\x80\x3f\0\0\0\0", 20));
  }
}

TEST_CASE("large questions and answers pass each other") {
  // It answers with what it is sent, while it is sent more: an image's values are its logits.
  const BlackBox box("read hello; echo voronet 1 4; cat", image);
  Tensor images({600'000, 2, 2, 1}, Dtype::f32);
  float* values = images.mutable_data<float>();
  for (Index i = 0; i < images.size(); ++i) values[i] = static_cast<float>(i % 1000);
  CHECK(box(images).logits.to_vector() == images.to_vector());
}

TEST_CASE("a program that is no model is refused in one line") {
  CHECK(error_of("read hello; echo loading the model; " + waits) ==
        "should begin with 'voronet 1 CLASSES', not with 'loading the model'");
  for (const char* hello : {"voronet 2 10", "voronet 1", "voronet 1 1", "voronet 1 -5",
                            "voronet 1 10 sigmoid", "voronet 1 10 softmax too", "voronet 1 1000000", ""})
    CHECK(error_of(text("read hello; echo '", hello, "'; ", waits)) ==
          text("should begin with 'voronet 1 CLASSES', not with '", hello, '\''));
  CHECK(error_of("read hello; yes | tr -d '\\n'") ==
        "should begin with 'voronet 1 CLASSES', not with '" + std::string(100, 'y') + '\'');
  CHECK(error_of("exit 3") == "ended with exit status 3");
  CHECK(error_of("kill -9 $$") == "was ended by signal 9");
  CHECK(error_of("/nowhere/serve 2>/dev/null") == "ended with exit status 127");
  CHECK_THROWS_WITH_AS(BlackBox(waits, {3}),
                       "model command: images (3) are not of a height, a width and channels", Error);
}

TEST_CASE("a program that ends, says nonsense or nothing is given up in one line") {
  CHECK(error_of(greets + answers_one + waits) == "nothing");
  CHECK(error_of(greets + "exit 0") == "ended with exit status 0");
  CHECK(error_of(greets + reads_one + "kill -15 $$") == "was ended by signal 15");
  CHECK(error_of(greets + reads_one + R"(printf '\001\000\000\000\000'; exit 1)") ==
        "ended with exit status 1");
  CHECK(
      error_of(greets + reads_one + "echo hello world; " + waits) ==
      "answers about 1819043176 images, and was asked about 1: is something printed to its standard output?");
  CHECK(error_of(greets + reads_one + R"(printf '\002\000\000\000'; )" + waits)
            .starts_with("answers about 2 images, and was asked about 1"));
  CHECK(error_of(greets + reads_one + R"(printf '\000\000\000\000out of\tmemory\n'; )" + waits) ==
        "says: out of?memory");
  CHECK(error_of("sleep 1000", 0.1) == "has been silent for 0.1 seconds");
  CHECK(error_of(greets + "sleep 1000", 0.3) == "has been silent for 0.3 seconds");
  CHECK(error_of(greets + reads_one + R"(printf '\001\000\000\000\000'; )" + waits, 0.3) ==
        "has been silent for 0.3 seconds");

  const BlackBox box(greets + answers_one + "echo more; " + waits, image);
  (void)box(zeros({1, 2, 2, 1}));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  CHECK_THROWS_WITH_AS(box(zeros({1, 2, 2, 1})), doctest::Contains("says more than it was asked"), Error);
  CHECK_THROWS_AS(box(zeros({1, 2, 3, 1})), Error);
}

TEST_CASE("a program that does not end with its input is killed with all that it started") {
  const TemporaryFolder folder;
  const std::string pids = folder / "pids";
  { const BlackBox box("sleep 1000 & echo $! >" + pids + "; read hello; echo voronet 1 2; wait", image); }
  const auto pid = parse_number<pid_t>(read_file(pids).substr(0, read_file(pids).find('\n')));
  REQUIRE(pid);
  // Whoever inherits it may take a while to reap it.
  for (int tries = 0; tries < 100 && kill(*pid, 0) == 0; ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(kill(*pid, 0) != 0);
}
