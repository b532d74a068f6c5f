#include "artifact/workspace/content_store.h"

#include <gtest/gtest.h>

#include "base/sha256.h"
#include "base/text.h"
#include "tests/workspace/fixture.h"

namespace tamarack::artifact {
namespace {

class ContentStoreTest : public testing::Test {
 protected:
  std::string received(const std::string& content) {
    std::string path = store_->incoming_path();
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  domain::Manifest manifest_of(const std::vector<std::string>& contents) {
    domain::Manifest manifest;
    for (std::size_t i = 0; i < contents.size(); ++i)
      manifest.entries.push_back(
          {.path = fmt::format("f{}", i), .size = static_cast<std::int64_t>(contents[i].size()), .sha256 = sha256_hex(contents[i])});
    return manifest;
  }
  std::string missing(const domain::Manifest& manifest) {
    std::vector<std::string> paths;
    for (const auto& one : store_->missing(manifest)) paths.push_back(one.path);
    std::sort(paths.begin(), paths.end());
    return join(paths, " ");
  }

  TemporaryFolder folder_;
  Result<ContentStore> store_ = ContentStore::open(folder_.path() + "/contents");
};

TEST_F(ContentStoreTest, KnowsWhatIsMissingEachContentOnce) {
  const domain::Manifest manifest = manifest_of({"abc", "abc", "xyz", ""});
  EXPECT_EQ(missing(manifest), "f0 f2 f3");
  ASSERT_TRUE(store_->put(sha256_hex("abc"), received("abc")));
  EXPECT_EQ(missing(manifest), "f2 f3");
  EXPECT_EQ(*io::read_file(*store_->locate(sha256_hex("abc"))), "abc");
  EXPECT_EQ(store_->locate(sha256_hex("xyz")).error().code, ErrorCode::not_found);
}

TEST_F(ContentStoreTest, RefusesBytesThatAreNotWhatTheirNameSays) {
  const std::string file = received("forged");
  const Result<> put = store_->put(sha256_hex("abc"), file);
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().code, ErrorCode::corrupt);
  EXPECT_EQ(put.error().message, fmt::format("expected content with the SHA-256 {}, got {}", sha256_hex("abc"), sha256_hex("forged")));
  EXPECT_TRUE(io::exists(file));
  EXPECT_FALSE(store_->has(sha256_hex("abc")));
  EXPECT_FALSE(store_->has(sha256_hex("forged")));
  EXPECT_EQ(store_->put("../../escaped", file).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(store_->put(sha256_hex("x"), folder_.path() + "/none").error().code, ErrorCode::not_found);
}

TEST_F(ContentStoreTest, PuttingTwiceIsPuttingOnce) {
  ASSERT_TRUE(store_->put(sha256_hex("abc"), received("abc")));
  const std::string again = received("abc");
  ASSERT_TRUE(store_->put(sha256_hex("abc"), again));
  EXPECT_FALSE(io::exists(again)) << "it was taken";
}

TEST_F(ContentStoreTest, OneThatLostBytesCountsAsMissing) {
  const domain::Manifest manifest = manifest_of({"abc"});
  ASSERT_TRUE(store_->put(sha256_hex("abc"), received("abc")));
  const std::string stored = *store_->locate(sha256_hex("abc"));
  ASSERT_TRUE(io::remove_entry(stored));
  std::ofstream(stored) << "";  // what a power failure leaves
  EXPECT_EQ(missing(manifest), "f0");
  ASSERT_TRUE(store_->put(sha256_hex("abc"), received("abc")));
  EXPECT_EQ(missing(manifest), "");
  store_->drop(sha256_hex("abc"));
  EXPECT_EQ(missing(manifest), "f0");
}

TEST_F(ContentStoreTest, WhatAKilledProcessHalfReceivedIsGone) {
  const std::string half = received("half");
  ASSERT_TRUE(store_->put(sha256_hex("abc"), received("abc")));
  store_ = ContentStore::open(folder_.path() + "/contents");
  EXPECT_FALSE(io::exists(half));
  EXPECT_TRUE(store_->has(sha256_hex("abc")));
}

TEST_F(ContentStoreTest, LetsGoOfWhatNobodyNeedsAndWhatIsOldEnough) {
  ASSERT_TRUE(store_->put(sha256_hex("abc"), received("abc")));
  ASSERT_TRUE(store_->put(sha256_hex("wxyz"), received("wxyz")));
  EXPECT_EQ(*store_->remove_unneeded({sha256_hex("abc")}, 3'600'000), 0) << "it may belong to a manifest that is on its way";
  EXPECT_EQ(*store_->remove_unneeded({sha256_hex("abc")}, -1'000), 4);
  EXPECT_TRUE(store_->has(sha256_hex("abc")));
  EXPECT_FALSE(store_->has(sha256_hex("wxyz")));
}

}  // namespace
}  // namespace tamarack::artifact
