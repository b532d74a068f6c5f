// Nobody holds an agent while a flow waits: it works for another run, and comes again when the flow goes on.
#include <gtest/gtest.h>

#include "tests/server/paper_agent.h"
#include "tests/server/shop.h"

namespace tamarack::coordinator {
namespace {

constexpr const char* on_http = R"({"timeout_ms":600000,"pace":{"min_ms":100,"max_ms":100},
  "conditions":[{"name":"status","http":{"url":"http://app:8000/jobs/7/status"},"field":"$.status",
                 "map":{"RUNNING":"going_on","COMPLETED":"satisfied"}}]})";

class ReleaseTest : public ShopTest {
 protected:
  // With a heartbeat that is longer than these stories: the agent of paper has none.
  void SetUp() override {
    world_.adjust = [](ServerSettings& settings) { settings.parked_min = Millis{0}; };
    world_.start();
    runner_ = world_.token("shop", domain::Role::runner);
  }
  wire::RunRequest flow_request() {
    wire::RunRequest wanted = request("r-10");
    wanted.plan = ServerWorld::plan_with_wait(on_http);
    return wanted;
  }
  void say(const std::string& status) {
    world_.prober().answer =
        flow::HttpAnswer{.status = 200, .content_type = "application/json", .body = fmt::format(R"({{"status":"{}"}})", status)};
  }
};

TEST_F(ReleaseTest, TheAgentOfAParkedRunWorksForAnotherAndComesAgain) {
  const wire::RunRequest parked = flow_request();
  const wire::RunRequest other = request("r-11");
  start(parked);
  PaperAgent first(world_, runner_);
  ASSERT_EQ(first.poll().run.value, "r-10");
  // Somebody else asks while the flow waits.
  const io::Timer later = world_.loop().after(Millis{700}, [&] {
    io::http_call(
        world_.loop(),
        {.method = "POST", .url = world_.url() + "/api/v1/runs", .fields = {{"Authorization", "Bearer " + runner_}}, .body = encode(other)},
        [](const auto&) {});
  });
  first.work(parked.run_id, parked.plan);
  ASSERT_TRUE(first.went_home());
  EXPECT_TRUE(says(get("/api/v1/runs/r-10").body, R"("verdict":"running")")) << "the parked run goes on without anybody";
  PaperAgent second(world_, runner_);
  EXPECT_EQ(second.poll().run.value, "r-11") << "nobody is sent to the parked one";
  second.work(other.run_id, other.plan);
  EXPECT_TRUE(says(get("/api/v1/runs/r-11/events").body, "event: end"));
  EXPECT_TRUE(says(get("/api/v1/runs/r-11").body, R"("verdict":"passed")"));

  say("COMPLETED");
  PaperAgent third(world_, runner_, {}, "s-2");
  EXPECT_EQ(third.poll(20).run.value, "r-10") << "its next phase has begun";
  third.work(parked.run_id, parked.plan);
  EXPECT_TRUE(says(get("/api/v1/runs/r-10/events").body, "event: end"));
  const std::string run = get("/api/v1/runs/r-10").body;
  EXPECT_TRUE(says(run, R"("verdict":"passed")")) << run;
  EXPECT_TRUE(says(run, R"("attempts":2)")) << "nothing ran twice: " << run;
}

TEST_F(ReleaseTest, AParkedRunKeepsItsAgentWhileNobodyElseWantsIt) {
  const wire::RunRequest parked = flow_request();
  start(parked);
  PaperAgent agent(world_, runner_);
  ASSERT_EQ(agent.poll().run.value, "r-10");
  // Longer than it takes to look for others that want it.
  const io::Timer later = world_.loop().after(Millis{2'500}, [&] { say("COMPLETED"); });
  agent.work(parked.run_id, parked.plan);
  ASSERT_TRUE(agent.went_home());
  EXPECT_TRUE(says(get("/api/v1/runs/r-10/events").body, "event: end"));
  EXPECT_TRUE(says(get("/api/v1/runs/r-10").body, R"("verdict":"passed")"));
  EXPECT_FALSE(says(get("/api/v1/runs/r-10/journal").body, R"("released":true)"));
}

}  // namespace
}  // namespace tamarack::coordinator
