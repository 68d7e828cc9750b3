#include <voronet/layers/plan/form_vector.h>
#include <voronet/layers/plan/map_forms.h>

#include <algorithm>
#include <vector>

namespace voronet::plan {
namespace {

// y becomes, in the changed windows of its map, a max-pooling of x.
void max_pool(const PlanStep& step, const MapSize& in, const MapSize& out, const AffineForms& x,
              const Windows& changed, AffineForms& y, Kink* kink) {
  std::vector<Index> of;
  for_each_row(out, changed, [&](Index first, Index last) {
    for (Index e = first; e < last; e += out.c) {
      of.clear();
      for_each_pooled(step, in, out, e, [&](Index from) { of.push_back(from); });
      maximum(x, of, out.c, y, e, kink);
    }
  });
}

// y becomes, in these windows, the channels of a and then those of b.
void concat(const MapSize& of_a, const AffineForms& a, const MapSize& of_b, const AffineForms& b,
            const Windows& at, AffineForms& y) {
  const auto part = [&](const MapSize& of, const AffineForms& x, Index from) {
    for_each_row(of, at, [&](Index first, Index last) {
      for (Index p = 0; p < y.planes(); ++p)
        for (Index e = first; e < last; ++e)
          y.plane(p)[e / of.c * (of_a.c + of_b.c) + from + e % of.c] = x.plane(p)[e];
    });
  };
  part(of_a, a, 0);
  part(of_b, b, of_a.c);
}

}  // namespace

double largest(const MapSize& map, const AffineForms& forms, const Windows& within) {
  double most = 0;
  for_each_row(map, within, [&](Index first, Index last) {
    for_each_vector(first, last, [&]<class V>(V vector, Index e) {
      vector = FormVector<V>(forms, e).magnitude();
      for (std::size_t lane = 0; lane < sizeof(V) / sizeof(double); ++lane) most = larger(most, vector[lane]);
    });
  });
  return most;
}

void see_unbent(const MapSize& map, const AffineForms& forms, const Windows& within,
                std::vector<Unbent>& unbent) {
  for_each_row(map, within, [&](Index first, Index last) {
    for (Index e = first; e < last; ++e) unbent[e] = forms.unbent(e);
  });
}

bool is_sum(PlanKind kind) {
  return kind != PlanKind::max_pool && kind != PlanKind::function && kind != PlanKind::concat;
}

void bend(const PlanStep& step, std::span<const MapSize> maps, std::vector<AffineForms>& values,
          const Windows& changed, Kink* kink) {
  const MapSize &in = maps[step.input], &out = maps[step.output];
  const AffineForms& x = values[step.input];
  AffineForms& y = values[step.output];
  if (step.kind == PlanKind::max_pool) return max_pool(step, in, out, x, changed, y, kink);
  if (step.kind == PlanKind::concat)
    return concat(in, x, maps[step.residual], values[step.residual], changed, y);
  for_each_row(out, changed, [&](Index first, Index last) {
    for (Index p = 0; p < y.planes(); ++p)
      std::copy(x.plane(p) + first, x.plane(p) + last, y.plane(p) + first);
    for (Index e = first; e < last; ++e) apply(step.function, y, e, kink);
  });
}

}  // namespace voronet::plan
