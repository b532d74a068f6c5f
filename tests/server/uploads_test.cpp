// Machines of one CI job send the same files in the same moment.
#include <gtest/gtest.h>

#include "tests/server/flow_talk.h"
#include "tests/server/shop.h"

namespace tamarack::coordinator {
namespace {

class UploadsTest : public ShopTest {
 protected:
  void SetUp() override { open_shop(); }
  AskedPtr begin_put(const std::string& sha256, const std::string& bytes) {
    return talk_.begin({.method = "PUT", .path = "/api/v1/projects/shop/blobs/" + sha256, .token = runner_, .body = bytes});
  }
  FlowTalk talk_{world_};
};

TEST_F(UploadsTest, OfTheSameContentDoNotDisturbEachOther) {
  for (int round = 0; round < 20; ++round) {
    const std::string bytes(static_cast<std::size_t>(3'000 * (round + 1)), static_cast<char>('a' + round));
    const std::string sha256 = sha256_hex(bytes);
    std::vector<AskedPtr> all;
    for (int i = 0; i < 4; ++i) all.push_back(begin_put(sha256, bytes));
    talk_.finish(all);
    for (const AskedPtr& one : all) EXPECT_EQ(one->answer.status, 201) << one->answer.body;
    EXPECT_EQ(get("/api/v1/projects/shop/blobs/" + sha256).body, bytes);
  }
  EXPECT_EQ(metric("blobs_refused_total"), "0");
}

TEST_F(UploadsTest, OneWithWrongBytesSpoilsNoOther) {
  const std::string bytes(20'000, 'x');
  const std::string sha256 = sha256_hex(bytes);
  const std::vector<AskedPtr> all{begin_put(sha256, std::string(20'000, 'y')), begin_put(sha256, bytes)};
  talk_.finish(all);
  EXPECT_EQ(all[0]->answer.status, 422);
  EXPECT_EQ(all[1]->answer.status, 201);
}

TEST_F(UploadsTest, AProjectMayBeNamedLikeARepository) {
  const std::string runner = world_.token("acme/shop", domain::Role::runner);
  const std::string sha256 = sha256_hex("hello");
  const std::string at = "/api/v1/projects/acme%2Fshop/blobs/" + sha256;
  EXPECT_EQ(world_.ask({.method = "PUT", .path = at, .token = runner, .fields = {}, .body = "hello"}).status, 201);
  EXPECT_EQ(world_.get(at, runner).body, "hello");
  EXPECT_EQ(world_.get(at, runner_).status, 403);
  EXPECT_EQ(world_.get("/api/v1/projects/acme%2Fshop/tests", runner).status, 200);
  EXPECT_EQ(world_.get("/api/v1/projects/acme/shop/tests", runner).status, 404);
}

}  // namespace
}  // namespace tamarack::coordinator
