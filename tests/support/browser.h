// Pages as Chromium sees them, where this machine has it.
#pragma once

#include <voronet/core/file.h>
#include <voronet/core/text.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "support/skip.h"
#include <doctest/doctest.h>

namespace voronet::test {

// Where there is none, the test is skipped.
inline bool have_browser() {
  if (std::system("command -v chromium > /dev/null") == 0) return true;
  skipped("there is no chromium");
  return false;
}

enum class Scheme { light, dark };

// The page's DOM in a window of this width, and what the browser complained about ("CONSOLE"). Its body has
// data-fits="yes" when nothing sticks out sideways, and data-scheme="light" or "dark". A page that asks for
// anything outside itself gets a complaint.
inline std::string seen_by_browser(const std::string& page, int width, Scheme scheme = Scheme::light) {
  const TemporaryFolder folder;
  const std::string policy =
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
      "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">";
  const std::string measure =
      "<script>document.body.dataset.fits ="
      " document.documentElement.scrollWidth <= innerWidth ? 'yes' : 'no';"
      "document.body.dataset.scheme ="
      " matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'</script>";
  std::string strict = page;
  strict.insert(strict.find("<head>") + 6, policy);
  write_file(folder / "page.html", strict + measure);
  const std::string command =
      text("chromium --headless --no-sandbox --disable-gpu --enable-logging=stderr --dump-dom ",
           "--blink-settings=preferredColorScheme=", scheme == Scheme::dark ? 0 : 1, " --window-size=", width,
           ",800 'file://", (folder / "page.html").string(), "' 2>&1");
  std::string seen;
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> buffer;
  while (const std::size_t n = fread(buffer.data(), 1, buffer.size(), pipe)) seen.append(buffer.data(), n);
  CHECK(pclose(pipe) == 0);
  return seen;
}

}  // namespace voronet::test
