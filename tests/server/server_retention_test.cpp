// What a server lets go of, and what it never does: on a real database and real files.
#include "coordinator/read_run.h"
#include "io/files.h"
#include "tests/server/shop.h"

namespace tamarack::coordinator {
namespace {

using domain::Role;

class ServerRetentionTest : public ShopTest {
 protected:
  // Another server on the same folder, which lets everything go at once that it may.
  void tidy(const RetentionRules& rules) {
    said_.clear();
    world_.adjust = [this, rules](ServerSettings& settings) {
      settings.cleaner = {.rules = rules, .first_after = Millis{1}, .interval = Millis{20}};
      settings.say = [this](const std::string& line) { said_ += line + "\n"; };
    };
    world_.restart(false, {.heartbeat = Millis{200}});
  }
  bool has_blob(const std::string& bytes) { return get("/api/v1/projects/shop/blobs/" + sha256_hex(bytes)).status == 200; }
  static RetentionRules at_once() {
    return {.runs_keep = Millis{1},
            .retry_kept = Millis{1},
            .unused_kept = Millis{0},
            .unused_kept_when_full = Millis{0},
            .uploads_kept = Millis{0}};
  }
  std::string said_;
};

TEST_F(ServerRetentionTest, AnOldRunGoesWithItsFilesAndLeavesItsHistory) {
  open_shop();
  whole_run("r-11", {}, "works 1");
  whole_run("r-12");
  ASSERT_TRUE(io::write_file(*world_.blobs().partial_path("shop", sha256_hex("cut")), "cu"));
  const std::string test = ServerWorld::plan_of(3).tests[1].id.value;
  const std::string before = get("/api/v1/projects/shop/tests/" + test).body;
  tidy(at_once());
  wait_until([&] { return says(said_, "removed 1 run"); });
  EXPECT_FALSE(has_blob("manifest of r-11"));
  EXPECT_TRUE(says(said_, "retention: removed 1 run: r-11 (shop, older than 0 days)")) << said_;
  const auto gone = get("/api/v1/runs/r-11");
  EXPECT_EQ(gone.status, 410) << gone.body;
  EXPECT_TRUE(says(gone.body, "was old and has been removed on")) << gone.body;
  EXPECT_EQ(get("/api/v1/runs/r-11/report").status, 410);
  EXPECT_EQ(world_.get("/api/v1/runs/r-11", world_.token("other", Role::admin)).status, 404) << "nobody else's business";
  EXPECT_FALSE(says(get("/api/v1/runs").body, "r-11"));
  EXPECT_EQ(get("/api/v1/runs/r-12/report").status, 200);
  EXPECT_TRUE(has_blob("manifest of r-12")) << "its configuration is the project's of today";
  EXPECT_EQ(get("/api/v1/projects/shop/tests/" + test).body, before) << "figures and executions are as they were";
  EXPECT_TRUE(says(before, R"("run_id":"r-11")")) << before;
  EXPECT_EQ(world_.data().journal_end(domain::RunId{"r-11"}).value(), 0);
  EXPECT_EQ(world_.blobs().partial_bytes("shop", sha256_hex("cut")), 0) << "and the upload that was cut";
  EXPECT_EQ(metric("retention_runs_removed_total"), "1");
  EXPECT_EQ(post("/api/v1/runs", encode(request("r-11"))).status, 409) << "its name stays its own";
}

TEST_F(ServerRetentionTest, WhatARetriedJobNeedsStays) {
  open_shop();
  whole_run("r-11", "ci/7", "works 1");
  whole_run("r-12");
  whole_run("r-13");
  RetentionRules rules = at_once();
  rules.retry_kept = RetentionRules::day;
  rules.unused_kept = rules.unused_kept_when_full = RetentionRules::day;  // what r-14 sends is nobody's until it is asked for
  tidy(rules);
  wait_until([&] { return says(said_, "removed 1 run: r-12"); });
  EXPECT_EQ(start(request("r-14", "ci/7")).state, wire::Started::continued) << "it runs what failed in r-11, and carries the rest";
}

// The green run before the red one must not take its place: the retry would be green without having run anything.
TEST_F(ServerRetentionTest, NoOlderRunTakesThePlaceOfARemovedOne) {
  open_shop();
  whole_run("r-11", "ci/7");
  wire::RunRequest red = request("r-12", "ci/7");
  red.afresh = true;
  start(red);
  finish(red, "works 1");
  ASSERT_TRUE(world_.data().retention().hide_run(domain::RunId{"r-12"}, world_.clock().now()));
  const wire::RunRequest retry = request("r-13", "ci/7");
  EXPECT_EQ(start(retry).state, wire::Started::started) << "everything runs";
  wire::RunRequest carrying = request("r-14");
  carrying.carry_from = domain::RunId{"r-12"};
  EXPECT_EQ(post("/api/v1/runs", encode(carrying)).status, 404) << "nothing is left to carry";
}

// Somebody asked for its report a moment before.
TEST_F(ServerRetentionTest, ARunThatIsBeingRemovedIsNotReadHalf) {
  open_shop();
  whole_run("r-11");
  const domain::RunId run{"r-11"};
  ASSERT_TRUE(load_journal(world_.data(), run));
  ASSERT_TRUE(world_.data().retention().hide_run(run, world_.clock().now()));
  ASSERT_TRUE(world_.data().retention().clear_hidden(1));
  EXPECT_EQ(load_journal(world_.data(), run).error().code, ErrorCode::not_found);
  FoldedRuns folded;
  EXPECT_EQ(folded.of(world_.data(), run).error().message, "run 'r-11' is being removed");
}

TEST_F(ServerRetentionTest, AProjectMaySendNoMoreThanItsShare) {
  open_shop([](ServerSettings& settings) {
    settings.cleaner = {.rules = {.artifacts_max = 1000}, .first_after = Millis{3600'000}, .interval = Millis{3600'000}};
  });
  EXPECT_EQ(put_blob(sha256_hex(std::string(800, 'a')), std::string(800, 'a')).status, 201);
  const auto refused = put_blob(sha256_hex(std::string(300, 'b')), std::string(300, 'b'));
  EXPECT_EQ(refused.status, 507) << refused.body;
  EXPECT_TRUE(says(refused.body, "take all of the 1000 B it may have; raise artifacts_max_gb")) << refused.body;
  EXPECT_EQ(world_
                .ask({.method = "PUT",
                      .path = "/api/v1/projects/other/blobs/" + sha256_hex(std::string(300, 'b')),
                      .token = world_.token("other", Role::runner),
                      .fields = {},
                      .body = std::string(300, 'b')})
                .status,
            201)
      << "others have theirs";
  RetentionRules rules = at_once();
  rules.artifacts_max = 1000;
  tidy(rules);
  wait_until([&] { return metric("retention_bytes_freed_total") != "0"; });
  EXPECT_EQ(put_blob(sha256_hex(std::string(300, 'b')), std::string(300, 'b')).status, 201) << "nobody needed what was there";
}

TEST_F(ServerRetentionTest, ARunAtWorkKeepsItsFiles) {
  open_shop();
  const wire::RunRequest wanted = request("r-11");
  start(wanted);
  EXPECT_EQ(put_blob(sha256_hex("nobody's"), "nobody's").status, 201);
  tidy(at_once());
  wait_until([&] { return !has_blob("nobody's"); });
  EXPECT_TRUE(has_blob("manifest of r-11"));
  finish(wanted);
  EXPECT_TRUE(says(get("/api/v1/runs/r-11").body, R"("verdict":"passed")"));
}

// A list of them asks for all again and again.
TEST(FoldedRuns, AsManyAsAreListedTogetherAreFoldedOnce) {
  ServerWorld world(testing::TempDir() + "/folded-runs");
  std::vector<domain::RunId> runs;
  for (int i = 0; i < 12; ++i) {
    runs.push_back(domain::RunId{fmt::format("r-{}", i + 10)});
    world.add_run(runs.back().value, "shop");
  }
  FoldedRuns folded;
  std::vector<const run::Run*> first;
  for (const domain::RunId& run : runs) first.push_back(*folded.of(world.data(), run));
  for (std::size_t i = 0; i < runs.size(); ++i) EXPECT_EQ(*folded.of(world.data(), runs[i]), first[i]) << "the same one, and none anew";
}

}  // namespace
}  // namespace tamarack::coordinator
