// Jobs over the API of a real server: submitted, reported, watched, cancelled.
#include <gtest/gtest.h>

#include "base/sha256.h"
#include "coordinator/flow_scope.h"
#include "tests/server/flow_talk.h"

namespace tamarack::coordinator {
namespace {

class JobsTest : public testing::Test {
 protected:
  JobsTest() {
    world_.start();
    runner_ = world_.token("shop", domain::Role::runner);
  }
  std::string submit(const std::string& body = R"({"kind":"analysis"})") { return at(talk_.post("/api/v1/jobs", body, runner_), "job_id"); }
  io::ClientAnswer report(const std::string& job, const std::string& body) {
    return talk_.post("/api/v1/jobs/" + job + "/report", body, runner_);
  }
  io::ClientAnswer status(const std::string& job, io::Fields fields = {}) {
    return talk_.get("/api/v1/jobs/" + job + "/status", runner_, std::move(fields));
  }
  AskedPtr wait_for_change(const std::string& job, const std::string& tag, const std::string& seconds = "20") {
    return talk_.begin(
        {.path = "/api/v1/jobs/" + job + "/status", .token = runner_, .fields = {{"Prefer", "wait=" + seconds}, {"If-None-Match", tag}}});
  }

  ServerWorld world_{testing::TempDir() + "/jobs-" + testing::UnitTest::GetInstance()->current_test_info()->name()};
  FlowTalk talk_{world_};
  std::string runner_;
};

TEST_F(JobsTest, ANewJobSaysWhereToFollowIt) {
  const auto answer = talk_.post("/api/v1/jobs", R"({"kind":"analysis","input":{"rows":3}})", runner_);
  ASSERT_EQ(answer.status, 202) << answer.body;
  const std::string job = at(answer, "job_id");
  EXPECT_EQ(answer.field("Location"), "/api/v1/jobs/" + job + "/status");
  EXPECT_FALSE(answer.field("Retry-After").empty());
  EXPECT_EQ(at(answer, "status_url"), "/api/v1/jobs/" + job + "/status");
  EXPECT_EQ(at(answer, "result_url"), "/api/v1/jobs/" + job + "/result");
  EXPECT_EQ(at(status(job), "status"), "PENDING");
  const auto whole = talk_.get("/api/v1/jobs/" + job, runner_);
  EXPECT_EQ(at(whole, "input.rows"), "3");
  EXPECT_EQ(at(whole, "history[0].status"), "PENDING");
}

TEST_F(JobsTest, StatusOnlyMovesForwardAndWhatWouldMoveItBackIsRecorded) {
  const std::string job = submit();
  EXPECT_EQ(at(report(job, R"({"status":"RUNNING","stage":"DATA_FETCHING","progress":40,"executor":"dask-1"})"), "taken"), "true");
  const auto late = report(job, R"({"status":"QUEUED"})");
  EXPECT_EQ(late.status, 200);
  EXPECT_EQ(at(late, "ignored"), "out_of_order");
  EXPECT_EQ(at(late, "status"), "RUNNING");
  EXPECT_EQ(at(report(job, R"({"status":"RUNING"})"), "ignored"), "unknown_status");
  EXPECT_EQ(at(report(job, R"({"status":"COMPLETED","result":{"score":7}})"), "taken"), "true");
  EXPECT_EQ(at(report(job, R"({"status":"COMPLETED","result":{"score":7}})"), "ignored"), "duplicate");
  EXPECT_EQ(at(report(job, R"({"status":"FAILED","error":"x"})"), "ignored"), "after_end");
  const auto now = status(job);
  EXPECT_EQ(at(now, "status"), "COMPLETED");
  EXPECT_EQ(at(now, "stage"), "DATA_FETCHING") << "the last one it was in";
  EXPECT_EQ(at(now, "result.score"), "7");
  EXPECT_EQ(talk_.get(at(now, "result_url"), runner_).body, R"({"score":7})");
  EXPECT_EQ(at(talk_.get("/api/v1/jobs/" + job, runner_), "reports_ignored"), "4");
}

TEST_F(JobsTest, AFailedJobTellsTheBackendsOwnWords) {
  const std::string job = submit();
  report(job, R"({"status":"FAILED","error":"worker ran out of memory"})");
  EXPECT_EQ(at(status(job), "error"), "worker ran out of memory");
  const auto result = talk_.get("/api/v1/jobs/" + job + "/result", runner_);
  EXPECT_EQ(result.status, 409);
  EXPECT_NE(result.body.find("worker ran out of memory"), std::string::npos);
}

TEST_F(JobsTest, TheSameKeyIsTheSameJob) {
  const io::Fields key{{"Idempotency-Key", "order-7"}};
  const auto first = talk_.post("/api/v1/jobs", R"({"kind":"a","input":1})", runner_, key);
  const auto again = talk_.post("/api/v1/jobs", R"({"kind":"a","input":1})", runner_, key);
  EXPECT_EQ(again.status, 202);
  EXPECT_EQ(at(again, "job_id"), at(first, "job_id"));
  EXPECT_EQ(again.field("Idempotency-Replayed"), "true");
  EXPECT_EQ(first.field("Idempotency-Replayed"), "");
  EXPECT_EQ(talk_.post("/api/v1/jobs", R"({"kind":"a","input":2})", runner_, key).status, 409);
  const auto other = talk_.post("/api/v1/jobs", R"({"kind":"a","input":1})", world_.token("other", domain::Role::runner), key);
  EXPECT_NE(at(other, "job_id"), at(first, "job_id")) << "keys of one project are nothing to another";
}

TEST_F(JobsTest, TwentyAtOnceWithOneKeyAreOneJob) {
  std::vector<AskedPtr> all;
  for (int i = 0; i < 20; ++i)
    all.push_back(talk_.begin({.method = "POST",
                               .path = "/api/v1/jobs",
                               .token = runner_,
                               .fields = {{"Idempotency-Key", "at-once"}},
                               .body = R"({"kind":"a"})"}));
  talk_.finish(all);
  std::set<std::string> jobs;
  int replayed = 0;
  for (const AskedPtr& one : all) {
    jobs.insert(at(one->answer, "job_id"));
    replayed += one->answer.field("Idempotency-Replayed") == "true" ? 1 : 0;
  }
  EXPECT_EQ(jobs.size(), 1U);
  EXPECT_EQ(replayed, 19);
}

TEST_F(JobsTest, TheSameKeyAfterARestartIsTheSameJob) {
  const io::Fields key{{"Idempotency-Key", "order-8"}};
  const std::string job = at(talk_.post("/api/v1/jobs", R"({"kind":"a"})", runner_, key), "job_id");
  report(job, R"({"status":"RUNNING","stage":"S"})");
  world_.restart();
  EXPECT_EQ(at(talk_.post("/api/v1/jobs", R"({"kind":"a"})", runner_, key), "job_id"), job);
  EXPECT_EQ(at(status(job), "stage"), "S");
}

TEST_F(JobsTest, WhoWaitsIsAnsweredWhenItChanges) {
  const std::string job = submit();
  const std::string tag(status(job).field("ETag"));
  const AskedPtr waiting = wait_for_change(job, tag);
  talk_.get("/api/v1/jobs", runner_);
  EXPECT_FALSE(waiting->done);
  const auto begun = std::chrono::steady_clock::now();
  const AskedPtr reported = talk_.begin({.method = "POST",
                                         .path = "/api/v1/jobs/" + job + "/report",
                                         .token = runner_,
                                         .body = R"({"status":"RUNNING","stage":"MODELLING"})"});
  talk_.finish({waiting, reported});
  EXPECT_EQ(waiting->answer.status, 200);
  EXPECT_EQ(at(waiting->answer, "stage"), "MODELLING");
  EXPECT_NE(waiting->answer.field("ETag"), tag);
  // The report itself is answered in the same moment; a second of polling would be far off.
  const auto apart = std::chrono::duration_cast<std::chrono::milliseconds>(waiting->at - begun);
  EXPECT_LT(apart.count(), 500);
  RecordProperty("wake_ms", static_cast<int>(apart.count()));
}

TEST_F(JobsTest, NothingNewIsA304AfterTheTimeAndAnotherTagIsAnsweredAtOnce) {
  const std::string job = submit();
  const std::string tag(status(job).field("ETag"));
  EXPECT_EQ(status(job, {{"If-None-Match", tag}}).status, 304);
  const AskedPtr waiting = wait_for_change(job, tag, "1");
  talk_.finish(waiting);
  EXPECT_EQ(waiting->answer.status, 304);
  EXPECT_EQ(waiting->answer.field("ETag"), tag);
  const AskedPtr stale = wait_for_change(job, "\"0\"");
  talk_.finish(stale);
  EXPECT_EQ(stale->answer.status, 200);
  report(job, R"({"status":"COMPLETED"})");
  const AskedPtr over = wait_for_change(job, std::string(status(job).field("ETag")));
  talk_.finish(over);
  EXPECT_EQ(over->answer.status, 304) << "it cannot change any more, so nobody waits";
}

TEST_F(JobsTest, AReportThatIsIgnoredWakesNobody) {
  const std::string job = submit();
  report(job, R"({"status":"RUNNING"})");
  const AskedPtr waiting = wait_for_change(job, std::string(status(job).field("ETag")));
  report(job, R"({"status":"QUEUED"})");
  EXPECT_FALSE(waiting->done);
  report(job, R"({"status":"RUNNING","progress":1})");
  talk_.finish(waiting);
  EXPECT_EQ(at(waiting->answer, "progress"), "1");
}

TEST_F(JobsTest, OneCallerMayOnlyWaitSoOften) {
  world_.adjust = [](ServerSettings& settings) { settings.open_per_caller = 2; };
  world_.restart();
  const std::string job = submit();
  const std::string tag(status(job).field("ETag"));
  const std::vector<AskedPtr> waiting{wait_for_change(job, tag), wait_for_change(job, tag)};
  talk_.get("/api/v1/jobs", runner_);
  const AskedPtr third = wait_for_change(job, tag);
  talk_.finish(third);
  EXPECT_EQ(third->answer.status, 429);
  EXPECT_FALSE(third->answer.field("Retry-After").empty());
  const AskedPtr other = talk_.begin({.path = "/api/v1/jobs/" + job + "/status",
                                      .token = world_.token("shop", domain::Role::viewer),
                                      .fields = {{"Prefer", "wait=20"}, {"If-None-Match", tag}}});
  talk_.get("/api/v1/jobs", runner_);
  EXPECT_FALSE(other->done) << "others may wait";
  report(job, R"({"status":"RUNNING"})");
  talk_.finish(waiting);
  talk_.finish(other);
}

TEST_F(JobsTest, EventsGoOnWhereTheReaderLeftAndEndWithTheJob) {
  const std::string job = submit();
  report(job, R"({"status":"RUNNING","stage":"A"})");
  report(job, R"({"status":"RUNNING","stage":"B"})");
  const AskedPtr whole = talk_.begin({.path = "/api/v1/jobs/" + job + "/events", .token = runner_});
  const AskedPtr rest = talk_.begin({.path = "/api/v1/jobs/" + job + "/events", .token = runner_, .fields = {{"Last-Event-ID", "2"}}});
  talk_.get("/api/v1/jobs", runner_);
  report(job, R"({"status":"COMPLETED","result":{"ok":true}})");
  talk_.finish({whole, rest});
  for (const std::string& line : {"id: 1\n", "id: 2\n", "id: 3\n", "id: 4\n"})
    EXPECT_NE(whole->answer.body.find(line), std::string::npos) << whole->answer.body;
  EXPECT_EQ(rest->answer.body.find("id: 2\n"), std::string::npos);
  EXPECT_NE(rest->answer.body.find("\"stage\":\"B\""), std::string::npos);
  EXPECT_NE(rest->answer.body.find("\"ok\":true"), std::string::npos);
  EXPECT_NE(rest->answer.body.find("event: end"), std::string::npos);
  world_.restart();
  const auto after = talk_.get("/api/v1/jobs/" + job + "/events?after=3", runner_);
  EXPECT_EQ(after.body.find("id: 3\n"), std::string::npos);
  EXPECT_NE(after.body.find("id: 4\n"), std::string::npos) << "numbers outlive the server";
}

TEST_F(JobsTest, ACancelBeforeTheBeginIsTheEnd) {
  const std::string job = submit();
  const auto cancelled = talk_.post("/api/v1/jobs/" + job + "/cancel", R"({"reason":"wrong file"})", runner_);
  EXPECT_EQ(cancelled.status, 202);
  EXPECT_EQ(at(cancelled, "status"), "CANCELLED");
  EXPECT_NE(at(cancelled, "reason").find("wrong file"), std::string::npos);
  EXPECT_EQ(talk_.post("/api/v1/jobs/" + job + "/cancel", "", runner_).status, 200) << "it was over";
}

TEST_F(JobsTest, ACancelThatRacesWithSuccessHasOneEnd) {
  for (int i = 0; i < 10; ++i) {
    const std::string job = submit();
    report(job, R"({"status":"RUNNING"})");
    const AskedPtr cancel = talk_.begin({.method = "POST", .path = "/api/v1/jobs/" + job + "/cancel", .token = runner_});
    const AskedPtr done = talk_.begin(
        {.method = "POST", .path = "/api/v1/jobs/" + job + "/report", .token = runner_, .body = R"({"status":"COMPLETED","result":1})"});
    talk_.finish({cancel, done});
    EXPECT_EQ(at(status(job), "status"), "COMPLETED") << "begun: its own end wins";
  }
}

TEST_F(JobsTest, ACancelThatNobodyObeysEndsAfterItsGrace) {
  const std::string job = submit(R"({"kind":"a","cancel_grace_ms":50})");
  report(job, R"({"status":"RUNNING"})");
  const auto asked = talk_.post("/api/v1/jobs/" + job + "/cancel", "{}", runner_);
  EXPECT_EQ(at(asked, "cancel_asked"), "true");
  talk_.run_until([&] { return at(status(job), "status") == "CANCELLED"; });
}

TEST_F(JobsTest, ASilentJobIsLostWithinTwoHeartbeats) {
  const std::string job = submit(R"({"kind":"a","heartbeat_ms":400})");
  report(job, R"({"status":"RUNNING","executor":"dask-1"})");
  const auto begun = std::chrono::steady_clock::now();
  const AskedPtr waiting = wait_for_change(job, std::string(status(job).field("ETag")));
  talk_.finish(waiting);
  EXPECT_EQ(at(waiting->answer, "status"), "LOST");
  EXPECT_NE(at(waiting->answer, "reason").find("'dask-1' has not been heard of"), std::string::npos);
  EXPECT_LT(waiting->at - begun, std::chrono::milliseconds(1'600)) << "two heartbeats, and room for a busy machine";
}

TEST_F(JobsTest, WhatIsWrongIsNamedAllAtOnce) {
  const auto answer = talk_.post("/api/v1/jobs", R"({"processor":"no/slashes","heartbeat_ms":5,"retention_ms":-3})", runner_);
  EXPECT_EQ(answer.status, 400);
  for (const std::string& name : {"/processor", "/heartbeat_ms", "/retention_ms"})
    EXPECT_NE(answer.body.find(name), std::string::npos) << answer.body;
  EXPECT_EQ(talk_.post("/api/v1/jobs", "{}", runner_).status, 400) << "neither kind nor processor";
  EXPECT_EQ(talk_.post("/api/v1/jobs", R"({"kind":7})", runner_).status, 400);
  EXPECT_EQ(talk_.get("/api/v1/jobs?status=DONE", runner_).status, 400);
  EXPECT_EQ(talk_.get("/api/v1/jobs?before=1-j", runner_).status, 400);
  EXPECT_EQ(talk_.get("/api/v1/jobs?colour=red", runner_).status, 400);
}

TEST_F(JobsTest, TheListIsPagedAndOfOnesOwnProject) {
  std::vector<std::string> jobs;
  for (int i = 0; i < 5; ++i) jobs.push_back(submit());
  report(jobs[2], R"({"status":"RUNNING"})");
  const auto first = talk_.get("/api/v1/jobs?limit=3", runner_);
  EXPECT_EQ(at(first, "jobs[2].kind"), "analysis");
  EXPECT_EQ(at(first, "jobs[3].kind"), "");
  const auto second = talk_.get("/api/v1/jobs?limit=3&before=" + at(first, "next"), runner_);
  EXPECT_EQ(at(second, "next"), "");
  std::set<std::string> seen;
  for (const auto* page : {&first, &second})
    for (int i = 0; i < 3; ++i)
      if (const std::string job = at(*page, fmt::format("jobs[{}].job_id", i)); !job.empty()) EXPECT_TRUE(seen.insert(job).second);
  EXPECT_EQ(seen.size(), 5U);
  EXPECT_EQ(at(talk_.get("/api/v1/jobs?status=RUNNING", runner_), "jobs[0].job_id"), jobs[2]);
  const std::string other = world_.token("other", domain::Role::admin);
  EXPECT_EQ(talk_.get("/api/v1/jobs", other).body, R"({"jobs":[]})");
  EXPECT_EQ(talk_.get("/api/v1/jobs/" + jobs[0], other).status, 404);
  EXPECT_EQ(talk_.post("/api/v1/jobs/" + jobs[0] + "/cancel", "{}", other).status, 404);
}

// ---- uploads

TEST_F(JobsTest, AFileIsTheInputOfAJob) {
  const std::string bytes(300'000, 'x');
  const auto answer = talk_.post("/api/v1/process?processor=resize&name=..%2Fa%20photo.png", bytes, runner_,
                                 {{"Content-Type", "image/png"}, {"Idempotency-Key", "up-1"}});
  ASSERT_EQ(answer.status, 202) << answer.body;
  const auto job = talk_.get("/api/v1/jobs/" + at(answer, "job_id"), runner_);
  EXPECT_EQ(at(job, "input.blob"), sha256_hex(bytes));
  EXPECT_EQ(at(job, "input.name"), "a photo.png");
  EXPECT_EQ(at(job, "input.bytes"), "300000");
  EXPECT_EQ(at(job, "processor"), "resize");
  EXPECT_EQ(talk_.get("/api/v1/projects/shop/blobs/" + sha256_hex(bytes), runner_).body, bytes);
  const auto again = talk_.post("/api/v1/process?processor=resize&name=a%20photo.png", bytes, runner_, {{"Idempotency-Key", "up-1"}});
  EXPECT_EQ(at(again, "job_id"), at(answer, "job_id"));
  EXPECT_EQ(again.field("Idempotency-Replayed"), "true");
}

TEST_F(JobsTest, AFormWithAFile) {
  const std::string bytes = "first\r\n--not the end\r\n" + std::string(600'000, 'z');
  const std::string body =
      "--b0\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n"
      "--b0\r\nContent-Disposition: form-data; name=\"file\"; filename=\"data.csv\"\r\nContent-Type: text/csv\r\n\r\n" +
      bytes + "\r\n--b0--\r\n";
  const auto answer = talk_.post("/api/v1/process?kind=import", body, runner_, {{"Content-Type", "multipart/form-data; boundary=b0"}});
  ASSERT_EQ(answer.status, 202) << answer.body;
  const auto job = talk_.get("/api/v1/jobs/" + at(answer, "job_id"), runner_);
  EXPECT_EQ(at(job, "input.blob"), sha256_hex(bytes));
  EXPECT_EQ(at(job, "input.name"), "data.csv");
  EXPECT_EQ(at(job, "kind"), "import");
  const auto none = talk_.post("/api/v1/process", "--b0\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n1\r\n--b0--\r\n", runner_,
                               {{"Content-Type", "multipart/form-data; boundary=b0"}});
  EXPECT_EQ(none.status, 400);
  EXPECT_NE(none.body.find("there is no field 'file'"), std::string::npos);
  const auto cut = talk_.post("/api/v1/process", body.substr(0, 1000), runner_, {{"Content-Type", "multipart/form-data; boundary=b0"}});
  EXPECT_EQ(cut.status, 400);
}

}  // namespace
}  // namespace tamarack::coordinator
