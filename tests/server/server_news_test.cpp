// What a server tells others of its runs, and which requests of one CI job are the same question: a real server, a receiver on port 0.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "artifact/blobs/disk_blobs.h"
#include "base/sha256.h"
#include "base/text.h"
#include "coordinator/projection.h"
#include "coordinator/server.h"
#include "io/files.h"
#include "io/http_client.h"
#include "store/sqlite/sqlite_store.h"
#include "tests/server/scripted_prober.h"
#include "wire/api.h"
#include "wire/manifest.h"

namespace tamarack::coordinator {
namespace {

constexpr const char* hook_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

struct Told {
  std::string id;
  std::string body;
  int status = 0;  // what it was answered
};

class ServerNewsTest : public testing::Test {
 protected:
  void SetUp() override {
    char folder[] = "/tmp/tamarack-news-XXXXXX";
    folder_ = mkdtemp(folder);
    mine_ = &connect();
    blobs_ = std::move(*artifact::open_disk_blobs(folder_ + "/blobs"));
    receiver_ = std::move(*io::HttpServer::listen(
        loop_, {}, {.handle = [this](const io::IncomingRequest& request, const std::shared_ptr<io::Exchange>& exchange) {
          told_.push_back({std::string(request.head.field("webhook-id")), request.body, receiver_status_});
          exchange->answer({.status = receiver_status_});
        }}));
    start();
  }
  void TearDown() override {
    server_.reset();
    std::filesystem::remove_all(folder_);
  }

  // What a server has begun may still use its own.
  store::Store& connect() { return *connections_.emplace_back(std::move(*store::open_sqlite_store(folder_ + "/tamarack.db"))); }
  // Another server of the same data, as after kill -9 of the one before.
  void start(bool tells = true) {
    server_.reset();
    ServerSettings settings{.open = true, .version = "1.2.3", .warn = [this](const std::string& text) { warnings_ += text + "\n"; }};
    if (tells) {
      const std::string text = fmt::format(
          "version = 1\nurl = \"https://tamarack.example.com\"\n[[webhook]]\nname = \"bot\"\nurl = \"http://127.0.0.1:{}/\"\n"
          "secret = {{ env = \"HOOK\" }}\n",
          receiver_->port());
      settings.notifier = {.file = *config::read_server_file(text, "server.toml").file,
                           .secrets = [](const config::SecretRef&) -> Result<std::string> { return std::string(hook_secret); },
                           .retries = {.first = Millis{5}, .longest = Millis{20}},
                           .limits = {}};
    }
    server_ = std::move(*Server::listen(
        loop_, clock_, {connect(), connect(), connect(), connect().access(), *blobs_, connect().flow(), connect().hooks(), prober_},
        std::move(settings), [this](const Error& error) { warnings_ += error.message + "\n"; }));
  }

  io::ClientAnswer ask(const std::string& method, const std::string& path, const std::string& body = {}) {
    io::ClientAnswer answer;
    bool answered = false;
    io::http_call(loop_, {.method = method, .url = fmt::format("http://127.0.0.1:{}{}", server_->port(), path), .body = body},
                  [&](Result<io::ClientAnswer> got) {
                    if (got) answer = std::move(*got);
                    answered = true;
                  });
    run_until([&] { return answered; });
    return answer;
  }
  void run_until(const std::function<bool()>& holds) {
    bool in_time = true;
    const io::Timer watchdog = loop_.after(Millis{20'000}, [&] {
      in_time = false;
      loop_.stop();
    });
    look(holds);
    loop_.run();
    EXPECT_TRUE(in_time) << "the test hangs; told so far: " << told_.size() << "; " << warnings_;
  }
  void look(const std::function<bool()>& holds) {
    if (holds()) return loop_.stop();
    again_ = loop_.after(Millis{2}, [this, &holds] { look(holds); });
  }

  std::string put_blob(const std::string& bytes) {
    const std::string sha256 = sha256_hex(bytes);
    EXPECT_EQ(ask("PUT", "/api/v1/projects/shop/blobs/" + sha256, bytes).status, 201);
    return sha256;
  }
  static domain::Plan plan_of(std::size_t tests) {
    domain::Plan plan{.framework = "pytest", .workers = 1};
    for (std::size_t i = 0; i < tests; ++i) {
      plan.tests.push_back({.identity = {"a.py", {fmt::format("works {}", i)}, ""}});
      plan.tests[i].id = make_test_id(plan.tests[i].identity);
      plan.units.push_back({.index = domain::UnitIndex{i}, .title = "a.py", .spec = "a.py", .tests = {domain::TestIndex{i}}});
    }
    return plan;
  }
  wire::RunRequest request(const std::string& run, const std::string& identity = {}, std::size_t tests = 2) {
    return {.run_id = domain::RunId{run},
            .project = "shop",
            .identity = identity,
            .branch = "main",
            .commit = "c1",
            .command = "tamarack run",
            .plan = plan_of(tests),
            .workspace = put_blob("manifest"),
            .config = "tamarack.toml",
            .ci_url = "https://ci.example.com/7",
            .ci_attempt = 2,
            .pull_request = 123,
            .suite_dir = "e2e"};
  }
  io::ClientAnswer post(const wire::RunRequest& wanted) { return ask("POST", "/api/v1/runs", encode(wanted)); }
  void cancel(const std::string& run) { EXPECT_EQ(ask("POST", "/api/v1/runs/" + run + "/cancel", "{}").status, 202); }
  // Every test passed, on some earlier day.
  void add_green_run(const wire::RunRequest& wanted) {
    const domain::WorkerId worker{"local/1"};
    run::Run folded;
    std::optional<store::RequestRow> asked = store::RequestRow{.run = wanted.run_id,
                                                               .project = wanted.project,
                                                               .identity = wanted.identity,
                                                               .at = from_ms(1),
                                                               .body = encode(wanted),
                                                               .carried_from = {},
                                                               .config = wanted.config,
                                                               .workspace = wanted.workspace};
    const store::RunRow row{.run = wanted.run_id, .project = wanted.project, .branch = wanted.branch, .commit = wanted.commit};
    const auto feed = [&](const run::Event& event) {
      run::Step step = run::step(std::move(folded), event, clock_.now());
      folded = std::move(step.run);
      store::Commit commit = project(row, folded, step.entries);
      commit.request = std::exchange(asked, std::nullopt);
      ASSERT_TRUE(mine_->commit(commit));
    };
    feed(run::Planned{wanted.run_id, wanted.plan, {}, {}});
    feed(run::WorkerAppeared{worker, domain::AgentId{"local"}});
    feed(run::WorkerBecameReady{worker, Millis{0}});
    for (std::uint64_t term = 1; !folded.finished; ++term) {
      for (std::size_t test = 0; test < wanted.plan.tests.size(); ++test)
        feed(run::TestEnded{worker, domain::Term{term}, {.test = domain::TestIndex{test}, .status = domain::TestStatus::passed}});
      feed(run::InvocationEnded{worker, domain::Term{term}, false, {}, {}});
    }
    ASSERT_EQ(mine_->run(wanted.run_id).value()->exit_code, 0);
  }

  static bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
  // "run.started run.finished", of those that were taken; the same event again is none: what was under way when a server died is sent
  // again.
  std::string events() const {
    std::vector<std::string> types;
    std::string last;
    for (const Told& one : told_) {
      if (one.status >= 300 || std::exchange(last, one.id) == one.id) continue;
      types.emplace_back(says(one.body, R"("type":"run.started")") ? "run.started" : "run.finished");
    }
    return join(types, " ");
  }
  std::size_t owed() { return mine_->notices().value().size(); }
  // Nothing is owed but the news of a run's end.
  bool beginning_was_told() {
    const auto rows = mine_->notices().value();
    return rows.size() == 1 && says(rows[0].json, R"("event":"run.finished")");
  }
  void wait_for_end(const std::string& run) { EXPECT_TRUE(says(ask("GET", "/api/v1/runs/" + run + "/events").body, "event: end")); }

  std::string folder_;
  std::vector<std::unique_ptr<store::Store>> connections_;
  store::Store* mine_ = nullptr;  // the test's own
  std::unique_ptr<artifact::BlobStore> blobs_;
  io::SystemClock clock_;
  io::Loop loop_;
  ScriptedProber prober_{loop_};
  std::unique_ptr<io::HttpServer> receiver_;
  std::unique_ptr<Server> server_;
  std::vector<Told> told_;
  std::string warnings_;
  io::Timer again_;
  int receiver_status_ = 204;
};

TEST_F(ServerNewsTest, TheBeginningAndTheEndOfARunAreTold) {
  EXPECT_EQ(post(request("r-1", "ci/7")).status, 201);
  run_until([&] { return told_.size() == 1; });
  cancel("r-1");
  run_until([&] { return told_.size() == 2; });
  EXPECT_EQ(events(), "run.started run.finished");
  EXPECT_NE(told_[0].id, told_[1].id);
  for (const char* part : {R"("url":"https://tamarack.example.com/runs/r-1")", R"("project":"shop")", R"("identity":"ci/7")",
                           R"("url":"https://ci.example.com/7")", R"("attempt":2)", R"("pull_request":123)"})
    EXPECT_TRUE(says(told_[0].body, part)) << part << " in " << told_[0].body;
  EXPECT_TRUE(says(told_[0].body, R"("verdict":"running")")) << told_[0].body;
  EXPECT_TRUE(says(told_[1].body, R"("verdict":"cancelled")")) << told_[1].body;
  EXPECT_TRUE(says(ask("GET", "/metrics").body, "\ntamarack_notifications_delivered_total 2\n"));
  run_until([&] { return owed() == 0; });
  EXPECT_EQ(warnings_, "");
}

TEST_F(ServerNewsTest, WhatWasNotTakenIsSentByTheNextServerWithTheSameIds) {
  receiver_status_ = 503;
  EXPECT_EQ(post(request("r-1")).status, 201);
  cancel("r-1");
  wait_for_end("r-1");
  // Both requests, and nothing of the run itself: its news are requests now.
  run_until([&] { return owed() == 2 && told_.size() > 1; });
  const std::string first = told_[0].id;
  receiver_status_ = 204;
  start();
  run_until([&] { return says(events(), "run.finished"); });
  EXPECT_EQ(events(), "run.started run.finished") << "in order";
  const auto taken = std::find_if(told_.begin(), told_.end(), [](const Told& one) { return one.status < 300; });
  EXPECT_EQ(taken->id, first);
  run_until([&] { return owed() == 0; });
}

TEST_F(ServerNewsTest, ARunThatEndedWhileNobodyWasToldIsToldByTheNextServer) {
  EXPECT_EQ(post(request("r-1", "ci/7")).status, 201);
  run_until([&] { return told_.size() == 1 && beginning_was_told(); });
  start(false);
  cancel("r-1");
  wait_for_end("r-1");
  start();
  run_until([&] { return told_.size() == 2; });
  EXPECT_EQ(events(), "run.started run.finished") << "the beginning was told before";
  EXPECT_TRUE(says(told_[1].body, R"("identity":"ci/7")")) << told_[1].body;
  run_until([&] { return owed() == 0; });
}

TEST_F(ServerNewsTest, ARunThatGoesOnAfterARestartIsToldOnce) {
  EXPECT_EQ(post(request("r-1")).status, 201);
  run_until([&] { return told_.size() == 1 && beginning_was_told(); });
  start();
  cancel("r-1");
  run_until([&] { return told_.size() == 2; });
  EXPECT_EQ(events(), "run.started run.finished");
}

TEST_F(ServerNewsTest, WhatOthersWouldSeeAsALinkHasToBeOne) {
  wire::RunRequest wanted = request("r-1");
  wanted.ci_url = "javascript:alert(1)";
  wanted.suite_dir = "a\nb";
  wanted.pull_request = -1;
  const auto answer = post(wanted);
  EXPECT_EQ(answer.status, 400);
  EXPECT_TRUE(says(answer.body, "/ci_url: ") && says(answer.body, "/suite_dir: ") && says(answer.body, "/pull_request: ")) << answer.body;
}

TEST_F(ServerNewsTest, ARequestOfAnEarlierClientStillReads) {
  const std::string full = encode(request("r-1"));
  const std::size_t added = full.find(R"(,"ci_url":)");
  ASSERT_NE(added, std::string::npos);
  EXPECT_EQ(ask("POST", "/api/v1/runs", full.substr(0, added) + "}").status, 201);
}

TEST_F(ServerNewsTest, AnotherSuiteOfTheSameJobIsRefused) {
  EXPECT_EQ(post(request("r-1", "ci/7")).status, 201);
  wire::RunRequest other = request("r-2", "ci/7");
  other.config = "admin/tamarack.toml";
  auto answer = post(other);
  EXPECT_EQ(answer.status, 409);
  EXPECT_TRUE(says(answer.body, "'tamarack.toml' (pytest), this one is 'admin/tamarack.toml' (pytest)")) << answer.body;
  EXPECT_TRUE(says(answer.body, "TAMARACK_SUITE") && says(answer.body, "--suite NAME")) << answer.body;
  other = request("r-2", "ci/7");
  other.plan.framework = "mocha";
  EXPECT_EQ(post(other).status, 409);
  answer = post(request("r-2", "ci/7", 3));
  EXPECT_EQ(answer.status, 409);
  EXPECT_TRUE(says(answer.body, "goes on with other tests than these")) << answer.body;
  EXPECT_TRUE(says(post(request("r-2", "ci/7", 1)).body, R"("state":"joined")")) << "a part of them is no other question";
  EXPECT_TRUE(says(post(request("r-2", "ci/7/admin")).body, R"("state":"started")"));
}

TEST_F(ServerNewsTest, AGreenRunIsNoVerdictForOtherTests) {
  add_green_run(request("r-1", "ci/7"));
  wire::RunRequest other = request("r-2", "ci/7");
  other.config = "admin/tamarack.toml";
  EXPECT_EQ(post(other).status, 409);
  EXPECT_TRUE(says(post(request("r-2", "ci/7")).body, R"("state":"repeated")"));
  EXPECT_TRUE(says(post(request("r-3", "ci/7", 3)).body, R"("state":"continued")")) << "one of them never ran";
}

TEST_F(ServerNewsTest, TheQuarantineIsReadFromTheNewestWorkspace) {
  const auto row = [&](const std::string& path) { return ask("GET", "/api/v1/projects/shop/tests" + path).body; };
  wire::RunRequest wanted = request("r-1");
  add_green_run(wanted);
  EXPECT_TRUE(says(row(""), R"("quarantine":null)")) << "what was sent is no manifest";
  const std::string config =
      "version = 1\nproject = \"shop\"\n[suite]\nframework = \"pytest\"\n[[quarantine]]\ntest = \"works 1\"\nowner = \"team-a\"\n"
      "reason = \"races\"\nexpires = \"2999-12-31\"\n";
  const domain::Manifest manifest{{{.path = "tamarack.toml",
                                    .kind = domain::FileKind::file,
                                    .executable = false,
                                    .size = static_cast<std::int64_t>(config.size()),
                                    .sha256 = put_blob(config),
                                    .target = {}}}};
  wanted = request("r-2");
  wanted.workspace = put_blob(wire::encode_manifest(manifest));
  EXPECT_EQ(post(wanted).status, 201);
  const std::string tests = row("?sort=name");
  EXPECT_TRUE(says(tests, R"("quarantine":{"owner":"team-a","reason":"races","expires_at":"2999-12-31T23:59:59.999Z"})")) << tests;
  EXPECT_TRUE(says(tests, R"("quarantine":null)")) << "the other one";
  EXPECT_TRUE(says(row("/" + wanted.plan.tests[1].id.value), R"("owner":"team-a")"));
}

}  // namespace
}  // namespace tamarack::coordinator
