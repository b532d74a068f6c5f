#include "io/tree_watch.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "io/files.h"
#include "io/loop.h"

namespace tamarack::io {
namespace {

namespace fs = std::filesystem;

class TreeWatchTest : public testing::Test {
 protected:
  TreeWatchTest() {
    char name[] = "/tmp/tamarack-tree-XXXXXX";
    folder_ = mkdtemp(name);
  }
  ~TreeWatchTest() override { (void)remove_tree(folder_).has_value(); }

  void watch() {
    tree_.emplace(inotify_,
                  TreeWatch::Callbacks{.enter = [](const std::string& folder) { return !folder.ends_with("/skipped"); },
                                       .on_file = [this](const std::string& path,
                                                         TreeWatch::Change change) { seen_[relative_to(folder_, path)].insert(change); },
                                       .on_trouble = [](const std::string& message) { ADD_FAILURE() << message; }});
    tree_->add(folder_);
  }
  void write(const std::string& path, const std::string& content = "x") { std::ofstream(folder_ + "/" + path) << content; }
  void make(const std::string& path) { ASSERT_TRUE(make_directories(folder_ + "/" + path)); }
  // What has happened to a path since the last question. Inotify is exact: no waiting is needed.
  std::set<TreeWatch::Change> changes(const std::string& path) {
    inotify_.drain();
    return std::exchange(seen_[path], {});
  }

  using Changes = std::set<TreeWatch::Change>;
  Loop loop_;
  Inotify inotify_{loop_};
  std::string folder_;
  std::optional<TreeWatch> tree_;
  std::map<std::string, Changes> seen_;
};

using enum TreeWatch::Change;

TEST_F(TreeWatchTest, ListsWhatIsThereAndTellsWhatChanges) {
  make("deep/er");
  write("deep/er/old.png");
  watch();
  EXPECT_EQ(changes("deep/er/old.png"), Changes{listed});
  write("deep/er/new.png");
  EXPECT_TRUE(changes("deep/er/new.png").contains(closed));
  std::ofstream open(folder_ + "/open.webm");
  open << "frame" << std::flush;
  EXPECT_EQ(changes("open.webm"), Changes{written});
  open.close();
  EXPECT_EQ(changes("open.webm"), Changes{closed});
  fs::rename(folder_ + "/open.webm", folder_ + "/deep/done.webm");
  EXPECT_EQ(changes("open.webm"), Changes{gone});
  EXPECT_EQ(changes("deep/done.webm"), Changes{moved_in});
  fs::remove(folder_ + "/deep/done.webm");
  EXPECT_EQ(changes("deep/done.webm"), Changes{gone});
}

TEST_F(TreeWatchTest, AFileInAFolderThatIsMadeTogetherWithItIsNotMissed) {
  watch();
  make("a/b/c/d");
  write("a/b/c/d/shot.png");
  EXPECT_TRUE(changes("a/b/c/d/shot.png").contains(listed));
  write("a/b/c/d/second.png");
  EXPECT_TRUE(changes("a/b/c/d/second.png").contains(closed));
}

TEST_F(TreeWatchTest, FoldersThatMoveAreFollowed) {
  watch();
  make("before/in");
  write("before/in/a.png");
  EXPECT_FALSE(changes("before/in/a.png").empty());
  fs::rename(folder_ + "/before", folder_ + "/after");
  EXPECT_TRUE(changes("after/in/a.png").contains(listed));
  write("after/in/b.png");
  EXPECT_TRUE(changes("after/in/b.png").contains(closed));
  EXPECT_TRUE(changes("before/in/b.png").empty()) << "nothing under its old name";
}

TEST_F(TreeWatchTest, AFolderThatIsRemovedAndMadeAgainIsFollowed) {
  make("shots");
  watch();
  fs::remove_all(folder_ + "/shots");
  inotify_.drain();
  make("shots");
  write("shots/a.png");
  EXPECT_FALSE(changes("shots/a.png").empty());
  write("shots/b.png");
  EXPECT_TRUE(changes("shots/b.png").contains(closed));
}

TEST_F(TreeWatchTest, SkippedFoldersAndLinksAreLeftAlone) {
  make("skipped");
  make("real");
  fs::create_directory_symlink(folder_ + "/real", folder_ + "/link");
  write("real/target.png");
  fs::create_symlink(folder_ + "/real/target.png", folder_ + "/link.png");
  watch();
  write("skipped/a.png");
  EXPECT_TRUE(changes("skipped/a.png").empty());
  EXPECT_TRUE(changes("link/target.png").empty());
  EXPECT_FALSE(look_at(folder_ + "/link.png").has_value());
  EXPECT_FALSE(look_at(folder_ + "/real").has_value());
  EXPECT_EQ(look_at(folder_ + "/real/target.png")->size, 1);
}

TEST_F(TreeWatchTest, ARescanFindsEverythingOnce) {
  make("a/b");
  write("a/b/c.png");
  watch();
  (void)changes("a/b/c.png");
  tree_->rescan();
  EXPECT_EQ(changes("a/b/c.png"), Changes{listed});
}

TEST_F(TreeWatchTest, ThousandsOfFilesInNewFoldersAreAllSeen) {
  watch();
  for (int folder = 0; folder < 40; ++folder) {
    make(fmt::format("many/{}", folder));
    for (int file = 0; file < 50; ++file) write(fmt::format("many/{}/{}.png", folder, file));
  }
  inotify_.drain();
  std::size_t seen = 0;
  for (const auto& [path, what] : seen_) seen += path.starts_with("many/") && !what.empty() ? 1 : 0;
  EXPECT_EQ(seen, 2000U);
}

}  // namespace
}  // namespace tamarack::io
