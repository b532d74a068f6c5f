// A database that cannot be written for a while: a full disk, or somebody else who writes for too long.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <optional>

#include "base/sha256.h"
#include "tests/server/paper_agent.h"

namespace tamarack::coordinator {
namespace {

TEST(BrokenJournal, TheRunGoesOnWhenItCanBeWrittenAgain) {
  ServerWorld world(testing::TempDir() + "/broken-journal", Millis{20});
  world.start(false, {.heartbeat = Millis{200}, .broken_pause = Millis{20}});
  const std::string runner = world.token("shop", domain::Role::runner);
  const auto post = [&](const std::string& path, const std::string& body) {
    return world.ask({.method = "POST", .path = path, .token = runner, .fields = {}, .body = body});
  };
  const std::string manifest = "manifest";
  world.ask(
      {.method = "PUT", .path = "/api/v1/projects/shop/blobs/" + sha256_hex(manifest), .token = runner, .fields = {}, .body = manifest});
  const wire::RunRequest wanted{.run_id = domain::RunId{"r-10"},
                                .project = "shop",
                                .branch = "main",
                                .command = "tamarack run",
                                .plan = ServerWorld::plan_of(3),
                                .workspace = sha256_hex(manifest),
                                .config = "tamarack.toml"};
  ASSERT_EQ(post("/api/v1/runs", encode(wanted)).status, 201);
  SQLite::Database other(world.folder() + "/tamarack.db", SQLite::OPEN_READWRITE);
  auto writing = std::make_optional<SQLite::Transaction>(other, SQLite::TransactionBehavior::IMMEDIATE);
  EXPECT_EQ(post("/api/v1/runs/r-10/cancel", "{}").status, 202) << "asked for; it cannot be noted";
  world.wait_until([&] { return !world.problems().empty(); });
  EXPECT_NE(world.problems().at(0).find("the journal cannot be written"), std::string::npos);
  writing.reset();
  world.wait_until([&] { return world.get("/api/v1/runs/r-10/spec", runner).status == 200; });
  PaperAgent agent(world, runner);
  EXPECT_EQ(agent.poll().run, wanted.run_id);
  agent.work(wanted.run_id, wanted.plan);
  EXPECT_TRUE(agent.went_home());
  const std::string run = world.get("/api/v1/runs/r-10", runner).body;
  EXPECT_NE(run.find(R"("verdict":"passed")"), std::string::npos) << "the cancellation was never noted: " << run;
}

}  // namespace
}  // namespace tamarack::coordinator
