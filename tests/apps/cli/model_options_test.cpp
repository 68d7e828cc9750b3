#include <voronet/apps/cli/model_options.h>
#include <voronet/core/file.h>

#include <doctest/doctest.h>

using namespace voronet;
namespace fs = std::filesystem;

TEST_CASE("a network is called after its file or folder, however the path is written") {
  const TemporaryFolder temporary;
  const fs::path before = fs::current_path();
  make_folder(temporary / "gauss/sub");
  fs::create_directory_symlink(temporary / "gauss/sub", temporary / "link");
  fs::current_path(temporary / "gauss/sub");
  for (const char* path : {"..", "../", "../.", "../../gauss", "../../gauss/", "../sub/..", "../../link/.."})
    CHECK_MESSAGE(name_of_network(path) == "gauss", path);
  for (const char* path : {".", "./", "../sub", "../sub//"})
    CHECK_MESSAGE(name_of_network(path) == "sub", path);
  CHECK(name_of_network("../../link") == "link");
  CHECK(name_of_network("a/net.safetensors") == "net");
  fs::current_path(before);
}

TEST_CASE("no network's name leads out of a folder") {
  CHECK(name_of_network("a/...safetensors") == "...safetensors");
  CHECK(name_of_network("a/..safetensors") == "..safetensors");
  CHECK(name_of_network(".safetensors") == ".safetensors");
}
