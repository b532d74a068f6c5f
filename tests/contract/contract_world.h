// What the contract tests stand on: a store of each kind, and a folder of its own that goes with the test.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>

#include "store/memory/memory_store.h"
#include "store/sqlite/sqlite_store.h"

namespace tamarack::store {

// A folder and the path of a database in it that nobody has made yet.
class TestFolder {
 public:
  TestFolder() {
    char name[] = "/tmp/tamarack-store-XXXXXX";
    path_ = mkdtemp(name);
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  std::string database() const { return path_ + "/t.db"; }

 private:
  std::string path_;
};

// One suite for every store: true is SQLite in a file, false the one in memory.
class StoreContractTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override { open(); }
  // Again: what a file keeps is still there, memory has forgotten.
  void open() {
    store_.reset();
    if (!is_sqlite()) {
      store_ = std::make_unique<MemoryStore>();
      return;
    }
    auto opened = open_sqlite_store(folder_.database());
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
  }
  static bool is_sqlite() { return GetParam(); }

  TestFolder folder_;
  std::unique_ptr<Store> store_;  // after the folder: it is closed first
};

class SqliteFileTest : public testing::Test {
 protected:
  TestFolder folder_;
  const std::string path_ = folder_.database();
};

}  // namespace tamarack::store

// NOLINTNEXTLINE(cppcoreguidelines-macro-usage): GoogleTest's own is a macro that makes a name
#define FOR_EVERY_STORE(suite) \
  INSTANTIATE_TEST_SUITE_P(Stores, suite, testing::Bool(), [](const auto& info) { return info.param ? "sqlite" : "memory"; })
