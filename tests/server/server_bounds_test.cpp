// What a server takes from nobody: lies of agents, bodies without an end, types that no program sends, traces of what does not exist.
#include "io/files.h"
#include "tests/server/shop.h"

namespace tamarack::coordinator {
namespace {

using domain::Role;
using domain::Term;
using domain::TestIndex;
using domain::WorkerId;

// It joins a run and says whatever it is told to say.
class Liar {
 public:
  Liar(ServerWorld& world, const std::string& token, const std::string& run) : world_(world) {
    io::connect_websocket(world_.loop(),
                          {.url = world_.url() + "/api/v1/runs/" + run + "/link", .fields = {{"Authorization", "Bearer " + token}}},
                          [this](Result<std::unique_ptr<io::Link>> link) {
                            if (!link) return world_.loop().stop();
                            link_ = std::move(*link);
                            link_->on_message([this](const std::string& text) { heard_ += text; });
                            link_->on_close([this] { is_cut_ = true; });
                            link_->send(encode(wire::AgentEnvelope{0, wire::Hello{.agent = domain::AgentId{"spy"}, .session = "s-9"}}));
                          });
  }
  void say(wire::FromAgent message) { link_->send(encode(wire::AgentEnvelope{++said_, std::move(message)})); }
  void say_text(const std::string& text) { link_->send(text); }
  std::int64_t next_number() { return ++said_; }
  bool is_here() const { return heard_.find("welcome") != std::string::npos; }
  bool was_heard() const { return heard_.find(fmt::format(R"("seq":{})", said_)) != std::string::npos; }
  bool is_cut() const { return is_cut_; }

 private:
  ServerWorld& world_;
  std::unique_ptr<io::Link> link_;
  std::string heard_;
  std::int64_t said_ = 0;
  bool is_cut_ = false;
};

wire::TestEnded result(const std::string& worker, std::uint32_t term, std::uint32_t test) {
  return {WorkerId{worker}, Term{term}, {.test = TestIndex{test}, .status = domain::TestStatus::passed}};
}

class ServerBoundsTest : public ShopTest {};

TEST_F(ServerBoundsTest, ALyingAgentIsRefusedAndNotedAndTheRunGoesOn) {
  open_shop();
  const wire::RunRequest wanted = request("r-11");
  start(wanted);
  {
    Liar spy(world_, runner_, "r-11");
    wait_until([&] { return spy.is_here(); });
    spy.say(result("paper/1", 1, 0));  // for another's worker
    spy.say(result("spy/1", 42, 0));   // under a lease that nobody was given
    spy.say(result("spy/1", 42, 99));  // of a test that the plan does not have
    spy.say_text(fmt::format(R"({{"kind":"test_ended","seq":{},"body":[1,2]}})", spy.next_number()));
    spy.say(wire::Beat{});  // what it says after it is heard
    wait_until([&] { return spy.was_heard(); });
    EXPECT_FALSE(spy.is_cut());
  }
  finish(wanted);
  const std::string run = get("/api/v1/runs/r-11").body;
  EXPECT_TRUE(says(run, R"("verdict":"passed")") && says(run, R"("passed":3)")) << run;
  EXPECT_TRUE(says(run, R"("refused":["agent 'spy' speaks for worker 'paper/1', which is not its own")")) << run;
  EXPECT_TRUE(says(run, "agent 'spy' speaks of lease 42, which nobody was given")) << run;
  EXPECT_TRUE(says(run, "agent 'spy' sent what cannot be read")) << run;
  EXPECT_EQ(count(get("/api/v1/runs/r-11/journal").body, R"("kind":"message_refused")"), 4U);
  EXPECT_TRUE(says(get("/api/v1/runs/r-11/report").body, R"("name":"refused","message":"agent 'spy' speaks of test 99, the plan has 3")"));
  EXPECT_EQ(metric("agent_messages_refused_total"), "4");
}

TEST_F(ServerBoundsTest, AFloodOfLiesEndsTheLinkAndFillsNoJournal) {
  open_shop();
  start(request("r-11"));
  Liar spy(world_, runner_, "r-11");
  wait_until([&] { return spy.is_here(); });
  for (int i = 0; i < 500; ++i) spy.say(result("spy/1", 42, 0));
  wait_until([&] { return spy.is_cut(); });
  EXPECT_EQ(count(get("/api/v1/runs/r-11/journal").body, R"("kind":"message_refused")"), 10U);
  Liar stranger(world_, runner_, "r-11");
  wait_until([&] { return stranger.is_here(); });
  stranger.say_text("no JSON at all");
  wait_until([&] { return stranger.is_cut(); });
  EXPECT_EQ(count(get("/api/v1/runs/r-11/journal").body, R"("kind":"message_refused")"), 10U) << "once too often is always too often";
}

TEST_F(ServerBoundsTest, AnArtifactWhoseBytesAreOthersIsNotedWithTheAgentThatNamedIt) {
  open_shop();
  start(request("r-11"));
  PaperAgent agent(world_, runner_);
  Liar spy(world_, runner_, "r-11");
  wait_until([&] { return spy.is_here(); });
  spy.say(wire::WorkerUp{WorkerId{"spy/1"}, Millis{0}});
  const auto claim = [](const std::string& name) {
    return wire::Artifact{WorkerId{"spy/1"}, Term{1U}, TestIndex{0U}, 0, {.name = name, .path = {}, .sha256 = sha256_hex(name), .size = 5}};
  };
  wait_until([&] { return says(get("/api/v1/runs/r-11/journal").body, "lease_granted"); });
  spy.say(claim("first"));
  wait_until([&] { return says(get("/api/v1/runs/r-11/journal").body, "artifact_stored"); });
  EXPECT_EQ(put_blob(sha256_hex("first"), "other").status, 422);
  EXPECT_EQ(put_blob(sha256_hex("second"), "other").status, 422) << "and named only now";
  spy.say(claim("second"));
  wait_until([&] { return count(get("/api/v1/runs/r-11/journal").body, "message_refused") == 2; });
  const std::string run = get("/api/v1/runs/r-11").body;
  EXPECT_TRUE(says(run, "agent 'spy' sent other bytes for artifact 'first' than its SHA-256 says")) << run;
  EXPECT_EQ(metric("blobs_refused_total"), "2");
}

TEST_F(ServerBoundsTest, ManyBodiesAtOnceAreToldToComeBack) {
  open_shop([](ServerSettings& settings) { settings.http.bodies_max = 20'000; });
  const auto answer = post("/api/v1/runs", std::string(30'000, ' '));
  EXPECT_EQ(answer.status, 503) << answer.body;
  EXPECT_FALSE(answer.field("Retry-After").empty());
  for (int i = 0; i < 5; ++i) EXPECT_EQ(post("/api/v1/runs", std::string(15'000, ' ')).status, 400) << "the room is free again";
  EXPECT_EQ(put_blob(sha256_hex(std::string(50'000, 'x')), std::string(50'000, 'x')).status, 201) << "files are another matter";
  EXPECT_EQ(metric("http_bodies_refused_total"), "1");
}

TEST_F(ServerBoundsTest, ABodyThatNobodyReadsHasToBeOneThatCouldBeMeant) {
  open_shop();
  start(request("r-11"));
  EXPECT_EQ(post("/api/v1/runs/r-11/cancel", "please").status, 400);
  EXPECT_EQ(post("/api/v1/runs/r-11/cancel", "[1]").status, 400);
  EXPECT_TRUE(says(get("/api/v1/runs/r-11").body, R"("verdict":"running")"));
  EXPECT_EQ(post("/api/v1/runs/r-11/cancel", "").status, 202);
}

TEST_F(ServerBoundsTest, OnlyJsonOpensASession) {
  open_shop();
  const auto open = [&](const io::Fields& fields) {
    return world_.ask({.method = "POST", .path = "/api/v1/session", .fields = fields, .body = R"({"token":")" + runner_ + R"("})"}).status;
  };
  EXPECT_EQ(open({{"Content-Type", "application/json; charset=utf-8"}}), 204);
  for (const std::string type : {"text/plain", "application/x-www-form-urlencoded", ""})
    EXPECT_EQ(open({{"Content-Type", type}}), 415) << type;
  EXPECT_EQ(open({}), 415);
  EXPECT_EQ(post("/api/v1/runs", "{}", {{"Content-Type", "text/plain"}}).status, 415);
  EXPECT_EQ(post("/api/v1/runs", "{}", {{"Content-Type", "application/json"}}).status, 403)
      << "it was read, and is for no project of this token";
}

TEST_F(ServerBoundsTest, LookingForWhatIsNotThereLeavesNoTrace) {
  open_shop();
  const std::string viewer = world_.token("*", Role::viewer);
  EXPECT_EQ(world_.get("/api/v1/projects/made-up/blobs/" + std::string(64, 'a'), viewer).status, 404);
  const std::string all = world_.token("*", Role::runner);
  EXPECT_EQ(world_
                .ask({.method = "POST",
                      .path = "/api/v1/projects/made-up/blobs/missing",
                      .token = all,
                      .fields = {},
                      .body = encode(wire::MissingQuery{{std::string(64, 'a')}})})
                .status,
            200);
  EXPECT_FALSE(io::exists(world_.folder() + "/blobs/made-up"));
}

TEST_F(ServerBoundsTest, OneReportIsMadeForAllWhoAskAtOnce) {
  open_shop();
  whole_run("r-11");
  int left = 20;
  int good = 0;
  for (int i = 0; i < 20; ++i)
    io::http_call(world_.loop(), {.url = world_.url() + "/api/v1/runs/r-11/report", .fields = {{"Authorization", "Bearer " + runner_}}},
                  [&](const Result<io::ClientAnswer>& answer) {
                    if (answer && answer->status == 200 && says(answer->body, "all 3 tests passed")) ++good;
                    if (--left == 0) world_.loop().stop();
                  });
  world_.loop().run();
  EXPECT_EQ(good, 20);
  EXPECT_EQ(metric("reports_made_total"), "1");
  EXPECT_EQ(metric("reports_shared_total"), "19");
}

}  // namespace
}  // namespace tamarack::coordinator
