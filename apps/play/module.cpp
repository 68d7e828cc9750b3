#include <voronet/apps/play/page.h>

// Bytes between two symbols: a compiler takes minutes for a literal of this size.
asm(R"(
  .section .rodata
voronet_module_begin:
  .incbin ")" VORONET_MODULE R"("
voronet_module_end:
  .previous
)");

extern "C" const char voronet_module_begin[], voronet_module_end[];  // NOLINT: the assembler's arrays

namespace voronet {

std::string_view web_module() { return {voronet_module_begin, voronet_module_end}; }

}  // namespace voronet
