// Formulas in pages, as MathML, which browsers typeset themselves: from a short notation that reads like the
// formula.
//
//   W x + b            letters are variables, digits numbers, all else operators; spaces separate
//   softmax, exp       letters without a space between them are one name, set upright
//   x'                 a prime
//   z_k  r^2  z_k^2    indices and powers, of one item; of several in braces: e^{-r}
//   ( ... )  [ ... ]   grow with what they hold
//   frac{a}{b}  sqrt{a}  norm{a}  abs{a}
//   "for all"          plain words
// Other symbols stand for themselves: α, κ, ∑, ≤, ·.
#pragma once

#include <string>
#include <string_view>

namespace voronet::mathml {

// Within a line of text. Throws Error for braces, brackets or quotes that do not match and for an index or
// power of nothing.
std::string formula(std::string_view notation);

// On a line of its own, larger; scrolls where the page is narrower.
std::string display(std::string_view notation);

}  // namespace voronet::mathml
