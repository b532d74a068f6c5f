// What a worker says about one execution of one test, and what it left behind.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "domain/capture.h"
#include "domain/ids.h"
#include "domain/outcome.h"
#include "domain/test_case.h"

namespace tamarack::domain {

struct TestError {
  std::string message;
  std::string stack;
  std::string file;
  std::int64_t line = 0;
  std::int64_t column = 0;
  std::string snippet;
  friend bool operator==(const TestError&, const TestError&) = default;
};

struct Step {
  std::string title;
  std::string category;
  Instant started;
  Millis duration{0};
  bool failed = false;
  friend bool operator==(const Step&, const Step&) = default;
};

struct Attachment {
  std::string name;
  std::string content_type;
  std::string path;    // where the framework left it (absolute); empty once it is only in the artifact store
  std::string sha256;  // of the stored bytes; empty until stored
  std::int64_t size = 0;
  friend bool operator==(const Attachment&, const Attachment&) = default;
};

struct TestReport {
  TestIndex test;
  int retry = 0;  // the framework's own retry number, 0 for the first try
  TestStatus status = TestStatus::passed;
  bool last_try = true;  // false when the framework itself is going to try again
  Instant started;
  Millis duration{0};
  std::vector<TestError> errors;
  std::string output;   // stdout of the test, cut
  std::string errput;   // stderr of the test, cut
  std::string app_log;  // what the application logged meanwhile, cut; only for executions that did not pass
  std::vector<Annotation> annotations;
  std::vector<Attachment> attachments;
  std::vector<Step> steps;
  std::vector<Capture> captures;  // in the order in which the test made them; the last of a name counts
  friend bool operator==(const TestReport&, const TestReport&) = default;
};

}  // namespace tamarack::domain
