// Watchers that read a WebSocket instead of server-sent events: the same routes, the same events, the same rules.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/http_client.h"
#include "tests/server/server_world.h"

namespace tamarack::coordinator {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class ServerWatchTest : public testing::Test {
 protected:
  ServerWatchTest() { world_.add_runs(); }

  // Everything that comes until the server closes; the error's text when it does not open.
  std::vector<std::string> watch(const std::string& path, const std::string& token = {}) {
    std::vector<std::string> messages;
    std::unique_ptr<io::Link> link;
    io::Fields fields;
    if (!token.empty()) fields.emplace_back("Authorization", "Bearer " + token);
    io::connect_websocket(world_.loop(), {.url = world_.url() + path, .fields = fields}, [&](Result<std::unique_ptr<io::Link>> opened) {
      if (!opened) {
        messages.push_back(opened.error().message);
        return world_.loop().stop();
      }
      link = std::move(*opened);
      link->on_message([&](const std::string& text) { messages.push_back(text); });
      link->on_close([this] { world_.loop().stop(); });
    });
    const io::Timer watchdog = world_.loop().after(Millis{20'000}, [&] {
      messages.emplace_back("nothing ended within 20 s");
      world_.loop().stop();
    });
    world_.loop().run();
    return messages;
  }

  ServerWorld world_{testing::TempDir() + "/watch-" + testing::UnitTest::GetInstance()->current_test_info()->name()};
};

TEST_F(ServerWatchTest, TheJournalGoesOnWhereTheWatcherLeft) {
  world_.start(true);
  const io::Timer later = world_.loop().after(Millis{30}, [this] { world_.finish("r-2"); });
  const auto messages = watch("/api/v1/runs/r-2/events?after=2");
  ASSERT_GE(messages.size(), 3U);
  EXPECT_THAT(messages.front(), StartsWith(R"({"id":"3","event":")"));
  EXPECT_THAT(messages[messages.size() - 2], HasSubstr(R"("event":"run_finished","data":{)")) << "written while somebody watched";
  EXPECT_EQ(messages.back(), R"({"id":"","event":"end","data":{}})");
}

TEST_F(ServerWatchTest, TheLiveRunBeginsWithASnapshot) {
  world_.start(true);
  const auto messages = watch("/api/v1/runs/r-1/live");
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_THAT(messages[0], HasSubstr(R"("event":"snapshot","data":{"seq":)"));
  EXPECT_THAT(messages[1], HasSubstr(R"("event":"patch","data":{"seq":)"));
  EXPECT_THAT(messages[2], HasSubstr(R"("event":"end")"));
}

TEST_F(ServerWatchTest, AJobGoesOnWhereTheWatcherLeft) {
  world_.start(true);
  const auto post = [&](const std::string& path, const std::string& body) {
    return world_.ask({.method = "POST", .path = path, .fields = {{"Content-Type", "application/json"}}, .body = body}).body;
  };
  const std::string job = post("/api/v1/jobs", R"({"kind":"a"})").substr(11, 18);
  post("/api/v1/jobs/" + job + "/report", R"({"status":"RUNNING","stage":"A"})");
  post("/api/v1/jobs/" + job + "/report", R"({"status":"COMPLETED"})");
  const auto messages = watch("/api/v1/jobs/" + job + "/events?after=1");
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_THAT(messages[0], StartsWith(R"({"id":"2","event":"status","data":{)"));
  EXPECT_THAT(messages[0], HasSubstr(R"("stage":"A")"));
  EXPECT_THAT(messages[1], HasSubstr(R"("status":"COMPLETED")"));
  EXPECT_EQ(messages[2], R"({"id":"","event":"end","data":{}})");
  EXPECT_THAT(watch("/api/v1/jobs/j-9/events"), testing::ElementsAre(HasSubstr("404")));
}

TEST_F(ServerWatchTest, WhoMayNotReadMayNotWatch) {
  world_.start(false);
  EXPECT_THAT(watch("/api/v1/runs/r-1/live"), testing::ElementsAre(HasSubstr("401")));
  EXPECT_THAT(watch("/api/v1/runs/r-1/events", world_.token("bank", domain::Role::viewer)), testing::ElementsAre(HasSubstr("404")));
  EXPECT_EQ(watch("/api/v1/runs/r-1/live", world_.token("shop", domain::Role::viewer)).size(), 3U);
}

}  // namespace
}  // namespace tamarack::coordinator
