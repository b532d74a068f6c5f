#include "io/file_tail.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>

#include "io/files.h"

namespace tamarack::io {
namespace {

class FileTailTest : public testing::Test {
 protected:
  FileTailTest() {
    char name[] = "/tmp/tamarack-tail-XXXXXX";
    folder_ = mkdtemp(name);
    path_ = folder_ + "/log";
  }
  ~FileTailTest() override { (void)remove_tree(folder_).has_value(); }
  void append(const std::string& text) { ASSERT_TRUE(append_file(path_, text)); }
  // "(new)" before what begins a file.
  static std::string next(FileTail& tail) {
    const auto piece = tail.read(1 << 16);
    if (!piece) return std::string(to_string(piece.error().code));
    return (piece->is_new_file ? "(new)" : "") + piece->bytes;
  }

  std::string folder_;
  std::string path_;
};

TEST_F(FileTailTest, ReadsOnFromWhereItStopped) {
  FileTail tail(path_, 1000);
  EXPECT_EQ(next(tail), "not_found");
  append("a\n");
  EXPECT_EQ(next(tail), "(new)a\n");
  EXPECT_EQ(next(tail), "");
  append("b\nc");
  EXPECT_EQ(next(tail), "b\nc");
}

TEST_F(FileTailTest, ARotatedFileIsReadToItsEndFirst) {
  FileTail tail(path_, 1000);
  append("a\n");
  next(tail);
  append("last\n");
  std::filesystem::rename(path_, path_ + ".1");
  append("first\n");
  EXPECT_EQ(next(tail), "last\n");
  EXPECT_EQ(next(tail), "(new)first\n");
}

TEST_F(FileTailTest, ATruncatedFileIsReadFromItsStart) {
  FileTail tail(path_, 1000);
  append("one two three\n");
  next(tail);
  std::filesystem::resize_file(path_, 0);
  append("new\n");
  EXPECT_EQ(next(tail), "(new)new\n");
  std::filesystem::resize_file(path_, 0);
  append("it has grown beyond what was read since\n");
  EXPECT_EQ(next(tail), "(new)it has grown beyond what was read since\n");
}

TEST_F(FileTailTest, AFileThatWentAwayAndCameBack) {
  FileTail tail(path_, 1000);
  append("a\n");
  next(tail);
  std::filesystem::remove(path_);
  EXPECT_EQ(next(tail), "not_found");
  append("b\n");
  EXPECT_EQ(next(tail), "(new)b\n");
}

TEST_F(FileTailTest, OfALongFileOnlyWholeLinesAtItsEnd) {
  append("12345\nabc\nxyz\n");
  EXPECT_EQ(next(*std::make_unique<FileTail>(path_, 8)), "(new)abc\nxyz\n");
  EXPECT_EQ(next(*std::make_unique<FileTail>(path_, 7)), "(new)xyz\n");
  EXPECT_EQ(next(*std::make_unique<FileTail>(path_, 100)), "(new)12345\nabc\nxyz\n");
}

TEST_F(FileTailTest, APipeIsNotOpened) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(read_head(path_, 10).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(read_head(folder_, 10).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(read_head(folder_ + "/no/such", 10).error().code, ErrorCode::not_found);
}

TEST_F(FileTailTest, AHeadIsCut) {
  append("0123456789");
  const auto head = read_head(path_, 4);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->bytes, "0123");
  EXPECT_EQ(head->size, 10U);
}

}  // namespace
}  // namespace tamarack::io
