#include "agent/workspace.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <thread>

#include "base/sha256.h"
#include "base/text.h"
#include "tests/workspace/fixture.h"

namespace tamarack::agent {
namespace {

using artifact::ContentStore;
using domain::Manifest;

constexpr std::size_t two = 2;

WorkspaceFolder used(const std::string& name, std::int64_t used_ms, const std::string& setup_key = "k", const std::string& manifest = "m") {
  return {.name = name, .project = "shop", .setup_key = setup_key, .manifest_id = manifest, .used_ms = used_ms};
}

TEST(ChooseFolder, PrefersWhatNeedsTheLeastWork) {
  const WorkspaceWish wish{.project = "shop", .setup_key = "k", .manifest_id = "m", .folders_max = two};
  EXPECT_EQ(choose_folder({}, wish), std::nullopt);
  EXPECT_EQ(choose_folder({used("1", 10), used("2", 20, "k", "n")}, wish), "1") << "the same files";
  EXPECT_EQ(choose_folder({used("1", 10, "k", "n"), used("2", 20, "k", "o"), used("3", 30, "other")}, wish), "2") << "the most recent";
  EXPECT_EQ(choose_folder({used("1", 10, "other")}, wish), std::nullopt) << "there is room for a second one";
  EXPECT_EQ(choose_folder({used("1", 20, "other"), used("2", 10, "another")}, wish), "2") << "full: the oldest";
}

TEST(ChooseFolder, LeavesAloneWhatIsInUse) {
  const WorkspaceWish wish{.project = "shop", .setup_key = "k", .manifest_id = "m", .folders_max = two};
  WorkspaceFolder busy = used("1", 10);
  busy.is_free = false;
  EXPECT_EQ(choose_folder({busy, used("2", 5, "other")}, wish), "2");
  EXPECT_EQ(choose_folder({busy, busy, busy}, wish), std::nullopt) << "a new one, for the time being";
  EXPECT_EQ(folders_to_remove({busy, used("2", 50), used("3", 40), used("4", 60)}, two), (std::vector<std::string>{"3", "2"}));
  EXPECT_EQ(folders_to_remove({busy, busy, busy}, two), std::vector<std::string>{});
}

class WorkspaceTest : public testing::Test {
 protected:
  void write(const std::string& path, const std::string& content) { artifact::write_below(source(), path, content); }
  std::string source() const { return folder_.path() + "/source"; }
  Manifest sent() {
    Manifest manifest = artifact::scanned(source());
    artifact::send(manifest, source(), *store_);
    return manifest;
  }
  std::unique_ptr<Workspace> prepare(const Manifest& manifest, const std::string& setup = "", const std::string& project = "shop") {
    clock_.advance(Millis{1000});
    auto workspace = workspaces_.prepare(manifest, {.project = project, .setup = {.command = setup, .inputs = {"**/*.lock"}}});
    EXPECT_TRUE(workspace) << (workspace ? "" : workspace.error().message);
    return workspace ? std::move(*workspace) : nullptr;
  }
  std::string folders() const { return join(*io::list_directory(root()), " "); }
  std::string root() const { return folder_.path() + "/workspaces"; }
  bool looks_complete(const std::string& name) const { return io::exists(root() + "/" + name + "/complete"); }

  artifact::TemporaryFolder folder_;
  ManualClock clock_;
  Result<ContentStore> store_ = ContentStore::open(folder_.path() + "/contents");
  Workspaces workspaces_{{.folder = root(), .folders_max = two, .platform = "Linux"}, *store_, clock_};
};

TEST_F(WorkspaceTest, TheNextRunUsesTheSameFolderAndWritesTheDifference) {
  write("a", "1");
  write("b", "2");
  const std::string first = prepare(sent())->tree();
  write("b", "changed");
  const Manifest manifest = sent();
  const auto workspace = prepare(manifest);
  EXPECT_EQ(workspace->tree(), first);
  EXPECT_EQ(workspace->report().files_written, 1);
  EXPECT_EQ(artifact::scanned(workspace->tree()), manifest);
  EXPECT_FALSE(workspace->setup_is_due());
}

TEST_F(WorkspaceTest, TwoRunsAtOnceNeverShareAFolder) {
  write("a", "1");
  const Manifest manifest = sent();
  auto first = prepare(manifest);
  auto second = prepare(manifest);
  auto third = prepare(manifest);
  EXPECT_NE(first->tree(), second->tree());
  EXPECT_NE(second->tree(), third->tree());
  EXPECT_EQ(folders(), "1 2 3");
  third.reset();
  first.reset();
  prepare(manifest);
  EXPECT_EQ(folders(), "2 3") << "of what nobody uses the oldest goes";
}

TEST_F(WorkspaceTest, ThreadsDoNotTakeEachOthersFolder) {
  for (int i = 0; i < 20; ++i) write(fmt::format("f{}", i), "x");
  const Manifest manifest = sent();
  std::vector<std::unique_ptr<Workspace>> taken(6);
  std::vector<std::thread> threads;
  for (auto& place : taken)
    threads.emplace_back([&] {
      auto workspace = workspaces_.prepare(manifest, {.project = "shop"});
      if (workspace) place = std::move(*workspace);
    });
  for (std::thread& thread : threads) thread.join();
  std::set<std::string> trees;
  for (const auto& workspace : taken) {
    ASSERT_TRUE(workspace);
    EXPECT_TRUE(trees.insert(workspace->tree()).second);
    EXPECT_EQ(artifact::scanned(workspace->tree()), manifest);
  }
}

TEST_F(WorkspaceTest, SetupRunsOncePerLockFileAndItsResultStays) {
  write("package.lock", "1");
  write("src/a", "1");
  {
    const auto workspace = prepare(sent(), "npm ci");
    EXPECT_TRUE(workspace->setup_is_due());
    artifact::write_below(workspace->tree(), "node_modules/x/index.js", "installed");
    artifact::write_below(workspace->tree(), "src/generated.ts", "made");
    ASSERT_TRUE(workspace->setup_done());
    artifact::write_below(workspace->tree(), "results/shot.png", "by a test");
  }
  write("src/a", "2");
  {
    const auto workspace = prepare(sent(), "npm ci");
    EXPECT_FALSE(workspace->setup_is_due());
    EXPECT_TRUE(io::exists(workspace->tree() + "/node_modules/x/index.js"));
    EXPECT_TRUE(io::exists(workspace->tree() + "/src/generated.ts"));
    EXPECT_FALSE(io::exists(workspace->tree() + "/results"));
    EXPECT_EQ(*io::read_file(workspace->tree() + "/src/a"), "2");
  }
  write("package.lock", "2");
  const auto workspace = prepare(sent(), "npm ci");
  EXPECT_TRUE(workspace->setup_is_due());
  EXPECT_FALSE(io::exists(workspace->tree() + "/node_modules"));
}

TEST_F(WorkspaceTest, ASetupThatFailedRunsAgainInAFolderWithoutItsLeftovers) {
  write("package.lock", "1");
  {
    const auto workspace = prepare(sent(), "npm ci");
    artifact::write_below(workspace->tree(), "node_modules/half", "installed");
  }
  const auto workspace = prepare(sent(), "npm ci");
  EXPECT_TRUE(workspace->setup_is_due());
  EXPECT_FALSE(io::exists(workspace->tree() + "/node_modules"));
}

TEST_F(WorkspaceTest, AnotherCommandOrProjectIsAnotherFolderWhileThereIsRoom) {
  write("package.lock", "1");
  const Manifest manifest = sent();
  const std::string first = prepare(manifest, "npm ci")->tree();
  EXPECT_NE(prepare(manifest, "npm ci --production")->tree(), first);
  EXPECT_EQ(folders(), "1 2");
  prepare(manifest, "", "other");
  EXPECT_EQ(folders(), "1 2") << "the oldest was used for it";
}

// Stopped at every step there is: the folder never looks complete before it is, and the next run finishes it.
TEST_F(WorkspaceTest, StoppedAnywhereItDoesNotLookComplete) {
  for (const char* path : {"a/1", "a/2", "b/c/3", "4"}) write(path, path);
  prepare(sent());
  ASSERT_TRUE(io::remove_entry(source() + "/a"));
  for (const char* path : {"a", "b/c/3", "d/5"}) write(path, "new");
  const Manifest changed = sent();
  int stops = 0;
  for (int steps = 0;; ++steps) {
    int left = steps;
    const auto stopped = workspaces_.prepare(changed, {.project = "shop", .go_on = [&left] { return left-- > 0; }});
    if (stopped) break;
    EXPECT_EQ(stopped.error().code, ErrorCode::cancelled);
    EXPECT_FALSE(looks_complete("1")) << "after " << steps << " steps";
    ++stops;
    if (steps % 2 == 0) continue;  // every other time from the beginning
    ASSERT_TRUE(io::remove_entry(root() + "/1"));
  }
  EXPECT_GE(stops, 5);
  EXPECT_TRUE(looks_complete("1"));
  EXPECT_EQ(artifact::scanned(root() + "/1/tree"), changed);
}

TEST_F(WorkspaceTest, AFolderThatATestLockedIsOpenedAgain) {
  write("a/inner/1", "1");
  const Manifest manifest = sent();
  const std::string tree = prepare(manifest)->tree();
  artifact::write_below(tree, "a/inner/stray", "x");
  std::filesystem::permissions(tree + "/a/inner", std::filesystem::perms::none);
  std::filesystem::permissions(tree + "/a", std::filesystem::perms::owner_read);
  EXPECT_EQ(prepare(manifest)->tree(), tree);
  EXPECT_EQ(artifact::scanned(tree), manifest);
}

TEST_F(WorkspaceTest, BrokenNotesCostOnlyTime) {
  write("a", "1");
  const Manifest manifest = sent();
  prepare(manifest);
  for (const char* name : {"note", "complete", "stamps", "kept"}) std::ofstream(root() + "/1/" + name) << "\x01 nonsense";
  const auto workspace = prepare(manifest, "make");
  EXPECT_TRUE(workspace->setup_is_due());
  EXPECT_EQ(artifact::scanned(workspace->tree()), manifest);
}

TEST_F(WorkspaceTest, ContentsGoWithTheLastFolderThatHoldsThem) {
  write("a", "first");
  prepare(sent());
  write("a", "second");
  prepare(sent());
  EXPECT_EQ(*workspaces_.remove_unneeded_contents(Millis{3'600'000}), 0);
  EXPECT_EQ(*workspaces_.remove_unneeded_contents(Millis{-1000}), 5);
  EXPECT_FALSE(store_->has(sha256_hex("first")));
  EXPECT_TRUE(store_->has(sha256_hex("second")));
}

}  // namespace
}  // namespace tamarack::agent
