// `tamarack tests`: which tests are flaky, which fail, which are slow.
#pragma once

#include <string>

#include "cli/project.h"
#include "store/test_store.h"

namespace tamarack::cli {

struct TestsOptions {
  ProjectOptions project;
  std::string text;  // a part of the name; empty: any
  std::string sort = "flaky";
  int count = 20;
  bool json = false;
};
int tests_command(const TestsOptions& options, const Clock& clock);

}  // namespace tamarack::cli
