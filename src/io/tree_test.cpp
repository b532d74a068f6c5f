#include "io/tree.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "base/text.h"
#include "io/files.h"
#include "io/platform.h"

namespace tamarack::io {
namespace {

class TreeTest : public testing::Test {
 protected:
  TreeTest() {
    char name[] = "/tmp/tamarack-tree-XXXXXX";
    folder_ = mkdtemp(name);
  }
  ~TreeTest() override { (void)remove_entry(folder_).has_value(); }
  std::string write(const std::string& path, const std::string& content) {
    const std::string file = folder_ + "/" + path;
    EXPECT_TRUE(make_directories(parent_path(file)));
    std::ofstream(file, std::ios::binary) << content;
    return file;
  }
  std::string listed(const std::function<bool(const std::string&)>& enter) {
    std::vector<std::string> paths;
    const auto entries = list_tree(folder_, enter);
    EXPECT_TRUE(entries) << (entries ? "" : entries.error().message);
    if (entries)
      for (const TreeEntry& entry : *entries) paths.push_back(entry.path);
    return join(paths, " ");
  }

  std::string folder_;
};

TEST_F(TreeTest, ListsInTheOrderOfBytesAndEntersWhatItIsAllowedTo) {
  write("a/b", "");
  write("a-b", "");
  write("skipped/x", "");
  ASSERT_TRUE(make_symlink("/", folder_ + "/root"));
  EXPECT_EQ(listed([](const std::string& path) { return path != "skipped"; }), "a a-b a/b root skipped");
}

TEST_F(TreeTest, SaysWhatAnEntryIs) {
  const std::string file = write("run.sh", "exit");
  ASSERT_TRUE(set_executable(file, true));
  const auto look = look_at_entry(file);
  ASSERT_TRUE(look && *look);
  EXPECT_EQ((*look)->kind, EntryKind::file);
  EXPECT_TRUE((*look)->executable);
  EXPECT_EQ((*look)->size, 4);
  ASSERT_TRUE(make_symlink("nowhere", folder_ + "/link"));
  EXPECT_EQ((**look_at_entry(folder_ + "/link")).kind, EntryKind::symlink);
  EXPECT_EQ(*read_symlink(folder_ + "/link"), "nowhere");
  EXPECT_FALSE(*look_at_entry(folder_ + "/run.sh/below"));
  EXPECT_FALSE(*look_at_entry(folder_ + "/none"));
}

TEST_F(TreeTest, ARewriteThatRestoresTheTimeIsStillSeen) {
  const std::string file = write("a", "one");
  const EntryLook before = **look_at_entry(file);
  const timespec times[2] = {{}, {before.modified_ns / 1'000'000'000, before.modified_ns % 1'000'000'000}};
  EntryLook after = before;
  // The clock of the file system ticks every few milliseconds: write until it has.
  while (after.changed_ns == before.changed_ns) {
    std::ofstream(file) << "two";
    ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), times, 0), 0);
    after = **look_at_entry(file);
  }
  EXPECT_EQ(after.modified_ns, before.modified_ns);
  EXPECT_EQ(after.size, before.size);
}

TEST_F(TreeTest, AClonedFileIsAFileOfItsOwn) {
  const std::string big(3'000'000, 'x');
  const std::string from = write("from", big);
  const mode_t umask_before = ::umask(0777);
  EXPECT_EQ(*clone_file(from, folder_ + "/to", true), 3'000'000);
  ::umask(umask_before);
  EXPECT_EQ(*read_file(folder_ + "/to"), big);
  EXPECT_TRUE((**look_at_entry(folder_ + "/to")).executable);
  std::ofstream(folder_ + "/to") << "written";
  EXPECT_EQ(*read_file(from), big);
  EXPECT_EQ(clone_file(from, folder_ + "/to", false).error().message, "cannot create '" + folder_ + "/to': File exists");
  EXPECT_EQ(*clone_file(write("empty", ""), folder_ + "/empty-copy", false), 0);
  EXPECT_GT(*clone_file("/proc/self/status", folder_ + "/status", false), 100) << "a file that says that it is empty";
  EXPECT_EQ(clone_file(folder_ + "/none", folder_ + "/x", false).error().code, ErrorCode::not_found);
}

TEST_F(TreeTest, RemovesWhateverIsThereAndNothingBehindALink) {
  write("target/file", "kept");
  ASSERT_TRUE(make_symlink(folder_ + "/target", folder_ + "/link"));
  ASSERT_TRUE(remove_entry(folder_ + "/link"));
  EXPECT_TRUE(exists(folder_ + "/target/file"));
  write("locked/inner/file", "");
  ASSERT_EQ(::chmod((folder_ + "/locked/inner").c_str(), 0), 0);
  ASSERT_EQ(::chmod((folder_ + "/locked").c_str(), 0), 0);
  EXPECT_TRUE(remove_entry(folder_ + "/locked"));
  EXPECT_FALSE(exists(folder_ + "/locked"));
  EXPECT_TRUE(remove_entry(folder_ + "/none"));
}

TEST(Platform, HasAName) {
  EXPECT_TRUE(platform_name().starts_with("Linux "));
}

}  // namespace
}  // namespace tamarack::io
