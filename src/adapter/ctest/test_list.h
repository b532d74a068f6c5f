// Reads `ctest --show-only=json-v1`: names, commands and properties of all tests.
#pragma once

#include <string_view>

#include "adapter/adapter.h"

namespace tamarack::adapter {

// `build_dir`: absolute. Every test becomes {spec: its executable or its CMakeLists.txt, title_path: {its name}}. Labels become tags;
// RESOURCE_LOCK becomes a tag `lock:NAME` and RUN_SERIAL a tag `run_serial`, so that locks can be declared by tag.
Result<domain::Discovery> read_test_list(std::string_view json, const SuiteSettings& suite, const std::string& build_dir);

}  // namespace tamarack::adapter
