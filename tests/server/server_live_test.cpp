// What browsers are pushed while a run goes on.
#include <gtest/gtest.h>

#include "tests/server/server_world.h"

namespace tamarack::coordinator {
namespace {

class ServerLiveTest : public testing::Test {
 protected:
  ServerLiveTest() {
    world_.add_runs();
    world_.start(true);
  }
  ServerWorld world_{testing::TempDir() + "/live-" + testing::UnitTest::GetInstance()->current_test_info()->name()};
};

TEST_F(ServerLiveTest, BeginsWithASnapshotTellsWhatChangesAndEndsWithTheRun) {
  const io::Timer later = world_.loop().after(Millis{250}, [this] { world_.finish("r-2"); });
  const std::string events = world_.get("/api/v1/runs/r-2/live").body;
  const std::size_t snapshot = events.find("event: snapshot");
  const std::size_t patch = events.find("event: patch");
  const std::size_t end = events.find("event: end");
  ASSERT_TRUE(snapshot < patch && patch < end && end != std::string::npos) << events;
  EXPECT_NE(events.find(R"("test":0,"outcome":"passed")", patch), std::string::npos) << events;
  EXPECT_NE(events.find(R"("verdict":"passed")", patch), std::string::npos) << events;
}

TEST_F(ServerLiveTest, WhoHasSeenItAllGetsNoSnapshot) {
  const std::string first = world_.get("/api/v1/runs/r-1/live").body;
  const std::size_t at = first.find("id: ") + 4;
  const std::string seq = first.substr(at, first.find('\n', at) - at);
  const std::string again = world_.get("/api/v1/runs/r-1/live", {}, {{"Last-Event-ID", seq}}).body;
  EXPECT_EQ(again.find("event: snapshot"), std::string::npos) << again;
  EXPECT_NE(again.find("event: end"), std::string::npos) << again;
  EXPECT_NE(world_.get("/api/v1/runs/r-1/live", {}, {{"Last-Event-ID", "1"}}).body.find("event: snapshot"), std::string::npos)
      << "there is a gap";
}

TEST_F(ServerLiveTest, WhatIsNotThereIsNotWatched) {
  EXPECT_EQ(world_.get("/api/v1/runs/r-9/live").status, 404);
}

}  // namespace
}  // namespace tamarack::coordinator
