#include "artifact/workspace/hash_cache.h"

#include <gtest/gtest.h>

#include "base/sha256.h"
#include "tests/workspace/fixture.h"

namespace tamarack::artifact {
namespace {

class HashCacheTest : public testing::Test {
 protected:
  io::EntryLook look(const std::string& path) { return **io::look_at_entry(folder_.path() + "/" + path); }
  std::string hash(HashCache& cache, const std::string& path) {
    io::EntryLook now = look(path);
    const Result<std::string> sha256 = cache.hash(folder_.path(), path, now);
    return sha256 ? *sha256 : sha256.error().message;
  }
  // As if the file had been left alone for a while.
  io::EntryLook old_look(const std::string& path) {
    io::EntryLook old = look(path);
    old.changed_ns -= 10'000'000'000;
    return old;
  }

  TemporaryFolder folder_;
  std::string file_ = folder_.path() + "/hashes";
};

TEST_F(HashCacheTest, RemembersOldFilesAndReadsThemOnce) {
  write_below(folder_.path(), "a", "abc");
  HashCache cache;
  io::EntryLook old = old_look("a");
  cache.learn("a", old, sha256_hex("abc"));
  EXPECT_EQ(*cache.hash(folder_.path(), "a", old), sha256_hex("abc"));
  EXPECT_EQ(cache.files_read(), 0);
  ASSERT_TRUE(cache.save(file_));
  const HashCache loaded = HashCache::load(file_);
  EXPECT_EQ(loaded.known("a", old), sha256_hex("abc"));
  for (const int what : {0, 1, 2, 3}) {
    io::EntryLook other = old;
    if (what == 0) ++other.size;
    if (what == 1) ++other.modified_ns;
    if (what == 2) ++other.changed_ns;
    if (what == 3) ++other.inode;
    EXPECT_EQ(loaded.known("a", other), "") << what;
  }
}

TEST_F(HashCacheTest, DoesNotTrustAFileThatWasJustWritten) {
  write_below(folder_.path(), "a", "abc");
  HashCache cache;
  EXPECT_EQ(hash(cache, "a"), sha256_hex("abc"));
  write_below(folder_.path(), "a", "xyz");  // may be within one tick of the clock, with the same size
  EXPECT_EQ(hash(cache, "a"), sha256_hex("xyz"));
  EXPECT_EQ(cache.files_read(), 2);
}

TEST_F(HashCacheTest, ABrokenFileIsAnEmptyCache) {
  write_below(folder_.path(), "a\n b", "abc");
  HashCache cache;
  const io::EntryLook old = old_look("a\n b");
  cache.learn("a\n b", old, sha256_hex("abc"));
  ASSERT_TRUE(cache.save(file_));
  const std::string whole = *io::read_file(file_);
  EXPECT_EQ(HashCache::load(file_).known("a\n b", old), sha256_hex("abc"));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    std::ofstream(file_, std::ios::binary) << whole.substr(0, length);
    EXPECT_EQ(HashCache::load(file_).known("a\n b", old), "") << "cut after " << length << " bytes";
  }
  EXPECT_EQ(HashCache::load(folder_.path() + "/none").known("a", old), "");
}

TEST_F(HashCacheTest, ForgetsWhatIsNoLongerThere) {
  write_below(folder_.path(), "a", "abc");
  HashCache cache;
  io::EntryLook old = old_look("a");
  cache.learn("a", old, sha256_hex("abc"));
  cache.learn("gone", old, sha256_hex("abc"));
  ASSERT_TRUE(cache.save(file_));
  HashCache next = HashCache::load(file_);
  EXPECT_FALSE(next.is_changed());
  EXPECT_TRUE(next.hash(folder_.path(), "a", old));
  next.forget_untouched();
  EXPECT_TRUE(next.is_changed());
  EXPECT_EQ(next.known("gone", old), "");
  EXPECT_EQ(next.known("a", old), sha256_hex("abc"));
}

TEST_F(HashCacheTest, ErrorsNameTheFile) {
  write_below(folder_.path(), "a", "abc");
  io::EntryLook now = look("a");
  ASSERT_TRUE(io::remove_entry(folder_.path() + "/a"));
  HashCache cache;
  EXPECT_EQ(cache.hash(folder_.path(), "a", now).error().message, "cannot read '" + folder_.path() + "/a'");
}

}  // namespace
}  // namespace tamarack::artifact
