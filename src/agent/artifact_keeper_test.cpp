#include "agent/artifact_keeper.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <fstream>
#include <future>

#include "io/files.h"

namespace tamarack::agent {
namespace {

using domain::TestIndex;

constexpr TestIndex test{0u};

// Stores nothing, names bytes by themselves: the store has its own test.
class ReadingStore final : public artifact::ArtifactStore {
 public:
  Result<artifact::Stored> keep(const std::string& path) override {
    const std::string bytes = TRY(io::read_file(path));
    return artifact::Stored{"sha of " + bytes, static_cast<std::int64_t>(bytes.size())};
  }
  Result<std::string> locate(const std::string& sha256) override { return sha256; }
};

class ArtifactKeeperTest : public testing::Test {
 protected:
  ArtifactKeeperTest() {
    char name[] = "/tmp/tamarack-keeper-XXXXXX";
    folder_ = mkdtemp(name);
    budget_.warn = [this](const std::string& message) { warnings_.push_back(message); };
  }
  ~ArtifactKeeperTest() override { (void)io::remove_tree(folder_).has_value(); }

  std::string file(const std::string& name, const std::string& content) {
    std::ofstream(folder_ + "/" + name) << content;
    return folder_ + "/" + name;
  }
  void report(const std::string& name, const std::string& path) {
    keeper_.reported(test, 0, {.name = name, .content_type = {}, .path = path, .sha256 = {}}, {});
  }
  void find(const std::string& name, const std::string& path) {
    keeper_.found(test, 0, {.name = name, .content_type = {}, .path = path, .sha256 = {}});
  }
  void settle() {
    if (!keeper_.is_idle()) loop_.run();
  }
  std::vector<std::string> told() const {
    std::vector<std::string> names;
    for (const ArtifactKept& one : told_) names.push_back(one.attachment.name + (one.attachment.sha256.empty() ? " without bytes" : ""));
    return names;
  }

  io::Loop loop_;
  std::shared_ptr<ReadingStore> store_ = std::make_shared<ReadingStore>();
  ArtifactBudget budget_;
  std::string folder_;
  std::vector<std::string> warnings_;
  std::vector<ArtifactKept> told_;
  ArtifactKeeper keeper_{
      loop_,
      store_,
      budget_,
      "",
      {.on_fact = [this](const Fact& fact) { told_.push_back(std::get<ArtifactKept>(fact)); }, .on_idle = [this] { loop_.stop(); }}};
};

using Told = std::vector<std::string>;

TEST_F(ArtifactKeeperTest, AFileTheFrameworkReportsItselfIsToldOnce) {
  const std::string shot = file("a.png", "pixels");
  keeper_.test_began(test);
  find("shots/a.png", shot);
  settle();
  EXPECT_TRUE(told_.empty()) << "the framework may still report it";
  report("screenshot", shot);
  keeper_.test_ended(test);
  settle();
  EXPECT_EQ(told(), Told{"screenshot"});
}

TEST_F(ArtifactKeeperTest, ACopyTheFrameworkReportsIsTheSameFile) {
  keeper_.test_began(test);
  find("shots/a.png", file("a.png", "pixels"));
  report("screenshot", file("copy.png", "pixels"));
  keeper_.test_ended(test);
  settle();
  EXPECT_EQ(told(), Told{"screenshot"});
}

TEST_F(ArtifactKeeperTest, WhatWasFoundAndToldIsNotToldAgainByALateReport) {
  const std::string shot = file("a.png", "pixels");
  find("shots/a.png", shot);
  settle();
  report("screenshot", shot);
  settle();
  EXPECT_EQ(told(), Told{"shots/a.png"});
  EXPECT_EQ(told_.front().attachment.content_type, "image/png");
}

TEST_F(ArtifactKeeperTest, TwoReportsOfEqualBytesAreTwoAttachments) {
  report("before", file("a.png", "pixels"));
  report("after", file("b.png", "pixels"));
  report("after", folder_ + "/b.png");  // the line, and then the test's report
  settle();
  EXPECT_EQ(told().size(), 2U);
}

TEST_F(ArtifactKeeperTest, BeyondTheBudgetOnlyTheNamesAreKept) {
  budget_.bytes_max = 10;
  report("one", file("a", "12345678"));
  settle();
  report("same", file("b", "12345678"));
  settle();
  find("two", file("c", "abcdefgh"));
  settle();
  EXPECT_EQ(told(), (Told{"one", "same (not stored: artifacts.bytes_max of 10 B is reached) without bytes",
                          "two (not stored: artifacts.bytes_max of 10 B is reached) without bytes"}));
  EXPECT_EQ(warnings_, Told{"attachments are recorded without their bytes from now on: artifacts.bytes_max of 10 B is reached"});
}

TEST_F(ArtifactKeeperTest, EqualBytesCountOnce) {
  budget_.bytes_max = 16;
  for (const char* name : {"a", "b", "c", "d"}) {
    report(name, file(name, "12345678"));
    settle();
  }
  EXPECT_EQ(told(), (Told{"a", "b", "c", "d"}));
  EXPECT_EQ(budget_.bytes_kept, 8);
}

TEST_F(ArtifactKeeperTest, AMissingFileIsToldWithoutBytes) {
  report("gone", folder_ + "/gone.png");
  settle();
  EXPECT_EQ(told(), Told{"gone without bytes"});
}

struct Copying {
  std::promise<void> begun;
  std::promise<void> may_end;
  std::atomic<bool> store_is_gone = false;
  std::atomic<bool> was_cut_off = false;
};

// Takes as long over a file as the test wants.
class SlowStore final : public artifact::ArtifactStore {
 public:
  explicit SlowStore(Copying& copying) : copying_(copying) {}
  ~SlowStore() override { copying_.store_is_gone = true; }
  Result<artifact::Stored> keep(const std::string&) override {
    Copying& copying = copying_;
    copying.begun.set_value();
    copying.may_end.get_future().wait();
    copying.was_cut_off = copying.store_is_gone.load();
    return artifact::Stored{"sha", 1};
  }
  Result<std::string> locate(const std::string& sha256) override { return sha256; }

 private:
  Copying& copying_;
};

// A run that ends abruptly does not wait for large files.
TEST_F(ArtifactKeeperTest, AFileThatIsBeingStoredNeedsNoKeeperAnyMore) {
  Copying copying;
  auto store = std::make_shared<SlowStore>(copying);
  auto keeper = std::make_unique<ArtifactKeeper>(
      loop_, store, budget_, "",
      ArtifactKeeper::Callbacks{.on_fact = [](const Fact&) { ADD_FAILURE() << "nobody hears of it"; }, .on_idle = [] {}});
  keeper->reported(test, 0, {.name = "large", .content_type = {}, .path = file("large", "pixels"), .sha256 = {}}, {});
  copying.begun.get_future().wait();
  keeper.reset();
  store.reset();
  EXPECT_FALSE(copying.store_is_gone);
  copying.may_end.set_value();
  const std::function<void()> watch = [&] { copying.store_is_gone ? loop_.stop() : loop_.post(watch); };
  loop_.post(watch);
  loop_.run();
  EXPECT_FALSE(copying.was_cut_off);
}

}  // namespace
}  // namespace tamarack::agent
