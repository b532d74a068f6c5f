// Texts that people read are compared with files in this folder. TAMARACK_UPDATE_GOLDEN=1 rewrites them; the diff is then reviewed like
// code. A missing file fails the test, so that nothing is accepted unseen.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace tamarack {

inline ::testing::AssertionResult matches_golden(const std::string& name, std::string_view actual) {
  const std::string path = std::string(TAMARACK_SOURCE_DIR) + "/tests/golden/" + name;
  if (const char* update = std::getenv("TAMARACK_UPDATE_GOLDEN"); update != nullptr && std::string_view(update) == "1") {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << actual;
    file.close();
    if (!file) return ::testing::AssertionFailure() << "cannot write " << path;
    return ::testing::AssertionSuccess();
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return ::testing::AssertionFailure() << path << " is missing; run with TAMARACK_UPDATE_GOLDEN=1 and review it";
  const std::string expected{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (expected == actual) return ::testing::AssertionSuccess();
  const std::size_t at =
      static_cast<std::size_t>(std::mismatch(expected.begin(), expected.end(), actual.begin(), actual.end()).first - expected.begin());
  const auto line = 1 + std::count(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  return ::testing::AssertionFailure() << path << " differs first in line " << line << "\n--- expected\n"
                                       << expected << "\n--- actual\n"
                                       << actual << "\n(TAMARACK_UPDATE_GOLDEN=1 rewrites it)";
}

}  // namespace tamarack
