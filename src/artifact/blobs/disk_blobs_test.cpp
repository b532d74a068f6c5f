#include "artifact/blobs/disk_blobs.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/sha256.h"
#include "io/files.h"

namespace tamarack::artifact {
namespace {

class DiskBlobsTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "/blobs-" + testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    blobs_ = std::move(*open_disk_blobs(folder_));
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void upload(const std::string& project, const std::string& sha256, const std::string& bytes) {
    ASSERT_TRUE(io::append_file(*blobs_->partial_path(project, sha256), bytes));
  }

  std::string folder_;
  std::unique_ptr<BlobStore> blobs_;
  const std::string hello_ = sha256_hex("hello");
};

TEST_F(DiskBlobsTest, AnUploadInTwoPartsBecomesTheBlob) {
  upload("shop", hello_, "hel");
  EXPECT_EQ(blobs_->partial_bytes("shop", hello_), 3);
  EXPECT_FALSE(blobs_->has("shop", hello_));
  upload("shop", hello_, "lo");
  ASSERT_TRUE(blobs_->finish("shop", hello_, *blobs_->partial_path("shop", hello_)));
  EXPECT_EQ(*io::read_file(*blobs_->locate("shop", hello_)), "hello");
  EXPECT_EQ(blobs_->partial_bytes("shop", hello_), 0);
}

TEST_F(DiskBlobsTest, BytesThatAreNotWhatTheNameSaysLeaveNothing) {
  upload("shop", hello_, "jello");
  EXPECT_EQ(blobs_->finish("shop", hello_, *blobs_->partial_path("shop", hello_)).error().code, ErrorCode::corrupt);
  EXPECT_FALSE(blobs_->has("shop", hello_));
  EXPECT_EQ(blobs_->partial_bytes("shop", hello_), 0);
}

TEST_F(DiskBlobsTest, WhatOneProjectSentIsNotThereForAnother) {
  upload("shop", hello_, "hello");
  ASSERT_TRUE(blobs_->finish("shop", hello_, *blobs_->partial_path("shop", hello_)));
  EXPECT_FALSE(blobs_->has("other", hello_));
  EXPECT_EQ(blobs_->locate("other", hello_).error().code, ErrorCode::not_found);
}

TEST_F(DiskBlobsTest, AnInterruptedUploadOutlivesTheProcess) {
  upload("shop", hello_, "hel");
  blobs_ = std::move(*open_disk_blobs(folder_));
  EXPECT_EQ(blobs_->partial_bytes("shop", hello_), 3);
}

TEST_F(DiskBlobsTest, ANameThatIsNoHashLeadsNowhere) {
  EXPECT_EQ(blobs_->partial_path("shop", "../../etc/passwd").error().code, ErrorCode::invalid_argument);
  EXPECT_FALSE(blobs_->has("shop", "../x"));
}

TEST(BlobFolderName, IsOneSafeSegmentForAnyProject) {
  EXPECT_EQ(folder_name_of("my-shop_2"), "my-shop_2");
  EXPECT_EQ(folder_name_of("../a b/ü"), "%2E%2E%2Fa%20b%2F%C3%BC");
  const std::string long_name(300, 'x');
  EXPECT_LE(folder_name_of(long_name).size(), 120U);
  EXPECT_NE(folder_name_of(long_name), folder_name_of(long_name + "y"));
}

}  // namespace
}  // namespace tamarack::artifact
