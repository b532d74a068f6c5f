// A test as discovery found it. Its id depends only on its identity (spec, title path, parameters), so history, seeds and order
// survive when other tests are added or removed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "domain/ids.h"

namespace tamarack::domain {

struct TestIdentity {
  std::string spec;                     // path relative to the suite's root, with '/'
  std::vector<std::string> title_path;  // describe titles, then the test's own title
  std::string parameters;               // Playwright project, pytest parameters; often empty

  friend auto operator<=>(const TestIdentity&, const TestIdentity&) = default;
};

struct Annotation {
  std::string type;
  std::string description;
  friend bool operator==(const Annotation&, const Annotation&) = default;
};

struct TestCase {
  TestId id;
  TestIdentity identity;
  std::int64_t line = 0;  // 1-based, 0 if unknown
  std::int64_t column = 0;
  std::vector<std::string> tags;  // without '@'
  std::vector<Annotation> annotations;
  // Tests of one spec with the same non-empty group run in one process, in file order. Empty: free to run alone.
  std::string group;
  // A serial group runs as a whole or not at all: a part of it must not be run without what stands before it.
  bool serial = false;
  bool skip_expected = false;  // the framework is going to skip it
  std::string selector;        // the framework's own handle if the identity is not enough (pytest node id, CTest name)
  friend bool operator==(const TestCase&, const TestCase&) = default;
};

TestId make_test_id(const TestIdentity& identity);

// "checkout.spec.ts › guest › pays [chromium]": how a person names a test.
std::string display_name(const TestIdentity& identity);
// The same without the spec.
std::string display_title(const TestIdentity& identity);

struct Discovery {
  std::string framework;          // "playwright"
  std::string framework_version;  // "1.65.1"
  std::vector<TestCase> tests;    // in the framework's own order
  std::vector<std::string> warnings;
  friend bool operator==(const Discovery&, const Discovery&) = default;
};

}  // namespace tamarack::domain
