#include <voronet/data/md5.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace voronet::data {
namespace {

using State = std::array<std::uint32_t, 4>;
constexpr std::size_t block_size = 64;

// RFC 1321, 3.4: 2^32 |sin(i)|, i in radians from 1.
std::array<std::uint32_t, 64> sines() {
  std::array<std::uint32_t, 64> table{};
  for (std::size_t i = 0; i < table.size(); ++i)
    table[i] = static_cast<std::uint32_t>(std::abs(std::sin(static_cast<double>(i + 1))) * 0x1p32);
  return table;
}

void add_block(State& state, const char* block) {
  static const std::array<std::uint32_t, 64> sine = sines();
  static constexpr int rotations[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
  static_assert(std::endian::native == std::endian::little, "words are read as they lie");
  std::array<std::uint32_t, 16> words;
  std::memcpy(words.data(), block, block_size);

  auto [a, b, c, d] = state;
  for (std::size_t i = 0; i < 64; ++i) {
    const std::size_t round = i / 16;
    const std::uint32_t mixed = round == 0   ? (b & c) | (~b & d)
                                : round == 1 ? (b & d) | (c & ~d)
                                : round == 2 ? b ^ c ^ d
                                             : c ^ (b | ~d);
    const std::size_t word = round == 0 ? i : round == 1 ? 5 * i + 1 : round == 2 ? 3 * i + 5 : 7 * i;
    const std::uint32_t sum = a + mixed + sine[i] + words[word % 16];
    a = d;
    d = c;
    c = b;
    b += std::rotl(sum, rotations[round][i % 4]);
  }
  state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d};
}

}  // namespace

std::string md5(std::string_view bytes) {
  State state{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  const std::uint64_t bits = std::uint64_t{bytes.size()} * 8;
  for (; bytes.size() >= block_size; bytes.remove_prefix(block_size)) add_block(state, bytes.data());

  // The rest, a bit 1, zeros to the end of a block, and there the number of bits.
  std::string rest(bytes);
  rest += '\x80';
  while (rest.size() % block_size != block_size - sizeof bits) rest += '\0';
  rest.append(reinterpret_cast<const char*>(&bits), sizeof bits);
  for (std::size_t at = 0; at < rest.size(); at += block_size) add_block(state, rest.data() + at);

  std::string digits;
  for (const std::uint32_t word : state)
    for (unsigned nibble : {1U, 0U, 3U, 2U, 5U, 4U, 7U, 6U})
      digits += "0123456789abcdef"[word >> 4 * nibble & 15];
  return digits;
}

}  // namespace voronet::data
