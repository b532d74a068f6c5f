// The server on a real socket with a real client: who may see what, and what they see.
#include "coordinator/server.h"

#include <gtest/gtest.h>

#include "base/sha256.h"
#include "coordinator/routes.h"
#include "io/raw_peer.h"
#include "tests/server/server_world.h"

namespace tamarack::coordinator {
namespace {

class ServerTest : public testing::Test {
 protected:
  ServerTest() { world_.add_runs(); }
  ServerWorld world_{testing::TempDir() + "/server-" + testing::UnitTest::GetInstance()->current_test_info()->name()};
};

// Every route × every kind of caller. What a caller reaches answers something else than 401, 403 and 404 although the body is empty.
TEST_F(ServerTest, EveryRouteIsClosedToWhoMayNot) {
  world_.start();
  const std::map<std::string, std::string> callers{{"none", ""},
                                                   {"viewer", world_.token("shop", domain::Role::viewer)},
                                                   {"runner", world_.token("shop", domain::Role::runner)},
                                                   {"admin", world_.token("shop", domain::Role::admin)},
                                                   {"other project's admin", world_.token("other", domain::Role::admin)},
                                                   {"server's admin", world_.token("*", domain::Role::admin)},
                                                   {"made up", "tmk_0123456789_" + std::string(43, 'A')}};
  // Of 'shop'. The job is over: its events end.
  const auto ask = [&](const std::string& path, const std::string& body) {
    return world_.ask({.method = "POST", .path = path, .token = callers.at("runner"), .fields = {}, .body = body}).body;
  };
  const auto id_in = [](const std::string& body) { return body.substr(11, body.find('"', 11) - 11); };
  const std::string job = id_in(ask("/api/v1/jobs", R"({"kind":"a"})"));
  ask("/api/v1/jobs/" + job + "/report", R"({"status":"COMPLETED","result":1,"log":"x"})");
  const std::string wait = ask("/api/v1/waits", R"({"conditions":[{"signal":"k"}]})").substr(12, 18);
  ASSERT_EQ(world_.get("/api/v1/jobs/" + job, callers.at("viewer")).status, 200);
  ASSERT_EQ(world_.get("/api/v1/waits/" + wait, callers.at("viewer")).status, 200);
  const std::string any_token = world_.token("shop", domain::Role::viewer).substr(4, 10);
  const auto rank = [](const std::string& who) { return who == "viewer" ? 0 : who == "runner" ? 1 : 2; };
  for (const Route& route : all_routes()) {
    if (!route.needed) continue;
    const bool about_run = route.pattern.find("{run}") != std::string_view::npos;
    const bool about_project = route.pattern.find("{project}") != std::string_view::npos;
    const bool about_flow = route.pattern.find("{job}") != std::string_view::npos || route.pattern.find("{wait}") != std::string_view::npos;
    const bool about_token = route.pattern.starts_with("/api/v1/tokens/");
    std::string path(route.pattern);
    for (const auto& [name, value] : std::map<std::string, std::string>{{"{run}", "r-1"},
                                                                        {"{project}", "shop"},
                                                                        {"{sha256}", std::string(64, 'a')},
                                                                        {"{job}", job},
                                                                        {"{wait}", wait},
                                                                        {"{token}", any_token}})
      if (const std::size_t at = path.find(name); at != std::string::npos) path.replace(at, name.size(), value);
    for (const auto& [who, secret] : callers) {
      const int status = world_.ask({.method = std::string(route.method), .path = path, .token = secret, .fields = {}, .body = {}}).status;
      const std::string what = fmt::format("{} asks {} {}: {}", who, route.method, path, status);
      if (who == "none" || who == "made up")
        EXPECT_EQ(status, 401) << what;
      else if (rank(who) < static_cast<int>(*route.needed))
        EXPECT_EQ(status, 403) << what;
      else if (route.id == RouteId::metrics && who != "server's admin")
        EXPECT_EQ(status, 403) << what;
      else if ((about_run || about_flow || about_token) && who == "other project's admin")
        EXPECT_EQ(status, 404) << what;
      else if (about_project && who == "other project's admin")
        EXPECT_EQ(status, 403) << what;
      else
        EXPECT_TRUE(status != 401 && status != 403 && status != 0) << what;
    }
  }
}

TEST_F(ServerTest, WhatNeedsNoTokenTellsNothingOfAnybody) {
  world_.start();
  for (const Route& route : all_routes()) {
    if (route.needed || route.method != "GET" || route.id == RouteId::blob_link) continue;
    const auto answer = world_.get(std::string(route.pattern));
    EXPECT_EQ(answer.status, 200) << route.pattern;
    EXPECT_EQ(answer.body.find("r-1"), std::string::npos) << route.pattern;
  }
  for (const std::string page : {"/", "/runs/r-1", "/tokens"}) EXPECT_EQ(world_.get(page).body, "<title>dashboard</title>") << page;
  EXPECT_EQ(world_.get("/assets/dashboard.js").body, "1");
  EXPECT_EQ(world_.get("/assets/other.js").status, 404);
}

TEST_F(ServerTest, ARunOfAnotherProjectLooksLikeNoRun) {
  world_.start();
  const std::string viewer = world_.token("shop", domain::Role::viewer);
  const auto hidden = world_.get("/api/v1/runs/r-2", viewer);
  const auto missing = world_.get("/api/v1/runs/r-9", viewer);
  EXPECT_EQ(hidden.status, 404);
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(hidden.body.substr(0, hidden.body.find("r-2")), missing.body.substr(0, missing.body.find("r-9")));
  const std::string runs = world_.get("/api/v1/runs", viewer).body;
  EXPECT_NE(runs.find("r-1"), std::string::npos);
  EXPECT_EQ(runs.find("r-2"), std::string::npos);
}

TEST_F(ServerTest, AnOpenServerAsksNobody) {
  world_.start(true);
  const auto runs = world_.get("/api/v1/runs");
  EXPECT_EQ(runs.status, 200);
  EXPECT_NE(runs.body.find("r-1"), std::string::npos);
  EXPECT_NE(runs.body.find("r-2"), std::string::npos);
}

TEST_F(ServerTest, ARunItsReportAndItsPage) {
  world_.start(true);
  EXPECT_NE(world_.get("/api/v1/runs/r-1").body.find(R"("verdict":"passed")"), std::string::npos);
  EXPECT_NE(world_.get("/api/v1/runs/r-2").body.find(R"("verdict":"running")"), std::string::npos);
  EXPECT_NE(world_.get("/api/v1/runs/r-1/report").body.find(R"("headline":"the 1 test passed")"), std::string::npos);
  const auto page = world_.get("/api/v1/runs/r-1/report.html");
  EXPECT_NE(page.body.find("the 1 test passed"), std::string::npos);
  EXPECT_NE(io::field_of(page.fields, "Content-Security-Policy").find("connect-src 'none'"), std::string::npos);
}

// What the page of a test asks for: one execution of many, without the report around it.
TEST_F(ServerTest, OneTestOfARunWithItsArtifacts) {
  world_.start();
  const std::string bytes = "a picture";
  ASSERT_EQ(world_
                .ask({.method = "PUT",
                      .path = "/api/v1/projects/shop/blobs/" + sha256_hex(bytes),
                      .token = world_.token("shop", domain::Role::runner),
                      .body = bytes})
                .status,
            201);
  world_.keep("r-3", {.name = "after click.png", .content_type = "image/png", .sha256 = sha256_hex(bytes), .size = 9});
  world_.finish("r-3");
  const std::string viewer = world_.token("shop", domain::Role::viewer);
  const std::string test = ServerWorld::plan_of(1).tests[0].id.value;
  const std::string body = world_.get("/api/v1/runs/r-3/tests/" + test, viewer).body;
  EXPECT_TRUE(body.starts_with(R"({"run_id":"r-3","project":"shop","test":{"id":")" + test + R"(","spec":"a.py","title_path":["works 0"])"))
      << body;
  const std::size_t at = body.find("/blobs/shop/");
  ASSERT_NE(at, std::string::npos) << body;
  const auto picture = world_.get(body.substr(at, body.find('"', at) - at));
  EXPECT_EQ(picture.body, bytes) << "the link is signed: a browser needs nothing else";
  EXPECT_EQ(picture.field("Content-Type"), "image/png");
  EXPECT_EQ(world_.get("/api/v1/runs/r-3/tests/nobody", viewer).status, 404);
  EXPECT_EQ(world_.get("/api/v1/runs/r-2/tests/" + test, viewer).status, 404) << "of another project";
}

TEST_F(ServerTest, ARunWhoseProcessDiedIsInterruptedAndSaysHowFarItCame) {
  world_.start(true);
  const std::string died = world_.get("/api/v1/runs/r-3").body;
  EXPECT_NE(died.find(R"("verdict":"interrupted")"), std::string::npos) << died;
  EXPECT_NE(died.find(R"("exit_code":4)"), std::string::npos) << died;
  EXPECT_NE(died.find(R"("pending":1)"), std::string::npos) << died;
  EXPECT_NE(died.find("`tamarack resume r-3` finishes it"), std::string::npos) << died;
  EXPECT_NE(world_.get("/api/v1/runs/r-3/report").body.find(R"("verdict":"interrupted")"), std::string::npos);
  EXPECT_NE(world_.get("/api/v1/runs/r-2/report").body.find(R"("verdict":"running")"), std::string::npos);
  const std::string interrupted = world_.get("/api/v1/runs?verdict=interrupted").body;
  EXPECT_NE(interrupted.find("r-3"), std::string::npos);
  EXPECT_EQ(interrupted.find("r-2"), std::string::npos);
}

TEST_F(ServerTest, TheJournalFromAnyEntryOn) {
  world_.start(true);
  const std::string all = world_.get("/api/v1/runs/r-1/journal").body;
  EXPECT_EQ(all.substr(0, all.find(R"("at")")), R"({"seq":1,)");
  const std::string rest = world_.get("/api/v1/runs/r-1/journal?after=3").body;
  EXPECT_EQ(rest.substr(0, rest.find(R"("at")")), R"({"seq":4,)");
  EXPECT_NE(rest.find("run_finished"), std::string::npos);
}

TEST_F(ServerTest, EventsGoOnWhereTheReaderLeftAndEndWithTheRun) {
  world_.start(true);
  const io::Timer later = world_.loop().after(Millis{30}, [this] { world_.finish("r-2"); });
  const auto events = world_.get("/api/v1/runs/r-2/events", {}, {{"Last-Event-ID", "2"}});
  EXPECT_EQ(events.body.find("id: 2\n"), std::string::npos) << "known already";
  EXPECT_NE(events.body.find("id: 3\n"), std::string::npos);
  EXPECT_NE(events.body.find("event: run_finished"), std::string::npos) << "written while somebody watched";
  EXPECT_NE(events.body.find("event: end"), std::string::npos);
}

// DNS rebinding: the page of another site whose name leads here.
TEST_F(ServerTest, AnOpenServerIsOnlyForWhoCallsItByALoopbackName) {
  world_.start(true);
  const int port = std::stoi(world_.url().substr(world_.url().rfind(':') + 1));
  const auto ask = [&](const std::string& head) {
    std::string status;
    world_.loop().background(
        [&] {
          io::RawPeer peer(port);
          peer.send(head + "Connection: close\r\n\r\n");
          status = peer.read_all().substr(9, 3);
        },
        [&] { world_.loop().stop(); });
    world_.loop().run();
    return status;
  };
  for (const std::string host : {"127.0.0.1:1", "localhost", "[::1]:8420", "127.0.0.1"})
    EXPECT_EQ(ask("GET /api/v1/runs HTTP/1.1\r\nHost: " + host + "\r\n"), "200") << host;
  for (const std::string host : {"evil.example", "127.evil.example:80", "localhost.evil.example", "[::2]"})
    EXPECT_EQ(ask("GET /api/v1/runs HTTP/1.1\r\nHost: " + host + "\r\n"), "403") << host;
  const std::string upgrade = "GET /api/v1/runs/r-2/link HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  EXPECT_EQ(ask(upgrade + "Origin: http://evil.example\r\n"), "403");
}

TEST_F(ServerTest, WhoAsksTooOftenIsToldToWait) {
  world_.start(false, {}, {.per_second = 0.1, .burst = 3});
  const std::string viewer = world_.token("shop", domain::Role::viewer);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(world_.get("/api/v1/session", viewer).status, 200);
  const auto answer = world_.get("/api/v1/session", viewer);
  EXPECT_EQ(answer.status, 429);
  EXPECT_FALSE(answer.field("Retry-After").empty());
  EXPECT_EQ(world_.get("/api/v1/session", world_.token("shop", domain::Role::viewer)).status, 200) << "others may go on";
}

TEST_F(ServerTest, BadRequestsAreNamed) {
  world_.start(true);
  EXPECT_EQ(world_.get("/api/v1/nothing").status, 404);
  EXPECT_EQ(world_.ask({.method = "PUT", .path = "/api/v1/runs"}).status, 405);
  const auto limit = world_.get("/api/v1/runs?limit=many");
  EXPECT_EQ(limit.status, 400);
  EXPECT_NE(limit.body.find("limit: expected a number from 1 to 1000, got 'many'"), std::string::npos);
  EXPECT_NE(world_.get("/api/v1/runs?projekt=x").body.find("unknown parameter 'projekt'"), std::string::npos);
  EXPECT_EQ(world_.get("/api/v1/runs/r-1/journal?after=-1").status, 400);
}

}  // namespace
}  // namespace tamarack::coordinator
