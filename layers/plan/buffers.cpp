#include <voronet/layers/plan/buffers.h>

#include <algorithm>

namespace voronet::plan {
namespace {

struct Slot {
  Index elements;
  bool free;
};

// The smallest free slot that is large enough, else the largest free one, which grows, else a new one.
std::size_t take_slot(std::vector<Slot>& slots, Index elements) {
  std::size_t best = slots.size();
  for (std::size_t s = 0; s < slots.size(); ++s) {
    if (!slots[s].free) continue;
    if (best == slots.size()) best = s;
    const bool fits = slots[s].elements >= elements, best_fits = slots[best].elements >= elements;
    const bool smaller = slots[s].elements < slots[best].elements;
    if (fits == best_fits ? smaller == fits : fits) best = s;
  }
  if (best == slots.size()) slots.push_back({});
  slots[best] = {std::max(slots[best].elements, elements), false};
  return best;
}

}  // namespace

PlanBuffers place_values(const PlanGraph& graph) {
  constexpr Index aligned = 16;  // elements: slots start on cache lines
  const auto last = graph.last_uses();
  std::vector<Slot> slots;
  std::vector<std::size_t> slot_of(graph.shapes.size());
  std::vector<bool> has_slot(graph.shapes.size());
  for (std::size_t i = 0; i < graph.steps.size(); ++i) {
    const PlanStep& step = graph.steps[i];
    if (step.output != graph.output) {
      const Index size = graph.shape(step.output).size();
      slot_of[step.output] = take_slot(slots, divide_up(size, aligned) * aligned);
      has_slot[step.output] = true;
    }
    for (std::size_t value = 0; value < last.size(); ++value)
      if (has_slot[value] && last[value] == i) slots[slot_of[value]].free = true;
  }

  std::vector<Index> starts;
  PlanBuffers buffers;
  for (const Slot& slot : slots) {
    starts.push_back(buffers.elements);
    buffers.elements += slot.elements;
  }
  for (std::size_t value = 0; value < last.size(); ++value)
    buffers.offsets.push_back(has_slot[value] ? starts[slot_of[value]] : -1);
  return buffers;
}

}  // namespace voronet::plan
