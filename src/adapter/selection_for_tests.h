// A plan with one unit per spec and the selection of all its tests, for the tests of adapters.
#pragma once

#include <deque>

#include "adapter/adapter.h"

namespace tamarack::adapter {

class SelectionForTests {
 public:
  explicit SelectionForTests(const std::vector<domain::TestIdentity>& identities, std::string framework_version = "") {
    plan_.framework_version = std::move(framework_version);
    for (const domain::TestIdentity& identity : identities) {
      const domain::TestIndex index(plan_.tests.size());
      domain::TestCase test;
      test.identity = identity;
      test.id = domain::make_test_id(identity);
      test.selector = std::to_string(index.value + 1);
      plan_.tests.push_back(test);
      if (plan_.units.empty() || plan_.units.back().spec != identity.spec) plan_.units.push_back({.spec = identity.spec});
      plan_.units.back().tests.push_back(index);
    }
    selection_.plan = &plan_;
    for (const domain::Unit& unit : plan_.units) selection_.parts.push_back({&unit, unit.tests});
  }
  SelectionForTests(const SelectionForTests&) = delete;
  SelectionForTests& operator=(const SelectionForTests&) = delete;

  operator const Selection&() const { return selection_; }  // NOLINT: it stands for the selection

 private:
  domain::Plan plan_;
  Selection selection_;
};

inline ExecutionContext context_for_tests() {
  ExecutionContext context;
  context.attempt_dir = "/run/1";
  context.shims_dir = "/shims";
  context.worker = "local/2";
  context.slot = 2;
  context.data_dir = "/data/two 2";
  context.port = 4102;
  context.seed = 7;
  return context;
}

}  // namespace tamarack::adapter
