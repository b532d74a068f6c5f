// Executors over the API of a real server: who gets which job, and what becomes of it when somebody dies.
#include <gtest/gtest.h>

#include "tests/server/flow_talk.h"

namespace tamarack::coordinator {
namespace {

class ExecutorsTest : public testing::Test {
 protected:
  ExecutorsTest() {
    world_.start();
    runner_ = world_.token("shop", domain::Role::runner);
  }
  std::string submit(const std::string& more = {}) {
    return at(talk_.post("/api/v1/jobs", fmt::format(R"({{"processor":"resize","input":{{"n":1}}{}}})", more), runner_), "job_id");
  }
  static std::string claim_body(const std::string& executor, const std::string& held, std::int64_t wait_ms, bool is_free = true) {
    return fmt::format(R"({{"executor":"{}","processors":[{}],"held":[{}],"wait_ms":{}}})", executor, is_free ? "\"resize\"" : "", held,
                       wait_ms);
  }
  AskedPtr begin_claim(const std::string& executor, const std::string& held = {}, std::int64_t wait_ms = 15'000, bool is_free = true) {
    return talk_.begin(
        {.method = "POST", .path = "/api/v1/executors/claim", .token = runner_, .body = claim_body(executor, held, wait_ms, is_free)});
  }
  io::ClientAnswer claim(const std::string& executor, const std::string& held = {}, std::int64_t wait_ms = 0, bool is_free = true) {
    const AskedPtr asked = begin_claim(executor, held, wait_ms, is_free);
    talk_.finish(asked);
    return asked->answer;
  }
  io::ClientAnswer report(const std::string& job, const std::string& body) {
    return talk_.post("/api/v1/jobs/" + job + "/report", body, runner_);
  }
  std::string status(const std::string& job) { return at(talk_.get("/api/v1/jobs/" + job + "/status", runner_), "status"); }
  static std::string held(const std::string& job) { return fmt::format(R"({{"job":"{}","epoch":1}})", job); }

  ServerWorld world_{testing::TempDir() + "/executors-" + testing::UnitTest::GetInstance()->current_test_info()->name()};
  FlowTalk talk_{world_};
  std::string runner_;
};

TEST_F(ExecutorsTest, WhoWaitsGetsAJobAtOnceAndItEnds) {
  const AskedPtr waiting = begin_claim("box-1");
  talk_.get("/api/v1/jobs", runner_);
  const auto begun = std::chrono::steady_clock::now();
  const std::string job = submit();
  talk_.finish(waiting);
  EXPECT_LT(waiting->at - begun, std::chrono::milliseconds(500));
  EXPECT_EQ(at(waiting->answer, "start[0].job"), job);
  EXPECT_EQ(at(waiting->answer, "start[0].project"), "shop");
  EXPECT_EQ(at(waiting->answer, "start[0].processor"), "resize");
  EXPECT_EQ(at(waiting->answer, "start[0].input.n"), "1");
  EXPECT_EQ(status(job), "QUEUED");
  report(job, R"({"status":"RUNNING","epoch":1,"executor":"box-1"})");
  report(job, R"({"status":"COMPLETED","epoch":1,"result":{"w":2},"log":"done\n"})");
  EXPECT_EQ(status(job), "COMPLETED");
  EXPECT_EQ(talk_.get("/api/v1/jobs/" + job + "/log", runner_).body, "done\n");
  world_.restart();
  EXPECT_EQ(talk_.get("/api/v1/jobs/" + job + "/log", runner_).body, "done\n") << "logs outlive the server";
}

TEST_F(ExecutorsTest, AJobIsHandedToOneOnly) {
  std::vector<AskedPtr> waiting;
  for (int i = 0; i < 5; ++i) waiting.push_back(begin_claim(fmt::format("box-{}", i), {}, 400));
  const std::string job = submit();
  talk_.finish(waiting);
  int given = 0;
  for (const AskedPtr& one : waiting) given += at(one->answer, "start[0].job") == job ? 1 : 0;
  EXPECT_EQ(given, 1);
}

TEST_F(ExecutorsTest, AnOrderThatGotLostIsRepeatedToTheSameSession) {
  const std::string job = submit();
  EXPECT_EQ(at(claim("box-1"), "start[0].job"), job);
  EXPECT_EQ(at(claim("box-2"), "start[0].job"), "");
  EXPECT_EQ(at(claim("box-1"), "start[0].job"), job) << "it does not say that it has it";
  EXPECT_EQ(at(claim("box-1", held(job)), "start[0].job"), "");
}

TEST_F(ExecutorsTest, AnotherProjectsJobsAreNotHandedOut) {
  submit();
  const AskedPtr other = talk_.begin({.method = "POST",
                                      .path = "/api/v1/executors/claim",
                                      .token = world_.token("other", domain::Role::runner),
                                      .body = claim_body("box-o", {}, 100)});
  talk_.finish(other);
  EXPECT_EQ(at(other->answer, "start[0].job"), "");
  const AskedPtr all = talk_.begin({.method = "POST",
                                    .path = "/api/v1/executors/claim",
                                    .token = world_.token("*", domain::Role::runner),
                                    .body = claim_body("box-a", {}, 100)});
  talk_.finish(all);
  EXPECT_NE(at(all->answer, "start[0].job"), "");
}

// After a restart nobody knows who had which name; what stands under it is not forgotten.
TEST_F(ExecutorsTest, TheNameOfAnExecutorIsNotTakenOverByAnotherProject) {
  const std::string begun = submit();
  claim("box-1");
  report(begun, R"({"status":"RUNNING","epoch":1,"executor":"box-1"})");
  const std::string ordered = submit();
  claim("box-1", held(begun));
  world_.restart();
  const std::string other = world_.token("other", domain::Role::runner);
  for (const bool leaving : {false, true}) {
    const auto stolen =
        talk_.post("/api/v1/executors/claim", leaving ? R"({"executor":"box-1","leaving":true})" : claim_body("box-1", {}, 0), other);
    EXPECT_EQ(stolen.status, 409) << stolen.body;
    EXPECT_EQ(stolen.body.find(ordered), std::string::npos);
  }
  EXPECT_EQ(status(begun), "RUNNING");
  EXPECT_EQ(at(claim("box-1", held(begun)), "start[0].job"), ordered) << "its own comes back";
}

TEST_F(ExecutorsTest, OneWhoDiesLosesItsJobWithinTwoHeartbeats) {
  const std::string job = submit(R"(,"heartbeat_ms":400)");
  claim("box-1");
  report(job, R"({"status":"RUNNING","epoch":1})");
  const auto begun = std::chrono::steady_clock::now();
  // It lives for three heartbeats, then it is silent.
  for (int i = 0; i < 6; ++i) claim("box-1", held(job), 200, false);
  EXPECT_EQ(status(job), "RUNNING");
  const auto silent = std::chrono::steady_clock::now();
  talk_.run_until([&] { return status(job) == "LOST"; });
  EXPECT_LT(std::chrono::steady_clock::now() - silent, std::chrono::milliseconds(1'600));
  EXPECT_GE(silent - begun, std::chrono::milliseconds(1'000)) << "a claim waits no longer than half a heartbeat";
  // Back again it is told to stop, once.
  EXPECT_EQ(at(claim("box-1", held(job)), "stop[0]"), job);
  const AskedPtr again = begin_claim("box-1", held(job), 100, false);
  talk_.finish(again);
  EXPECT_EQ(at(again->answer, "stop[0]"), "");
}

TEST_F(ExecutorsTest, LateReportsOfALostWorkerAreRecordedAndChangeNothing) {
  const std::string job = submit();
  claim("box-1");
  report(job, R"({"status":"RUNNING","epoch":1})");
  claim("box-1");  // it does not hold it any more
  ASSERT_EQ(status(job), "LOST");
  for (const char* late : {R"({"status":"RUNNING","epoch":1,"progress":90})", R"({"status":"COMPLETED","epoch":1,"result":{"w":2}})",
                           R"({"status":"FAILED","epoch":1,"error":"disk full"})"})
    EXPECT_EQ(at(report(job, late), "ignored"), "after_end");
  EXPECT_EQ(status(job), "LOST");
  const auto whole = talk_.get("/api/v1/jobs/" + job, runner_);
  EXPECT_EQ(at(whole, "reports_ignored"), "3");
  EXPECT_EQ(at(whole, "result.w"), "");
  EXPECT_EQ(talk_.get("/api/v1/jobs/" + job + "/result", runner_).status, 409);
  world_.restart();
  EXPECT_EQ(at(report(job, R"({"status":"COMPLETED","epoch":1})"), "ignored"), "after_end") << "nor after a restart";
  EXPECT_EQ(at(claim("box-2"), "start[0].job"), "") << "and nobody else is told to begin it again";
}

TEST_F(ExecutorsTest, TheSameResultTwiceIsOneEnd) {
  const std::string job = submit();
  claim("box-1");
  report(job, R"({"status":"RUNNING","epoch":1})");
  const std::string done = R"({"status":"COMPLETED","epoch":1,"result":{"w":2}})";
  EXPECT_EQ(at(report(job, done), "taken"), "true");
  EXPECT_EQ(at(report(job, done), "ignored"), "duplicate");
  world_.restart();
  EXPECT_EQ(at(report(job, done), "ignored"), "duplicate") << "its first answer was lost with the server";
  EXPECT_EQ(at(report(job, R"({"status":"COMPLETED","epoch":1,"result":{"w":3}})"), "taken"), "false");
  EXPECT_EQ(at(talk_.get("/api/v1/jobs/" + job, runner_), "result.w"), "2") << "the first one stands";
}

TEST_F(ExecutorsTest, OneWhoLeavesOrAnotherSessionOfItLosesWhatItHad) {
  const std::string job = submit();
  claim("box-1");
  talk_.post("/api/v1/executors/claim", R"({"executor":"box-1","leaving":true})", runner_);
  EXPECT_EQ(status(job), "LOST");
  const std::string begun = submit();
  claim("box-2");
  report(begun, R"({"status":"RUNNING","epoch":1})");
  claim("box-2");  // it does not hold it any more
  EXPECT_EQ(status(begun), "LOST");
}

TEST_F(ExecutorsTest, ACancelReachesWhoWorksAtOnce) {
  const std::string job = submit();
  claim("box-1");
  report(job, R"({"status":"RUNNING","epoch":1})");
  const AskedPtr waiting = begin_claim("box-1", held(job), 15'000, false);
  talk_.get("/api/v1/jobs", runner_);
  talk_.post("/api/v1/jobs/" + job + "/cancel", "{}", runner_);
  talk_.finish(waiting);
  EXPECT_EQ(at(waiting->answer, "stop[0]"), job);
  report(job, R"({"status":"CANCELLED","epoch":1})");
  EXPECT_EQ(status(job), "CANCELLED");
}

TEST_F(ExecutorsTest, TheEndOfAJobFreesItsExecutorAtOnce) {
  const std::string first = submit();
  claim("box-1");
  report(first, R"({"status":"RUNNING","epoch":1})");
  const std::string second = submit();
  const AskedPtr waiting = begin_claim("box-1", held(first), 15'000, false);
  talk_.get("/api/v1/jobs", runner_);
  ASSERT_FALSE(waiting->done);
  report(first, R"({"status":"COMPLETED","epoch":1})");
  talk_.finish(waiting);
  EXPECT_EQ(at(claim("box-1"), "start[0].job"), second);
}

TEST_F(ExecutorsTest, OnlyWhoWasHandedTheJobCanReportIt) {
  const std::string job = submit();
  claim("box-1");
  EXPECT_EQ(at(report(job, R"({"status":"COMPLETED"})"), "ignored"), "wrong_epoch");
  EXPECT_EQ(status(job), "QUEUED");
  EXPECT_EQ(talk_.post("/api/v1/executors/claim", claim_body("box-1", {}, 0), world_.token("shop", domain::Role::runner)).status, 409)
      << "somebody else's session";
  EXPECT_EQ(talk_.post("/api/v1/executors/claim", R"({"executor":"a b","processors":["x/y"]})", runner_).status, 400);
}

TEST_F(ExecutorsTest, AnExecutorGoesOnWithTheNextServer) {
  const std::string job = submit();
  claim("box-1");
  report(job, R"({"status":"RUNNING","epoch":1})");
  world_.restart();
  EXPECT_EQ(at(claim("box-1", held(job)), "stop[0]"), "");
  report(job, R"({"status":"COMPLETED","epoch":1,"result":1})");
  EXPECT_EQ(status(job), "COMPLETED");
}

}  // namespace
}  // namespace tamarack::coordinator
