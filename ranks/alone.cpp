#include <voronet/ranks/ranks.h>

namespace voronet::ranks {
namespace {

// What there is to add up is there already.
class OneRank : public Team {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  void barrier() override {}
  void sum(std::span<double>) override {}
  void start_sum(std::span<float>) override {}
  void start_sum(std::span<double>) override {}
  void finish_sums() override {}
};

}  // namespace

Team& alone() {
  static OneRank team;
  return team;
}

}  // namespace voronet::ranks
