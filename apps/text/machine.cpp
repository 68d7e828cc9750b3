#include <voronet/apps/text/machine.h>
#include <voronet/core/kernels/explain.h>
#include <voronet/core/parallel.h>
#include <voronet/core/text.h>
#include <voronet/core/version.h>

#include <fstream>

namespace voronet {

std::string machine() {
  std::ifstream processors("/proc/cpuinfo");
  std::string line, processor = "unknown processor";
  while (std::getline(processors, line))
    if (line.starts_with("model name") && line.find(": ") != std::string::npos) {
      processor = line.substr(line.find(": ") + 2);
      break;
    }
  return text(processor, ", ", kernels::width(), ", ", threads(), threads() == 1 ? " thread" : " threads");
}

Json made_by() { return {{"program", program()}, {"threads", threads()}}; }

}  // namespace voronet
