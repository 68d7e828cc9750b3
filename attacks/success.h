// The rules that every attack goes by: which images are attacked, what is a flip, and what a confident one.
#pragma once

#include <voronet/attacks/attack_row.h>
#include <voronet/layers/classifier.h>

namespace voronet {

// Fills in what the model says of an image before the attack: answer i to the clean images. Throws Error
// unless that is the row's label, there is another class, the row's target is one, and tau is in 0..1.
void start(AttackRow& row, const Prediction& clean, Index i, double tau);

// Of a row that was started and answer i to a changed image: whether it is a flip (with a target, to that
// class).
bool is_flip(const AttackRow& row, const Prediction& answers, Index i);
// Whether a flip would be a confident one: the image had confidence tau or more in its class, and has more
// than tau in its new one.
bool is_confident(const AttackRow& row, const Prediction& answers, Index i, double tau);
// Notes that answer i, to the query of this number, is a flip. Returns whether it is confident.
bool note_flip(AttackRow& row, const Prediction& answers, Index i, Index query, double tau);
// What the model says, answer 0, of the best flip alone ends the row: a flip that it does not confirm is
// none. Returns whether it does.
bool confirm_flip(AttackRow& row, const Prediction& alone, double tau);
// Whether the image can have a confident flip: it had confidence tau or more in its class.
bool confident_before(const AttackRow& row, double tau);

}  // namespace voronet
