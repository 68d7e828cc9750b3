#include <voronet/attacks/proof/place_search.h>
#include <voronet/core/parallel.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <utility>

namespace voronet {
namespace {

// Pixels that are bounded together. Of one that changes, others on top save less than they cost.
Index most_at_once(Index changed) { return changed == 1 ? 1 : 12; }

constexpr Index least_tasks = 512, tasks_at_once = 16;  // for threads to share

// A rectangle of pixels, of which so many change.
struct Part {
  Index top, left, height, width, changed;

  Index area() const { return height * width; }
  std::array<Part, 2> halves() const {
    std::array<Part, 2> both{*this, *this};
    Index Part::*side = height > width ? &Part::height : &Part::width;
    Index Part::*begin = height > width ? &Part::top : &Part::left;
    both[0].*side = this->*side / 2;
    both[1].*side -= both[0].*side;
    both[1].*begin += both[0].*side;
    return both;
  }
};

Index binomial(Index n, Index k) {
  Index product = 1;
  for (Index i = 1; i <= k; ++i) product = product * (n - k + i) / i;
  return product;
}

// Places that have so many pixels of each part.
using Choice = std::vector<Part>;

Index area_of(const Choice& choice) {
  Index area = 0;
  for (const Part& part : choice) area += part.area();
  return area;
}

Index places_in(const Choice& choice) {
  Index product = 1;
  for (const Part& part : choice) product *= binomial(part.area(), part.changed);
  return product;
}

Place positions_of(const Choice& choice, Index width) {
  Place positions;
  for (const Part& part : choice)
    for (Index row = part.top; row < part.top + part.height; ++row)
      for (Index column = part.left; column < part.left + part.width; ++column)
        positions.push_back(row * width + column);
  std::ranges::sort(positions);
  return positions;
}

// The same places, each once: by how many pixels either half of the largest part has.
std::vector<Choice> halved(const Choice& choice) {
  const auto largest = std::max_element(choice.begin(), choice.end(),
                                        [](const Part& a, const Part& b) { return a.area() < b.area(); });
  Choice others = choice;
  others.erase(others.begin() + (largest - choice.begin()));
  std::vector<Choice> choices;
  for (Index first = 0; first <= largest->changed; ++first) {
    auto halves = largest->halves();
    halves[0].changed = first;
    halves[1].changed -= first;
    Choice next = others;
    for (const Part& half : halves)
      if (half.changed > 0) next.push_back(half);
    if (std::ranges::all_of(halves, [](const Part& half) { return half.changed <= half.area(); }))
      choices.push_back(std::move(next));
  }
  return choices;
}

// For one thread.
class Search {
 public:
  Search(PixelBounds& of_places, const BoundPlan& plan, const BoundPlan::Base& base, Index pixels,
         const FlipRule& rule, std::chrono::steady_clock::time_point end, Sets sets)
      : of_places_(of_places),
        plan_(plan),
        base_(base),
        pixels_(pixels),
        rule_(rule),
        end_(end),
        sets_(sets) {}

  void decide(const Choice& choice) {
    const Index area = area_of(choice);
    if (area <= most_at_once(pixels_)) {
      if (std::chrono::steady_clock::now() >= end_) {
        found_.left += places_in(choice);
        return;
      }
      Place positions = positions_of(choice, plan_.image_shape()[1]);
      const std::vector<ValueRange> all(area * plan_.image_shape()[2], {0, 1});
      const plan::AffineForms& features = bounds_of(area).features(positions, all);
      const FlipVerdict verdict = judge(plan_.head(), features, rule_);
      if (verdict.flip == Claim::no) {
        found_.ruled_out += places_in(choice);
        if (sets_ == Sets::kept)
          found_.sets.push_back(
              {std::move(positions), nearest_rival(plan_.head(), features, rule_.label).margin});
        return;
      }
      if (area == pixels_) {
        found_.open.push_back({std::move(positions), verdict, plan_.head().rounding(features)});
        return;
      }
    }
    for (const Choice& next : halved(choice)) decide(next);
  }

  PlaceSearch found() { return std::move(found_); }

 private:
  PixelBounds& bounds_of(Index area) {
    return area == pixels_ ? of_places_ : of_more_.try_emplace(area, plan_, base_, area).first->second;
  }

  PixelBounds& of_places_;
  const BoundPlan& plan_;
  const BoundPlan::Base& base_;
  const Index pixels_;
  const FlipRule rule_;
  const std::chrono::steady_clock::time_point end_;
  const Sets sets_;
  std::map<Index, PixelBounds> of_more_;  // of so many pixels
  PlaceSearch found_;
};

std::vector<Choice> tasks_of(const data::Images& image, Index pixels) {
  std::vector<Choice> tasks = {{{0, 0, image.height, image.width, pixels}}};
  while (std::ssize(tasks) < least_tasks) {
    std::vector<Choice> next;
    for (const Choice& choice : tasks) {
      if (area_of(choice) <= most_at_once(pixels)) return tasks;
      for (Choice& half : halved(choice)) next.push_back(std::move(half));
    }
    tasks = std::move(next);
  }
  return tasks;
}

}  // namespace

PlaceSearch search_places(Workplaces& workplaces, const BoundPlan& plan, const data::Images& image,
                          Index pixels, const FlipRule& rule, std::chrono::steady_clock::time_point end,
                          Sets sets) {
  const std::vector<Choice> tasks = tasks_of(image, pixels);
  std::vector<PlaceSearch> parts(tasks.size());
  parallel_for(std::ssize(tasks), tasks_at_once, [&](Index first, Index last) {
    workplaces.with_one([&](Workplace& by) {
      Search search(by.bounds, plan, workplaces.base(), pixels, rule, end, sets);
      for (Index i = first; i < last; ++i) search.decide(tasks[i]);
      parts[first] = search.found();
    });
  });
  PlaceSearch all;
  for (PlaceSearch& part : parts) {
    all.open.insert(all.open.end(), part.open.begin(), part.open.end());
    all.ruled_out += part.ruled_out;
    all.left += part.left;
    std::move(part.sets.begin(), part.sets.end(), std::back_inserter(all.sets));
  }
  std::ranges::sort(all.open, [](const OpenPlace& a, const OpenPlace& b) { return a.place < b.place; });
  return all;
}

}  // namespace voronet
