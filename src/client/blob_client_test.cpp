#include "client/blob_client.h"

#include <gtest/gtest.h>

#include <deque>

#include "base/sha256.h"
#include "client/server_double.h"
#include "io/files.h"

namespace tamarack::client {
namespace {

const std::string first = sha256_hex("hello world");
const std::string second = sha256_hex("another");

class BlobClientTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(io::make_directories(folder_));
    ASSERT_TRUE(io::write_file(file_, "hello world"));
  }
  void TearDown() override { EXPECT_TRUE(io::remove_tree(folder_)); }

  // The server answers these in turn, then 201; to a question for what is missing it says that of `first` it has `here_` bytes.
  ServerDouble server_{[this](const Asked& what, io::Exchange& exchange) {
    if (what.line.ends_with("/blobs/missing")) {
      wire::MissingAnswer answer;
      for (const std::string& sha256 : missing_) answer.missing.push_back({sha256, here_});
      return exchange.answer({.status = 200, .body = encode(answer)});
    }
    const int status = answers_.empty() ? 201 : answers_.front();
    if (!answers_.empty()) answers_.pop_front();
    exchange.answer(status == 201 ? io::Answer{.status = 201} : io::problem(status, "no"));
  }};
  std::string upload(std::int64_t offset) {
    ApiClient api(server_.loop(), server_.address());
    BlobClient blobs(api, {.project = "a shop"});
    std::string outcome;
    blobs.upload(first, file_, offset, [&](const Result<>& done) {
      outcome = done ? "sent" : done.error().message;
      server_.stop();
    });
    server_.run();
    EXPECT_TRUE(blobs.is_idle());
    return outcome;
  }
  // "PUT ?offset=3 lo" of every upload.
  std::string puts() const {
    std::string text;
    for (const Asked& one : server_.asked())
      if (one.line.starts_with("PUT ")) text += "PUT" + one.line.substr(one.line.find(first) + first.size()) + " " + one.body + "\n";
    return text;
  }

  std::string folder_ = testing::TempDir() + "/blobs-" + testing::UnitTest::GetInstance()->current_test_info()->name();
  std::string file_ = folder_ + "/file";
  std::deque<int> answers_;
  std::vector<std::string> missing_{first};
  std::int64_t here_ = 0;
};

TEST_F(BlobClientTest, AnUploadGoesOnWhereTheServerSaysItWasCut) {
  answers_ = {503};
  here_ = 6;
  EXPECT_EQ(upload(0), "sent");
  EXPECT_EQ(puts(), "PUT hello world\nPUT?offset=6 world\n");
  EXPECT_TRUE(server_.asked()[0].line.starts_with("PUT /api/v1/projects/a shop/blobs/")) << server_.story();
}

TEST_F(BlobClientTest, WhatArrivedAfterAllIsNotSentAgain) {
  answers_ = {503};
  missing_ = {};
  EXPECT_EQ(upload(0), "sent");
  EXPECT_EQ(puts(), "PUT hello world\n");
}

TEST_F(BlobClientTest, PartsThatDoNotFitAreLeftForAWholeOne) {
  for (const int status : {409, 422}) {
    answers_ = {status};
    EXPECT_EQ(upload(6), "sent") << status;
  }
  EXPECT_EQ(puts(), "PUT?offset=6 world\nPUT hello world\nPUT?offset=6 world\nPUT hello world\n");
}

TEST_F(BlobClientTest, AFileThatIsNotWhatItsHashSaysIsGivenUp) {
  answers_ = {422, 422, 422, 422, 422, 422};
  EXPECT_EQ(upload(0), "'" + file_ + "' changed while it was sent");
  EXPECT_EQ(puts(), "PUT hello world\nPUT hello world\nPUT hello world\n");
}

TEST_F(BlobClientTest, WhatIsRefusedForGoodIsNotTriedAgain) {
  answers_ = {413};
  EXPECT_EQ(upload(0), "blob " + first.substr(0, 12) + ": no");
  EXPECT_EQ(server_.asked().size(), 1U);
}

// A server cannot have a file sent by saying that it lacks it.
TEST_F(BlobClientTest, OnlyWhatIsMissingAndWasOfferedIsSent) {
  missing_ = {second, first};
  ApiClient api(server_.loop(), server_.address());
  BlobClient blobs(api, {.project = "shop"});
  std::string outcome;
  blobs.send_missing({{first, file_}, {first, file_}, {sha256_hex("here already"), folder_ + "/none"}},
                     [&](const Result<std::int64_t>& sent) {
                       outcome = sent ? fmt::format("{} sent", *sent) : sent.error().message;
                       server_.stop();
                     });
  server_.run();
  EXPECT_EQ(outcome, "1 sent");
  EXPECT_EQ(puts(), "PUT hello world\n");
}

}  // namespace
}  // namespace tamarack::client
