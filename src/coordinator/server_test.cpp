// The server on a real socket with a real client: who may see what, and what they see.
#include "coordinator/server.h"

#include <gtest/gtest.h>

#include "coordinator/authenticate.h"
#include "coordinator/projection.h"
#include "io/http_client.h"
#include "run/run.h"
#include "store/memory/memory_store.h"

namespace tamarack::coordinator {
namespace {

class ServerTest : public testing::Test {
 protected:
  void start(bool open = false) {
    add_run("r-1", "shop", true);
    add_run("r-2", "other", false);
    add_run("r-3", "shop", false);
    server_ = std::move(*Server::listen(loop_, clock_, store_, store_.access(),
                                        {.open = open,
                                         .page_template = R"(<script type="application/json" id="tamarack-report"></script>)",
                                         .version = "1.2.3",
                                         .run_at_work = [](store::Store&) { return domain::RunId{"r-2"}; },
                                         .poll = Millis{5}}));
  }

  // A run of one test, finished or still going on.
  void add_run(const std::string& id, const std::string& project, bool finished) {
    domain::Plan plan{.framework = "pytest", .workers = 1};
    plan.tests.push_back({.identity = {"a.py", {"works"}, ""}});
    plan.tests[0].id = make_test_id(plan.tests[0].identity);
    plan.units.push_back({.index = domain::UnitIndex{0U}, .title = "a.py", .spec = "a.py", .tests = {domain::TestIndex{0U}}});
    run::Run& run = runs_[id];
    row_[id] = {.run = domain::RunId{id}, .project = project, .branch = "main"};
    const domain::WorkerId worker{"local/1"};
    feed(id, run::Planned{domain::RunId{id}, plan, {}});
    feed(id, run::WorkerAppeared{worker, domain::AgentId{"local"}});
    feed(id, run::WorkerBecameReady{worker, Millis{0}});
    if (finished) finish(id);
    EXPECT_EQ(run.finished.has_value(), finished);
  }
  void finish(const std::string& id) {
    const domain::WorkerId worker{"local/1"};
    feed(id, run::TestEnded{worker, domain::Term{1U}, {.test = domain::TestIndex{0U}, .status = domain::TestStatus::passed}});
    feed(id, run::InvocationEnded{worker, domain::Term{1U}, false, {}, {}});
  }
  void feed(const std::string& id, const run::Event& event) {
    run::Step step = run::step(std::move(runs_[id]), event, clock_.now());
    runs_[id] = std::move(step.run);
    ASSERT_TRUE(store_.commit(project(row_[id], runs_[id], step.entries)));
  }

  std::string token(const std::string& project, domain::Role role) {
    const auto issued = issue_token(store_.access(), {.project = project, .role = role, .created = clock_.now()});
    return issued ? issued->text : std::string{};
  }

  io::ClientAnswer ask(const std::string& path, const std::string& token = {}, io::Fields fields = {}, const std::string& method = "GET") {
    if (!token.empty()) fields.emplace_back("Authorization", "Bearer " + token);
    io::ClientAnswer answer;
    const io::Timer watchdog = loop_.after(Millis{20'000}, [this] {
      ADD_FAILURE() << "no answer";
      loop_.stop();
    });
    io::http_call(loop_,
                  {.method = method, .url = fmt::format("http://127.0.0.1:{}{}", server_->port(), path), .fields = std::move(fields)},
                  [&](Result<io::ClientAnswer> got) {
                    if (got) answer = std::move(*got);
                    loop_.stop();
                  });
    loop_.run();
    return answer;
  }

  io::Loop loop_;
  io::SystemClock clock_;
  store::MemoryStore store_;
  std::map<std::string, run::Run> runs_;
  std::map<std::string, store::RunRow> row_;
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, EveryRouteIsClosedToWhoMayNot) {
  start();
  const std::map<std::string, std::string> callers{{"none", ""},
                                                   {"viewer", token("shop", domain::Role::viewer)},
                                                   {"runner", token("shop", domain::Role::runner)},
                                                   {"admin", token("shop", domain::Role::admin)},
                                                   {"other project's admin", token("other", domain::Role::admin)},
                                                   {"server's admin", token("*", domain::Role::admin)},
                                                   {"made up", "tmk_0123456789_" + std::string(43, 'A')}};
  for (const Route& route : all_routes()) {
    std::string path(route.pattern);
    const bool about_run = path.find("{run}") != std::string::npos;
    if (about_run) path.replace(path.find("{run}"), 5, "r-1");
    for (const auto& [who, secret] : callers) {
      const bool known = who != "none" && who != "made up";
      const bool hidden = about_run && who == "other project's admin";
      const bool beyond = route.id == RouteId::metrics && who != "server's admin";
      const int expected = !route.needed ? 200 : !known ? 401 : beyond ? 403 : hidden ? 404 : 200;
      EXPECT_EQ(ask(path, secret).status, expected) << who << " asks for " << path;
    }
  }
}

TEST_F(ServerTest, ARunOfAnotherProjectLooksLikeNoRun) {
  start();
  const std::string viewer = token("shop", domain::Role::viewer);
  const auto hidden = ask("/api/v1/runs/r-2", viewer);
  const auto missing = ask("/api/v1/runs/r-9", viewer);
  EXPECT_EQ(hidden.status, 404);
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(hidden.body.substr(0, hidden.body.find("r-2")), missing.body.substr(0, missing.body.find("r-9")));
  const std::string runs = ask("/api/v1/runs", viewer).body;
  EXPECT_NE(runs.find("r-1"), std::string::npos);
  EXPECT_EQ(runs.find("r-2"), std::string::npos);
}

TEST_F(ServerTest, AnOpenServerAsksNobody) {
  start(true);
  const auto runs = ask("/api/v1/runs");
  EXPECT_EQ(runs.status, 200);
  EXPECT_NE(runs.body.find("r-1"), std::string::npos);
  EXPECT_NE(runs.body.find("r-2"), std::string::npos);
}

TEST_F(ServerTest, ARunItsReportAndItsPage) {
  start(true);
  EXPECT_NE(ask("/api/v1/runs/r-1").body.find(R"("verdict":"passed")"), std::string::npos);
  EXPECT_NE(ask("/api/v1/runs/r-2").body.find(R"("verdict":"running")"), std::string::npos);
  EXPECT_NE(ask("/api/v1/runs/r-1/report").body.find(R"("headline":"the 1 test passed")"), std::string::npos);
  const auto page = ask("/runs/r-1");
  EXPECT_NE(page.body.find("the 1 test passed"), std::string::npos);
  EXPECT_NE(io::field_of(page.fields, "Content-Security-Policy").find("connect-src 'none'"), std::string::npos);
}

TEST_F(ServerTest, ARunWhoseProcessDiedIsInterruptedAndSaysHowFarItCame) {
  start(true);
  const std::string died = ask("/api/v1/runs/r-3").body;
  EXPECT_NE(died.find(R"("verdict":"interrupted")"), std::string::npos) << died;
  EXPECT_NE(died.find(R"("exit_code":4)"), std::string::npos) << died;
  EXPECT_NE(died.find(R"("pending":1)"), std::string::npos) << died;
  EXPECT_NE(died.find("`tamarack resume r-3` finishes it"), std::string::npos) << died;
  EXPECT_NE(ask("/api/v1/runs/r-3/report").body.find(R"("verdict":"interrupted")"), std::string::npos);
  EXPECT_NE(ask("/api/v1/runs/r-2/report").body.find(R"("verdict":"running")"), std::string::npos);
  const std::string interrupted = ask("/api/v1/runs?verdict=interrupted").body;
  EXPECT_NE(interrupted.find("r-3"), std::string::npos);
  EXPECT_EQ(interrupted.find("r-2"), std::string::npos);
}

TEST_F(ServerTest, TheJournalFromAnyEntryOn) {
  start(true);
  const std::string all = ask("/api/v1/runs/r-1/journal").body;
  EXPECT_EQ(all.substr(0, all.find(R"("at")")), R"({"seq":1,)");
  const std::string rest = ask("/api/v1/runs/r-1/journal?after=3").body;
  EXPECT_EQ(rest.substr(0, rest.find(R"("at")")), R"({"seq":4,)");
  EXPECT_NE(rest.find("run_finished"), std::string::npos);
}

TEST_F(ServerTest, EventsGoOnWhereTheReaderLeftAndEndWithTheRun) {
  start(true);
  const io::Timer later = loop_.after(Millis{30}, [this] { finish("r-2"); });
  const auto events = ask("/api/v1/runs/r-2/events", {}, {{"Last-Event-ID", "2"}});
  EXPECT_EQ(events.body.find("id: 2\n"), std::string::npos) << "known already";
  EXPECT_NE(events.body.find("id: 3\n"), std::string::npos);
  EXPECT_NE(events.body.find("event: run_finished"), std::string::npos) << "written while somebody watched";
  EXPECT_NE(events.body.find("event: end"), std::string::npos);
}

TEST_F(ServerTest, BadRequestsAreNamed) {
  start(true);
  EXPECT_EQ(ask("/nothing/here").status, 404);
  EXPECT_EQ(ask("/api/v1/runs", {}, {}, "POST").status, 405);
  const auto limit = ask("/api/v1/runs?limit=many");
  EXPECT_EQ(limit.status, 400);
  EXPECT_NE(limit.body.find("limit: expected a number from 1 to 1000, got 'many'"), std::string::npos);
  EXPECT_NE(ask("/api/v1/runs?projekt=x").body.find("unknown parameter 'projekt'"), std::string::npos);
  EXPECT_EQ(ask("/api/v1/runs/r-1/journal?after=-1").status, 400);
}

}  // namespace
}  // namespace tamarack::coordinator
