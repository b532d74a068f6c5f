// Waits, signals and webhooks over the API of a real server. What is outside is scripted.
#include <gtest/gtest.h>

#include "base/text.h"
#include "io/crypto.h"
#include "io/ws_codec.h"
#include "notify/signature.h"
#include "tests/server/flow_talk.h"

namespace tamarack::coordinator {
namespace {

constexpr const char* on_http = R"({"name":"analysis","owner":"test a","timeout_ms":600000,"pace":{"min_ms":250,"max_ms":1000},
  "conditions":[{"name":"status","http":{"url":"http://app:8000/jobs/7/status"},"field":"$.status",
                 "map":{"RUNNING":"going_on","COMPLETED":"satisfied","FAILED":"failed"},"error_field":"$.error",
                 "capture":{"score":"$.result.score"}}]})";

std::string on_signal(const std::string& key, std::int64_t timeout_ms = 600'000) {
  return fmt::format(R"({{"name":"approval","owner":"test b","timeout_ms":{},"conditions":[{{"name":"person","signal":"{}",)"
                     R"("field":"$.answer","map":{{"yes":"satisfied","no":"failed"}}}}]}})",
                     timeout_ms, key);
}

class WaitsTest : public testing::Test {
 protected:
  WaitsTest() { start(); }
  void start() {
    world_.adjust = [this](ServerSettings& settings) {
      settings.waits = rules_;
      settings.say = [this](const std::string& line) { said_ += line + "\n"; };
    };
    world_.restart();
    runner_ = world_.token("shop", domain::Role::runner);
    admin_ = world_.token("shop", domain::Role::admin);
  }
  std::string park(const std::string& wish) {
    const auto answer = talk_.post("/api/v1/waits", wish, runner_);
    EXPECT_EQ(answer.status, 201) << answer.body;
    return at(answer, "wait_id");
  }
  io::ClientAnswer look(const std::string& wait) { return talk_.get("/api/v1/waits/" + wait, runner_); }
  // Until it is over, by long-polls.
  io::ClientAnswer outcome(const std::string& wait) {
    for (int i = 0; i < 20; ++i) {
      const auto now = look(wait);
      if (at(now, "state") == "over") return now;
      const AskedPtr asked = talk_.begin({.path = "/api/v1/waits/" + wait,
                                          .token = runner_,
                                          .fields = {{"Prefer", "wait=15"}, {"If-None-Match", std::string(now.field("ETag"))}}});
      talk_.finish(asked);
      if (at(asked->answer, "state") == "over") return asked->answer;
    }
    return {};
  }
  io::ClientAnswer signal(const std::string& body) { return talk_.post("/api/v1/signals", body, runner_); }

  WaitRules rules_;
  std::string said_;
  ServerWorld world_{testing::TempDir() + "/waits-" + testing::UnitTest::GetInstance()->current_test_info()->name()};
  FlowTalk talk_{world_};
  std::string runner_;
  std::string admin_;
};

TEST_F(WaitsTest, AWaitShowsWhatWasSeenAndEndsWithItsCaptures) {
  const std::string wait = park(on_http);
  talk_.run_until([&] { return !world_.prober().asked.empty() && at(look(wait), "conditions[0].status") == "RUNNING"; });
  const auto parked = look(wait);
  EXPECT_EQ(at(parked, "state"), "parked");
  EXPECT_EQ(at(parked, "owner"), "test a");
  EXPECT_EQ(at(parked, "notes[0].what"), "seen");
  EXPECT_FALSE(at(parked, "deadline").empty());
  EXPECT_FALSE(at(parked, "next_look_at").empty());
  EXPECT_EQ(at(parked, "project"), "shop");
  world_.prober().answer =
      flow::HttpAnswer{.status = 200, .content_type = "application/json", .body = R"({"status":"COMPLETED","result":{"score":7}})"};
  const auto over = outcome(wait);
  EXPECT_EQ(at(over, "outcome"), "satisfied");
  EXPECT_EQ(at(over, "captures.score"), "7");
  EXPECT_NE(at(over, "excerpt").find("COMPLETED"), std::string::npos);
  EXPECT_GE(std::stoi(at(over, "probes")), 2);
}

TEST_F(WaitsTest, APushWakesWhoWaitsWithinMilliseconds) {
  const std::string wait = park(replace_all(on_http, "\"url\":\"http://app:8000/jobs/7/status\"",
                                            "\"url\":\"http://app:8000/jobs/7/status\",\"events\":\"http://app:8000/jobs/7/events\""));
  talk_.run_until([&] { return at(look(wait), "conditions[0].status") == "RUNNING" && !world_.prober().watched.empty(); });
  const AskedPtr waiting = talk_.begin({.path = "/api/v1/waits/" + wait,
                                        .token = runner_,
                                        .fields = {{"Prefer", "wait=20"}, {"If-None-Match", std::string(look(wait).field("ETag"))}}});
  talk_.get("/api/v1/waits", runner_);
  ASSERT_FALSE(waiting->done);
  world_.prober().answer =
      flow::HttpAnswer{.status = 200, .content_type = "application/json", .body = R"({"status":"COMPLETED","result":{"score":7}})"};
  const auto begun = std::chrono::steady_clock::now();
  world_.prober().watched.begin()->second();
  talk_.finish(waiting);
  EXPECT_EQ(at(waiting->answer, "outcome"), "satisfied");
  EXPECT_LT(waiting->at - begun, std::chrono::milliseconds(500)) << "the slow net is a minute away";
}

TEST_F(WaitsTest, EveryWrongFieldIsNamed) {
  const auto answer = talk_.post("/api/v1/waits", R"({"timout_ms":5,"conditions":[{"http":{"url":"/x"},"field":"$.["}]})", runner_);
  EXPECT_EQ(answer.status, 400);
  for (const std::string& name : {"timout_ms", "conditions[0]"}) EXPECT_NE(answer.body.find(name), std::string::npos) << answer.body;
  const auto based = talk_.post("/api/v1/waits?base_url=http://app:8000", R"({"conditions":[{"http":{"url":"/x"}}]})", runner_);
  EXPECT_EQ(based.status, 201) << based.body;
}

TEST_F(WaitsTest, APlaceThatNobodyFilledIsInvalidAtOnce) {
  const auto begun = std::chrono::steady_clock::now();
  const std::string wait = park(replace_all(on_http, "jobs/7", "jobs/{jobId}"));
  const auto over = outcome(wait);
  EXPECT_EQ(at(over, "outcome"), "invalid");
  EXPECT_EQ(at(over, "exit_code"), "5");
  EXPECT_NE(at(over, "message").find("jobId"), std::string::npos);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(1));
  EXPECT_TRUE(world_.prober().asked.empty());
}

TEST_F(WaitsTest, TheSameKeyIsTheSameWait) {
  const io::Fields key{{"Idempotency-Key", "w1"}};
  const auto first = talk_.post("/api/v1/waits", on_signal("k"), runner_, key);
  const auto again = talk_.post("/api/v1/waits", on_signal("k"), runner_, key);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(at(again, "wait_id"), at(first, "wait_id"));
  EXPECT_EQ(talk_.post("/api/v1/waits", on_signal("other"), runner_, key).status, 409);
}

TEST_F(WaitsTest, AWaitForAJobEndsWithIt) {
  const std::string job = at(talk_.post("/api/v1/jobs", R"({"kind":"a"})", runner_), "job_id");
  const std::string wait = park(fmt::format(R"({{"conditions":[{{"job":"{}","capture":{{"n":"$.n"}}}}]}})", job));
  talk_.post("/api/v1/jobs/" + job + "/report", R"({"status":"COMPLETED","result":{"n":3}})", runner_);
  EXPECT_EQ(at(outcome(wait), "captures.n"), "3");
  const std::string other = world_.token("other", domain::Role::runner);
  const std::string body = fmt::format(R"({{"conditions":[{{"job":"{}"}}]}})", job);
  const auto hidden = talk_.post("/api/v1/waits", body, other);
  const auto missing = talk_.post("/api/v1/waits", replace_all(body, job, "j-9"), other);
  EXPECT_EQ(hidden.status, 400);
  EXPECT_EQ(replace_all(hidden.body, job, ""), replace_all(missing.body, "j-9", "")) << "a job of another project looks like none";
}

TEST_F(WaitsTest, ACancelSaysWhoAndWhy) {
  const std::string wait = park(on_signal("k"));
  const auto answer = talk_.post("/api/v1/waits/" + wait + "/cancel", R"({"reason":"not needed"})", runner_);
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(at(answer, "outcome"), "cancelled");
  EXPECT_NE(at(answer, "message").find("not needed"), std::string::npos);
  EXPECT_EQ(talk_.post("/api/v1/waits/" + wait + "/cancel", "", runner_).status, 200);
}

TEST_F(WaitsTest, AWaitOutlivesTheServer) {
  const std::string wait = park(on_signal("k"));
  const std::string deadline = at(look(wait), "deadline");
  world_.restart();
  EXPECT_EQ(at(look(wait), "state"), "parked");
  EXPECT_EQ(at(look(wait), "deadline"), deadline);
  signal(R"({"key":"k","data":{"answer":"yes"}})");
  EXPECT_EQ(at(outcome(wait), "outcome"), "satisfied");
}

TEST_F(WaitsTest, ListsAreOfOnesOwnProject) {
  const std::string wait = park(on_signal("k"));
  const std::string over = park(on_signal("k2"));
  signal(R"({"key":"k2","data":{"answer":"no"}})");
  EXPECT_EQ(at(outcome(over), "outcome"), "failed");
  const auto open = talk_.get("/api/v1/waits?open=true", runner_);
  EXPECT_EQ(at(open, "waits[0].wait_id"), wait);
  EXPECT_EQ(at(open, "waits[1].wait_id"), "");
  EXPECT_EQ(at(talk_.get("/api/v1/waits?open=false", runner_), "waits[0].wait_id"), over);
  EXPECT_EQ(at(talk_.get("/api/v1/waits?owner=test%20b&limit=1", runner_), "waits[0].wait_id"), over);
  const std::string other = world_.token("other", domain::Role::admin);
  EXPECT_EQ(talk_.get("/api/v1/waits", other).body, R"({"waits":[]})");
  EXPECT_EQ(talk_.get("/api/v1/waits/" + wait, other).status, 404);
  EXPECT_EQ(talk_.get("/api/v1/mailboxes", other).body, R"({"mailboxes":[]})");
  const auto boxes = talk_.get("/api/v1/mailboxes", runner_);
  EXPECT_EQ(at(boxes, "mailboxes[0].key"), "k");
  EXPECT_EQ(at(boxes, "mailboxes[0].waits[0].name"), "approval");
}

// ---- what may be looked at

TEST_F(WaitsTest, TheServersOwnMachineIsNotLookedAt) {
  for (const std::string& source :
       {R"("command":{"run":"id"})", R"("file":{"path":"/etc/passwd"})", R"("log":{"path":"/var/log/x","pattern":"a"})"}) {
    const auto answer = talk_.post("/api/v1/waits", fmt::format(R"({{"conditions":[{{{}}}]}})", source), runner_);
    EXPECT_EQ(answer.status, 400) << source;
    EXPECT_NE(answer.body.find("local_sources"), std::string::npos) << answer.body;
  }
  rules_.local_sources = true;
  start();
  EXPECT_EQ(talk_.post("/api/v1/waits", R"({"conditions":[{"file":{"path":"/tmp/x"}}]})", runner_).status, 201);
}

TEST_F(WaitsTest, AddressesWithCredentialsOfCloudsAreRefused) {
  for (const std::string& url :
       {"http://169.254.169.254/latest", "http://[::ffff:169.254.169.254]/", "http://2852039166/", "http://0xa9fea9fe/"}) {
    const auto answer = talk_.post("/api/v1/waits", fmt::format(R"({{"conditions":[{{"http":{{"url":"{}"}}}}]}})", url), runner_);
    EXPECT_EQ(answer.status, 400) << url << answer.body;
    EXPECT_NE(answer.body.find("link-local"), std::string::npos) << answer.body;
  }
}

TEST_F(WaitsTest, OnlyListedHostsAreLookedAtAlsoWhereAnAnswerLeads) {
  rules_.hosts = {"app:8000", "*.example.com"};
  start();
  const auto post = [&](const std::string& url) {
    return talk_.post("/api/v1/waits",
                      fmt::format(R"({{"timeout_ms":60000,"conditions":[{{"http":{{"url":"{}","discover":true}}}}]}})", url), runner_);
  };
  EXPECT_EQ(post("http://app:9000/x").status, 400);
  EXPECT_EQ(post("http://app.evil.test/?example.com").status, 400);
  EXPECT_EQ(post("http://example.com.evil.test/").status, 400);
  EXPECT_EQ(post("http://a.example.com/").status, 201);
  world_.prober().asked.clear();
  world_.prober().answer = flow::HttpAnswer{.status = 202, .location = "http://inside:80/secret"};
  EXPECT_EQ(post("http://app:8000/x").status, 201);
  talk_.run_until([&] { return !world_.prober().asked.empty(); });
  for (int i = 0; i < 5; ++i) talk_.get("/api/v1/waits", runner_);
  for (const std::string& request : world_.prober().asked) EXPECT_EQ(request.find("inside"), std::string::npos) << request;
}

// ---- signals

TEST_F(WaitsTest, ASignalBeforeItsWaitCounts) {
  const auto stored = signal(R"({"key":"approve-7","id":"s1","data":{"answer":"yes"}})");
  EXPECT_EQ(stored.status, 202);
  EXPECT_EQ(at(stored, "answer"), "stored");
  world_.restart();
  EXPECT_EQ(at(outcome(park(on_signal("approve-7"))), "outcome"), "satisfied");
  EXPECT_EQ(at(signal(R"({"key":"approve-7","id":"s1","data":{"answer":"no"}})"), "answer"), "repeated");
}

TEST_F(WaitsTest, ASignalOfOneProjectIsNothingToAnother) {
  const std::string wait = park(on_signal("k"));
  EXPECT_EQ(talk_.post("/api/v1/signals", R"({"key":"k","data":{"answer":"yes"}})", world_.token("other", domain::Role::runner)).status,
            202);
  EXPECT_EQ(at(look(wait), "state"), "parked");
  // Who may do everything is understood where only one project waits under the key.
  const auto all = talk_.post("/api/v1/signals", R"({"key":"k","data":{"answer":"yes"}})", world_.token("*", domain::Role::runner));
  EXPECT_EQ(at(all, "project"), "shop");
  EXPECT_EQ(at(outcome(wait), "outcome"), "satisfied");
}

TEST_F(WaitsTest, SignalsAreBounded) {
  EXPECT_EQ(signal(fmt::format(R"({{"key":"k","data":"{}"}})", std::string(70'000, 'x'))).status, 413);
  EXPECT_EQ(signal(R"({"key":""})").status, 400);
  EXPECT_EQ(signal(R"({"key":"a\nb"})").status, 400);
  const auto metrics = talk_.get("/metrics", world_.token("*", domain::Role::viewer));
  EXPECT_NE(metrics.body.find("tamarack_signals_total{answer=\"too_large\"} 1"), std::string::npos) << metrics.body;
}

TEST_F(WaitsTest, MetricsCountWaitsAndJobs) {
  park(on_signal("k"));
  outcome(park(replace_all(on_http, "jobs/7", "jobs/{jobId}")));
  talk_.post("/api/v1/jobs", R"({"kind":"a"})", runner_);
  const std::string metrics = talk_.get("/metrics", world_.token("*", domain::Role::viewer)).body;
  for (const std::string& line :
       {"tamarack_jobs{status=\"PENDING\"} 1\n", "tamarack_waits_parked 1\n", "tamarack_waits_over_total{outcome=\"invalid\"} 1\n"})
    EXPECT_NE(metrics.find(line), std::string::npos) << line << metrics;
}

// ---- webhooks

TEST_F(WaitsTest, TheSameWebhookTenTimesCountsOnce) {
  const auto made = talk_.post("/api/v1/hooks", R"({"key":"paid","scheme":"none"})", admin_);
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string wait = park(on_signal("paid"));
  std::vector<AskedPtr> all;
  for (int i = 0; i < 10; ++i)
    all.push_back(talk_.begin({.method = "POST",
                               .path = at(made, "url"),
                               .fields = {{"Content-Type", "application/json"}, {"X-GitHub-Delivery", "d-1"}},
                               .body = R"({"answer":"yes"})"}));
  talk_.finish(all);
  int stored = 0;
  for (const AskedPtr& one : all) {
    EXPECT_TRUE(one->answer.status == 202 || one->answer.status == 200) << one->answer.body;
    stored += one->answer.status == 202 ? 1 : 0;
  }
  EXPECT_EQ(stored, 1);
  EXPECT_EQ(at(outcome(wait), "outcome"), "satisfied");
}

TEST_F(WaitsTest, AForgedSignatureChangesNothingAndIsRecorded) {
  const auto made = talk_.post("/api/v1/hooks", R"({"key":"paid","scheme":"hmac-sha256","header":"X-Sum"})", admin_);
  const std::string secret = at(made, "secret");
  ASSERT_FALSE(secret.empty());
  const std::string wait = park(on_signal("paid"));
  const std::string body = R"({"answer":"yes"})";
  const std::string good = "sha256=" + io::hmac_sha256_text(secret, body);
  for (const auto& [fields, sent] :
       std::vector<std::pair<io::Fields, std::string>>{{{}, body},
                                                       {{{"X-Sum", "sha256=00"}}, body},
                                                       {{{"X-Sum", good}}, body + " "},
                                                       {{{"X-Sum", "sha256=" + io::hmac_sha256_text("x", body)}}, body}})
    EXPECT_EQ(talk_.post(at(made, "url"), sent, {}, fields).status, 401);
  EXPECT_EQ(at(look(wait), "state"), "parked");
  EXPECT_NE(said_.find("refused a request"), std::string::npos) << said_;
  EXPECT_EQ(said_.find(secret), std::string::npos);
  EXPECT_EQ(said_.find(at(made, "token")), std::string::npos);
  EXPECT_NE(talk_.get("/metrics", world_.token("*", domain::Role::viewer)).body.find("webhooks_forged_total 4"), std::string::npos);
  world_.restart();
  EXPECT_EQ(talk_.post(at(made, "url"), body, {}, {{"X-Sum", good}}).status, 202) << "the hook outlives the server";
  EXPECT_EQ(at(outcome(wait), "outcome"), "satisfied");
}

TEST_F(WaitsTest, StandardWebhooksAreCheckedWithTheirTime) {
  const auto made = talk_.post("/api/v1/hooks", R"({"key":"paid"})", admin_);
  const auto key = notify::parse_webhook_secret(at(made, "secret"));
  ASSERT_TRUE(key) << made.body;
  const std::string body = R"({"answer":"yes"})";
  const auto send = [&](std::int64_t at_s, const std::string& id) {
    return talk_.post(at(made, "url"), body, {},
                      {{"webhook-id", id},
                       {"webhook-timestamp", std::to_string(at_s)},
                       {"webhook-signature", notify::sign_webhook(std::vector{*key}, id, at_s, body)}});
  };
  const std::int64_t now_s = to_ms(world_.clock().now()) / 1000;
  EXPECT_EQ(send(now_s - 400, "m1").status, 401) << "a replay";
  EXPECT_EQ(send(now_s, "m1").status, 202);
  EXPECT_EQ(send(now_s, "m1").status, 200);
}

TEST_F(WaitsTest, CloudEventsInBothModes) {
  const std::string url = at(talk_.post("/api/v1/hooks", R"({"key":"e","scheme":"none"})", admin_), "url");
  const auto structured = talk_.post(url, R"({"specversion":"1.0","id":"1","source":"s","type":"t","data":{"answer":"yes"}})", {},
                                     {{"Content-Type", "application/cloudevents+json; charset=utf-8"}});
  EXPECT_EQ(structured.status, 202) << structured.body;
  EXPECT_EQ(at(structured, "signal_id"), "s 1");
  const auto binary = talk_.post(url, R"({"answer":"yes"})", {}, {{"ce-id", "1"}, {"ce-source", "s"}, {"ce-type", "t"}});
  EXPECT_EQ(binary.status, 200) << "the same event";
  EXPECT_EQ(talk_.post(url, "{}", {}, {{"Content-Type", "application/cloudevents+json"}}).status, 400);
  EXPECT_EQ(at(outcome(park(on_signal("e"))), "outcome"), "satisfied") << "the data of the event, not its envelope";
}

TEST_F(WaitsTest, AHookForOneWaitSaysWhatBecameOfItToWhoComesLater) {
  const auto made = talk_.post("/api/v1/hooks", R"({"key":"paid","scheme":"none","once":true})", admin_);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(at(made, "once"), "true");
  const auto send = [&](const std::string& id, const std::string& answer = "yes") {
    return talk_.post(at(made, "url"), fmt::format(R"({{"answer":"{}"}})", answer), {}, {{"X-GitHub-Delivery", id}});
  };
  ASSERT_EQ(send("d-1").status, 202) << "before its wait";
  EXPECT_EQ(send("d-1").status, 200);
  world_.restart();
  const std::string wait = park(on_signal("paid"));
  EXPECT_EQ(at(outcome(wait), "outcome"), "satisfied");
  EXPECT_EQ(send("d-1").status, 200) << "it had counted";
  for (int i = 0; i < 2; ++i) {
    const auto late = send("d-2", "no");
    EXPECT_EQ(late.status, 409) << late.body;
    EXPECT_EQ(late.field("Content-Type"), "application/problem+json");
    EXPECT_EQ(at(late, "outcome"), "satisfied");
    EXPECT_EQ(at(late, "ended_at"), at(look(wait), "ended_at"));
    world_.restart();
  }
  EXPECT_EQ(signal(R"({"key":"paid","data":{"answer":"yes"}})").status, 409) << "its key has no other door";
  const auto after = look(wait);
  EXPECT_EQ(at(after, "outcome"), "satisfied");
  EXPECT_NE(after.body.find("the signal 'd-2' came "), std::string::npos) << after.body;
  EXPECT_NE(after.body.find(R"({\"answer\":\"no\"})"), std::string::npos) << after.body;
  const auto again = outcome(park(on_signal("paid", 500)));
  EXPECT_EQ(at(again, "outcome"), "invalid");
  EXPECT_NE(at(again, "message").find("its key is for the signals of one wait, and that was " + wait), std::string::npos) << again.body;
}

TEST_F(WaitsTest, AHookForOneWaitWantsAKeyThatNobodyUses) {
  const std::string once = R"({"key":"paid","scheme":"none","once":true})";
  EXPECT_EQ(talk_.post("/api/v1/hooks", once, admin_).status, 201);
  const auto second = talk_.post("/api/v1/hooks", once, admin_);
  EXPECT_EQ(second.status, 201) << "another address for the same wait";
  EXPECT_EQ(at(talk_.get("/api/v1/hooks", admin_), "hooks[1].once"), "true");
  EXPECT_FALSE(at(second, "expires_at").empty());
  const std::string wait = park(on_signal("paid"));
  talk_.post("/api/v1/waits/" + wait + "/cancel", "", runner_);
  EXPECT_EQ(at(talk_.post(at(second, "url"), "{}"), "outcome"), "cancelled");
  const auto third = talk_.post("/api/v1/hooks", once, admin_);
  EXPECT_EQ(third.status, 409);
  EXPECT_NE(third.body.find("the one wait of 'paid' is over"), std::string::npos) << third.body;
  park(on_signal("other"));
  const auto late = talk_.post("/api/v1/hooks", R"({"key":"other","scheme":"none","once":true})", admin_);
  EXPECT_EQ(late.status, 409);
  EXPECT_NE(late.body.find("'other' is used already"), std::string::npos) << late.body;
  EXPECT_EQ(at(talk_.get("/api/v1/hooks", admin_), "hooks[2].key"), "") << "a refusal leaves nothing";
}

TEST_F(WaitsTest, AHookIsGoneWhenItIsDeletedAndUnknownOnesAreNotThere) {
  const auto made = talk_.post("/api/v1/hooks", R"({"key":"paid","scheme":"none"})", admin_);
  EXPECT_EQ(talk_.post("/api/v1/hooks/hk_1", "{}").status, 404);
  const auto listed = talk_.get("/api/v1/hooks", admin_);
  EXPECT_EQ(at(listed, "hooks[0].key"), "paid");
  EXPECT_EQ(listed.body.find(at(made, "token")), std::string::npos);
  const auto remove = [&](const std::string& token) {
    const AskedPtr asked = talk_.begin({.method = "DELETE", .path = at(made, "url"), .token = token});
    talk_.finish(asked);
    return asked->answer.status;
  };
  EXPECT_EQ(remove(world_.token("other", domain::Role::admin)), 404);
  EXPECT_EQ(remove(admin_), 204);
  EXPECT_EQ(talk_.post(at(made, "url"), "{}").status, 404);
  const auto wrong = talk_.post("/api/v1/hooks", R"({"key":"","scheme":"md5","header":"a b"})", admin_);
  for (const std::string& name : {"/key", "/scheme", "/header"}) EXPECT_NE(wrong.body.find(name), std::string::npos) << wrong.body;
}

}  // namespace
}  // namespace tamarack::coordinator
