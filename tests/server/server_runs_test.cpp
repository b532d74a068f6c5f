// Runs that a server works on, over HTTP and WebSocket as clients and agents do.
#include <gtest/gtest.h>

#include "io/files.h"
#include "io/ws_link.h"
#include "tests/server/shop.h"

namespace tamarack::coordinator {
namespace {

using domain::Role;

class ServerRunsTest : public ShopTest {
 protected:
  void SetUp() override { open_shop(); }

  io::ClientAnswer post(const std::string& path, const std::string& body, const std::string& token = {}) {
    return world_.ask({.method = "POST", .path = path, .token = token.empty() ? runner_ : token, .fields = {}, .body = body});
  }
  io::ClientAnswer put_blob(const std::string& sha256, const std::string& bytes, const std::string& query = {}) {
    return world_.ask(
        {.method = "PUT", .path = "/api/v1/projects/shop/blobs/" + sha256 + query, .token = runner_, .fields = {}, .body = bytes});
  }
  // All of it: asked for, worked on, closed. Returns what the API says of it.
  std::string whole_run(const wire::RunRequest& wanted, const std::string& failing = {}) {
    const domain::RunId run = start(wanted).run_id;
    PaperAgent agent(world_, runner_, failing);
    EXPECT_EQ(agent.poll().run, run);
    agent.work(run, wanted.plan);
    EXPECT_TRUE(agent.went_home());
    const auto events = world_.get("/api/v1/runs/" + run.value + "/events", runner_).body;
    EXPECT_NE(events.find("event: end"), std::string::npos) << "the run is closed";
    return world_.get("/api/v1/runs/" + run.value, runner_).body;
  }
};

TEST_F(ServerRunsTest, ARunIsAskedForWorkedOnAndClosed) {
  const std::string run = whole_run(request("r-10"));
  EXPECT_TRUE(says(run, R"("verdict":"passed")")) << run;
  EXPECT_TRUE(says(run, R"("passed":3)")) << run;
  EXPECT_TRUE(says(run, R"("branch":"main")")) << run;
}

TEST_F(ServerRunsTest, TheSameRequestTwiceIsOneRun) {
  const wire::RunRequest wanted = request("r-10");
  EXPECT_EQ(start(wanted).state, wire::Started::started);
  EXPECT_EQ(start(wanted, 200).state, wire::Started::same);
  wire::RunRequest other = wanted;
  other.branch = "another";
  EXPECT_EQ(post("/api/v1/runs", encode(other)).status, 409);
}

TEST_F(ServerRunsTest, EveryMachineOfACiJobComesToOneRun) {
  EXPECT_EQ(start(request("r-10", "ci/7")).state, wire::Started::started);
  const wire::RunStarted second = start(request("r-11", "ci/7"), 200);
  EXPECT_EQ(second.state, wire::Started::joined);
  EXPECT_EQ(second.run_id.value, "r-10");
}

// In the same moment, not one after the other.
TEST_F(ServerRunsTest, OfManyMachinesThatAskAtOnceOneStartsTheRun) {
  constexpr int machines = 8;
  std::vector<std::string> bodies;
  for (int i = 0; i < machines; ++i) bodies.push_back(encode(request(fmt::format("r-2{}", i), "ci/7")));
  bodies.push_back(bodies.front());  // one says it twice
  std::map<int, int> statuses;
  std::set<std::string> runs;
  std::size_t left = bodies.size();
  for (const std::string& body : bodies)
    io::http_call(
        world_.loop(),
        {.method = "POST", .url = world_.url() + "/api/v1/runs", .fields = {{"Authorization", "Bearer " + runner_}}, .body = body},
        [&](const Result<io::ClientAnswer>& answer) {
          if (answer) {
            ++statuses[answer->status];
            const auto started = wire::decode<wire::RunStarted>(answer->body);
            if (started) runs.insert(started->run_id.value);
          }
          if (--left == 0) world_.loop().stop();
        });
  world_.loop().run();
  EXPECT_EQ(statuses, (std::map<int, int>{{200, machines}, {201, 1}}));
  EXPECT_EQ(runs.size(), 1U);
}

TEST_F(ServerRunsTest, AnotherProjectsRunnerCannotEndARun) {
  start(request("r-10"));
  const std::string foreign = world_.token("other", Role::runner);
  const wire::AgentPoll lie{
      .agent = domain::AgentId{"spy"}, .session = "s-9", .gave_up = domain::RunId{"r-10"}, .problem = "I say so", .log_tail = "x"};
  EXPECT_EQ(post("/api/v1/agents/poll", encode(lie), foreign).status, 200);
  EXPECT_TRUE(says(world_.get("/api/v1/runs/r-10", runner_).body, R"("verdict":"running")"));
  EXPECT_FALSE(says(world_.get("/api/v1/runs/r-10/journal", runner_).body, "I say so"));
}

TEST_F(ServerRunsTest, ARunsNameIsNoPath) {
  for (const std::string& name : std::vector<std::string>{"r-/../../x", "r-..\n", "q-1", "r-" + std::string(200, 'x')}) {
    wire::RunRequest wanted = request("r-1");
    wanted.run_id = domain::RunId{name};
    EXPECT_EQ(post("/api/v1/runs", encode(wanted)).status, 400) << name;
  }
  wire::RunRequest wanted = request("r-1");
  wanted.config = "../../etc/passwd";
  EXPECT_EQ(post("/api/v1/runs", encode(wanted)).status, 400);
}

TEST_F(ServerRunsTest, ARetriedJobRunsWhatFailedAndCarriesTheRestForward) {
  EXPECT_TRUE(says(whole_run(request("r-10", "ci/7"), "works 1"), R"("verdict":"failed")"));
  const wire::RunRequest again = request("r-11", "ci/7");
  const wire::RunStarted started = start(again);
  EXPECT_EQ(started.state, wire::Started::continued);
  PaperAgent agent(world_, runner_);
  EXPECT_EQ(agent.poll().run.value, "r-11");
  agent.work(started.run_id, again.plan);
  (void)world_.get("/api/v1/runs/r-11/events", runner_);
  const std::string run = world_.get("/api/v1/runs/r-11", runner_).body;
  EXPECT_TRUE(says(run, R"("verdict":"passed")")) << run;
  EXPECT_TRUE(says(run, R"("passed":3)")) << "one complete ledger: " << run;
  EXPECT_TRUE(says(run, R"("attempts":1)")) << "only the failed one ran: " << run;
}

TEST_F(ServerRunsTest, WithNothingLeftToDoTheOldVerdictIsRepeated) {
  EXPECT_TRUE(says(whole_run(request("r-10", "ci/7")), R"("verdict":"passed")"));
  const wire::RunStarted again = start(request("r-11", "ci/7"), 200);
  EXPECT_EQ(again.state, wire::Started::repeated);
  EXPECT_EQ(again.run_id.value, "r-10");
  EXPECT_EQ(again.verdict, "passed");
  wire::RunRequest afresh = request("r-12", "ci/7");
  afresh.afresh = true;
  EXPECT_EQ(start(afresh).state, wire::Started::started);
}

TEST_F(ServerRunsTest, AMachineThatComesLateHearsTheVerdictOfItsOwnTry) {
  wire::RunRequest first = request("r-10", "ci/7");
  first.ci_attempt = 1;
  EXPECT_TRUE(says(whole_run(first, "works 1"), R"("verdict":"failed")"));
  wire::RunRequest late = request("r-11", "ci/7");
  late.ci_attempt = 1;
  const wire::RunStarted told = start(late, 200);
  EXPECT_EQ(told.state, wire::Started::repeated);
  EXPECT_EQ(told.exit_code, 1);
  wire::RunRequest retry = request("r-12", "ci/7");
  retry.ci_attempt = 2;
  EXPECT_EQ(start(retry).state, wire::Started::continued);
}

TEST_F(ServerRunsTest, AnotherCommitIsAnotherQuestion) {
  EXPECT_TRUE(says(whole_run(request("r-10", "ci/7")), R"("verdict":"passed")"));
  wire::RunRequest other = request("r-11", "ci/7");
  other.commit = "c2";
  EXPECT_EQ(start(other).state, wire::Started::started);
}

TEST_F(ServerRunsTest, ACancelledRunSaysSo) {
  start(request("r-10"));
  EXPECT_EQ(post("/api/v1/runs/r-10/cancel", "{}").status, 202);
  (void)world_.get("/api/v1/runs/r-10/events", runner_);
  const std::string run = world_.get("/api/v1/runs/r-10", runner_).body;
  EXPECT_TRUE(says(run, R"("verdict":"cancelled")")) << run;
  EXPECT_EQ(post("/api/v1/runs/r-10/cancel", "{}").status, 409) << "it is over";
}

TEST_F(ServerRunsTest, ARunOutlivesItsServer) {
  const wire::RunRequest wanted = request("r-10");
  start(wanted);
  world_.restart(false, {.heartbeat = Millis{200}});
  EXPECT_TRUE(world_.problems().empty()) << world_.problems().front();
  PaperAgent agent(world_, runner_);
  EXPECT_EQ(agent.poll().run.value, "r-10");
  agent.work(wanted.run_id, wanted.plan);
  (void)world_.get("/api/v1/runs/r-10/events", runner_);
  EXPECT_TRUE(says(world_.get("/api/v1/runs/r-10", runner_).body, R"("verdict":"passed")"));
}

TEST_F(ServerRunsTest, WhatIsWrongWithARequestIsNamed) {
  wire::RunRequest wanted = request("r-10");
  wanted.plan.units[0].tests = {domain::TestIndex{9U}};
  wanted.config.clear();
  const auto answer = post("/api/v1/runs", encode(wanted));
  EXPECT_EQ(answer.status, 400);
  EXPECT_TRUE(says(answer.body, "/plan/units/0/tests: 9 is no test of the plan")) << answer.body;
  EXPECT_TRUE(says(answer.body, "/config: expected the path")) << answer.body;
  EXPECT_EQ(post("/api/v1/runs", "{").status, 400);
  wanted = request("r-10");
  wanted.workspace = std::string(64, 'a');
  EXPECT_TRUE(says(post("/api/v1/runs", encode(wanted)).body, "send it before the run is started"));
  wanted = request("r-10");
  wanted.project = "other";
  EXPECT_EQ(post("/api/v1/runs", encode(wanted)).status, 403);
}

TEST_F(ServerRunsTest, AnUploadGoesOnWhereItWasCut) {
  const std::string sha256 = sha256_hex("hello");
  ASSERT_TRUE(io::write_file(*world_.blobs().partial_path("shop", sha256), "hel"));
  const auto missing = post("/api/v1/projects/shop/blobs/missing", encode(wire::MissingQuery{{sha256}}));
  EXPECT_TRUE(says(missing.body, R"("bytes":3)")) << missing.body;
  EXPECT_EQ(put_blob(sha256, "lo", "?offset=9").status, 409);
  EXPECT_EQ(put_blob(sha256, "lo", "?offset=3").status, 201);
  EXPECT_EQ(world_.get("/api/v1/projects/shop/blobs/" + sha256, runner_).body, "hello");
  EXPECT_TRUE(says(post("/api/v1/projects/shop/blobs/missing", encode(wire::MissingQuery{{sha256}})).body, R"("missing":[])"));
}

TEST_F(ServerRunsTest, BytesThatAreNotWhatTheirNameSaysAreRefused) {
  EXPECT_EQ(put_blob(sha256_hex("hello"), "jello").status, 422);
  EXPECT_EQ(world_.get("/api/v1/projects/shop/blobs/" + sha256_hex("hello"), runner_).status, 404);
  EXPECT_EQ(put_blob("no-hash", "x").status, 400);
}

TEST_F(ServerRunsTest, AnAgentThatWaitsHearsOfARunAtOnce) {
  PaperAgent agent(world_, runner_);
  const wire::RunRequest wanted = request("r-10");
  const io::Timer later = world_.loop().after(Millis{30}, [&] {
    io::http_call(world_.loop(),
                  {.method = "POST",
                   .url = world_.url() + "/api/v1/runs",
                   .fields = {{"Authorization", "Bearer " + runner_}},
                   .body = encode(wanted)},
                  [](const auto&) {});
  });
  EXPECT_EQ(agent.poll(20).run.value, "r-10");
  const std::string agents = world_.get("/api/v1/agents", runner_).body;
  EXPECT_TRUE(says(agents, R"("agent":"paper")") && says(agents, R"("run_id":"r-10")")) << agents;
}

TEST_F(ServerRunsTest, AnAgentThatHungUpWhileItWaitedIsGivenNothing) {
  const wire::AgentPoll poll{.agent = domain::AgentId{"ghost"}, .session = "s-2", .wait = 20};
  io::http_call(world_.loop(),
                {.method = "POST",
                 .url = world_.url() + "/api/v1/agents/poll",
                 .fields = {{"Authorization", "Bearer " + runner_}},
                 .body = encode(poll),
                 .total_timeout = Millis{100}},
                [&](const auto& answer) {
                  EXPECT_FALSE(answer);
                  world_.loop().stop();
                });
  world_.loop().run();
  wire::RunRequest wanted = request("r-10");
  wanted.workers_max = 1;
  start(wanted);
  PaperAgent agent(world_, runner_);
  EXPECT_EQ(agent.poll().run.value, "r-10") << "nobody else works on it";
}

TEST_F(ServerRunsTest, AnAgentThatSaysGoodbyeIsNotCountedOn) {
  PaperAgent agent(world_, runner_);
  (void)agent.poll();
  EXPECT_TRUE(says(world_.get("/api/v1/agents", runner_).body, "paper"));
  const wire::AgentPoll bye{.agent = domain::AgentId{"paper"}, .session = "s-1", .leaving = true};
  EXPECT_EQ(post("/api/v1/agents/poll", encode(bye)).status, 200);
  EXPECT_FALSE(says(world_.get("/api/v1/agents", runner_).body, "paper"));
}

TEST_F(ServerRunsTest, AnAdminDrainsAnAgent) {
  PaperAgent agent(world_, runner_);
  EXPECT_FALSE(agent.poll().drain);
  EXPECT_EQ(post("/api/v1/agents/paper/drain", R"({"drain":true})").status, 403);
  const std::string admin = world_.token("shop", Role::admin);
  EXPECT_EQ(post("/api/v1/agents/paper/drain", R"({"drain":true})", admin).status, 204);
  EXPECT_EQ(post("/api/v1/agents/nobody/drain", R"({"drain":true})", admin).status, 404);
  start(request("r-10"));
  const wire::AgentOrder order = agent.poll();
  EXPECT_TRUE(order.run.empty() && !order.drain) << "it takes no run, and is not sent away";
  EXPECT_EQ(post("/api/v1/agents/paper/drain", R"({"drain":false})", admin).status, 204);
  EXPECT_EQ(agent.poll().run.value, "r-10") << "and takes runs again when it is told to";
  (void)agent.poll();
  EXPECT_EQ(post("/api/v1/agents/paper/drain", R"({"drain":true,"leave":true})", admin).status, 204);
  EXPECT_TRUE(agent.poll().drain) << "it is to end";
}

TEST_F(ServerRunsTest, ABrowserSessionReadsAndNeedsTheHeaderToChange) {
  start(request("r-10"));
  const io::Fields json{{"Content-Type", "application/json"}};
  const auto opened =
      world_.ask({.method = "POST", .path = "/api/v1/session", .fields = json, .body = R"({"token":")" + runner_ + R"("})"});
  EXPECT_EQ(opened.status, 204);
  const std::string set(opened.field("Set-Cookie"));
  EXPECT_TRUE(says(set, "HttpOnly") && says(set, "SameSite=Strict")) << set;
  const std::string cookie = set.substr(0, set.find(';'));
  EXPECT_TRUE(says(world_.get("/api/v1/session", {}, {{"Cookie", cookie}}).body, R"("role":"runner")"));
  const auto cancel = [&](io::Fields fields) {
    fields.emplace_back("Cookie", cookie);
    return world_.ask({.method = "POST", .path = "/api/v1/runs/r-10/cancel", .fields = fields, .body = "{}"}).status;
  };
  EXPECT_EQ(cancel({}), 403) << "another site's page could have sent this";
  EXPECT_EQ(cancel({{"X-Tamarack", "1"}}), 202);
  EXPECT_EQ(world_.ask({.method = "POST", .path = "/api/v1/session", .fields = json, .body = R"({"token":"tmk_x"})"}).status, 401);
}

TEST_F(ServerRunsTest, WhatIsOpenEndsWithItsToken) {
  start(request("r-10"));
  const auto issued = issue_token(world_.access(), {.project = "shop", .role = Role::runner, .created = world_.clock().now()});
  ASSERT_TRUE(issued);
  const io::Timer revoke =
      world_.loop().after(Millis{100}, [&] { EXPECT_TRUE(world_.access().revoke_token(issued->token.id, world_.clock().now())); });
  // Each ends by itself, although the run goes on; without an end the question would wait in vain.
  for (const std::string feed : {"events", "live"}) {
    const auto stream = world_.get("/api/v1/runs/r-10/" + feed, issued->text);
    EXPECT_EQ(stream.status, feed == "events" ? 200 : 401) << "the second one comes too late";
    EXPECT_FALSE(says(stream.body, "event: end"));
  }
}

TEST_F(ServerRunsTest, WhatIsOpenEndsWithTheSecretThatOpenedIt) {
  start(request("r-10"));
  const auto issued = issue_token(world_.access(), {.project = "shop", .role = Role::runner, .created = world_.clock().now()});
  ASSERT_TRUE(issued);
  const io::Timer rotate = world_.loop().after(
      Millis{100}, [&] { EXPECT_TRUE(reissue_token(world_.access(), issued->token.id, world_.clock().now(), world_.clock().now())); });
  const auto stream = world_.get("/api/v1/runs/r-10/events", issued->text);
  EXPECT_EQ(stream.status, 200);
  EXPECT_FALSE(says(stream.body, "event: end")) << "the run goes on";
}

TEST_F(ServerRunsTest, AnAgentsLinkEndsWithItsToken) {
  start(request("r-10"));
  const auto issued = issue_token(world_.access(), {.project = "shop", .role = Role::runner, .created = world_.clock().now()});
  ASSERT_TRUE(issued);
  bool closed = false;
  std::unique_ptr<io::Link> link;
  io::connect_websocket(world_.loop(),
                        {.url = world_.url() + "/api/v1/runs/r-10/link", .fields = {{"Authorization", "Bearer " + issued->text}}},
                        [&](Result<std::unique_ptr<io::Link>> opened) {
                          ASSERT_TRUE(opened);
                          link = std::move(*opened);
                          link->on_close([&] {
                            closed = true;
                            world_.loop().stop();
                          });
                          EXPECT_TRUE(world_.access().revoke_token(issued->token.id, world_.clock().now()));
                        });
  const io::Timer watchdog = world_.loop().after(Millis{20'000}, [&] { world_.loop().stop(); });
  world_.loop().run();
  EXPECT_TRUE(closed);
}

TEST_F(ServerRunsTest, TokensAreMadeListedAndRevokedByAdminsOfTheirProject) {
  const std::string admin = world_.token("shop", Role::admin);
  const auto made = post("/api/v1/tokens", R"({"name":"ci","project":"shop","role":"runner","days":30})", admin);
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_TRUE(says(made.body, R"("token":"tmk_)"));
  const std::string id = made.body.substr(made.body.find(R"("id":")") + 6, 10);
  EXPECT_TRUE(says(world_.get("/api/v1/tokens", admin).body, R"("name":"ci")"));
  EXPECT_EQ(post("/api/v1/tokens", R"({"name":"ci","project":"*","role":"admin"})", admin).status, 403)
      << "nobody hands out more than he has";
  const auto wrong = post("/api/v1/tokens", R"({"project":"","role":"boss","days":-1})", admin);
  EXPECT_EQ(wrong.status, 400);
  EXPECT_TRUE(says(wrong.body, "/role: expected viewer, runner or admin, got 'boss'") && says(wrong.body, "/days:")) << wrong.body;
  const std::string other = world_.token("other", Role::admin);
  EXPECT_EQ(world_.ask({.method = "DELETE", .path = "/api/v1/tokens/" + id, .token = other}).status, 404);
  EXPECT_EQ(world_.ask({.method = "DELETE", .path = "/api/v1/tokens/" + id, .token = admin}).status, 204);
  EXPECT_TRUE(says(world_.get("/api/v1/tokens", admin).body, R"("revoked":true)"));
}

}  // namespace
}  // namespace tamarack::coordinator
