#include <voronet/apps/text/embedded.h>
#include <voronet/core/error.h>

namespace voronet {

std::string filled(const std::string& file, const std::map<std::string, std::string>& values) {
  const auto found = embedded_files().find(file);
  require(found != embedded_files().end(), file, " is not built into this program");
  const std::string& text = found->second;
  std::string out;
  std::size_t done = 0;
  for (std::size_t open; (open = text.find('{', done)) != std::string::npos;) {
    const std::size_t close = text.find('}', open);
    const auto value = values.find(text.substr(open + 1, close - open - 1));
    require(value != values.end(), file, ": nothing to put in place of ",
            text.substr(open, close - open + 1));
    out += text.substr(done, open - done) + value->second;
    done = close + 1;
  }
  return out + text.substr(done);
}

}  // namespace voronet
