#include "io/http_server.h"
#include "tests/probe/probe_world.h"

namespace tamarack::probe {
namespace {

// An application with jobs, and a stream of events.
class HttpSourceTest : public ProbeWorld {
 protected:
  HttpSourceTest() { listen(0); }
  ~HttpSourceTest() override { close(); }

  void listen(int port) {
    io::HttpServerOptions options;
    options.port = port;
    auto listening = io::HttpServer::listen(
        loop_, options,
        {.admit = [](const io::RequestHead&) { return io::Admission{}; },
         .handle = [this](io::IncomingRequest request, const std::shared_ptr<io::Exchange>& exchange) { handle(request, exchange); }});
    ASSERT_TRUE(listening) << listening.error().message;
    server_ = std::move(*listening);
    port_ = server_->port();
  }
  void close() {
    feeds_.clear();
    server_.reset();
  }
  std::string url(const std::string& target) const { return fmt::format("http://127.0.0.1:{}{}", port_, target); }

  void handle(const io::IncomingRequest& request, const std::shared_ptr<io::Exchange>& exchange) {
    const std::string& path = request.head.path;
    asked_.push_back(request.head.method + " " + path + " " + std::string(request.head.field("X-Key")));
    if (path == "/events") return feeds_.push_back(exchange->begin_events({}));
    if (path == "/start")
      return exchange->answer({.status = 202, .fields = {{"Operation-Location", where_}, {"Retry-After", "7"}}, .body = "{\"id\":1}"});
    if (path == "/status")
      return exchange->answer({.status = 200, .fields = {{"Content-Type", "application/json"}}, .body = "{\"status\":\"RUNNING\"}"});
    if (path == "/moved") return exchange->answer({.status = 302, .fields = {{"Location", "/status"}}});
    if (path == "/huge") return exchange->answer({.status = 200, .body = std::string(2 * flow::answer_bytes_max, 'x')});
    exchange->answer(io::problem(404, "no such thing"));
  }

  flow::HttpAnswer http(const wire::HttpProbe& probe) {
    std::optional<flow::Answer> answer;
    probes_->ask(wire::to_text(probe), [&](flow::Answer given) { answer = std::move(given); });
    EXPECT_TRUE(run_until([&] { return answer.has_value(); }));
    if (!std::holds_alternative<flow::HttpAnswer>(*answer)) {
      ADD_FAILURE() << text_of(*answer);
      return {};
    }
    return std::get<flow::HttpAnswer>(*answer);
  }

  int port_ = 0;
  std::string where_ = "/status";
  std::vector<std::string> asked_;
  std::vector<std::shared_ptr<io::EventFeed>> feeds_;
  std::unique_ptr<io::HttpServer> server_;
};

TEST_F(HttpSourceTest, AnAnswerHasEverythingThatRulesLookAt) {
  const auto status = http({.url = url("/status")});
  EXPECT_EQ(status.status, 200);
  EXPECT_EQ(status.content_type, "application/json");
  EXPECT_EQ(status.body, "{\"status\":\"RUNNING\"}");
  EXPECT_FALSE(status.truncated);
  const auto moved = http({.url = url("/moved")});
  EXPECT_EQ(moved.status, 302) << "not followed";
  EXPECT_EQ(moved.location, "/status");
  const auto started = http({.method = "POST", .url = url("/start"), .headers = {{"X-Key", "v"}}, .body = "{}"});
  EXPECT_EQ(started.status, 202);
  EXPECT_EQ(started.operation_location, "/status");
  EXPECT_EQ(started.retry_after, "7");
  EXPECT_EQ(asked_.back(), "POST /start v");
  EXPECT_EQ(http({.url = url("/none")}).status, 404);
}

TEST_F(HttpSourceTest, AHugeAnswerIsCut) {
  const auto huge = http({.url = url("/huge")});
  EXPECT_EQ(huge.status, 200);
  EXPECT_TRUE(huge.truncated);
  EXPECT_EQ(huge.body.size(), flow::answer_bytes_max);
}

TEST_F(HttpSourceTest, ADiscoveredAddressIsLookedAtFromThenOn) {
  const wire::HttpProbe probe{.method = "POST", .url = url("/start"), .headers = {{"X-Key", "v"}}, .discover = true};
  const auto first = http(probe);
  EXPECT_EQ(first.body, "{\"status\":\"RUNNING\"}");
  EXPECT_EQ(first.retry_after, "7") << "as the start of the work asked for";
  EXPECT_EQ(http(probe).retry_after, "");
  EXPECT_EQ(asked_, (std::vector<std::string>{"POST /start v", "GET /status v", "GET /status v"}));
  probes_->unwatch(wire::to_text(probe));
  http(probe);
  EXPECT_EQ(asked_.at(3), "POST /start v") << "forgotten";
}

TEST_F(HttpSourceTest, HeadersStayWithTheirOrigin) {
  where_ = fmt::format("http://localhost:{}/status", port_);
  http({.url = url("/start"), .headers = {{"X-Key", "v"}}, .discover = true});
  EXPECT_EQ(asked_.back(), "GET /status ");
}

TEST_F(HttpSourceTest, WhatIsNoAnswerSaysWhy) {
  EXPECT_EQ(ask(wire::HttpProbe{.url = fmt::format("http://127.0.0.1:{}/x?token=abc", free_port())}).find("abc"), std::string::npos);
  EXPECT_EQ(ask(wire::HttpProbe{.url = "http://127.0.0.1:1/"}), "no answer: cannot connect to 127.0.0.1 port 1: Connection refused");
  const auto garbage = peer("SSH-2.0-OpenSSH\r\n\r\n");
  EXPECT_EQ(ask(wire::HttpProbe{.url = fmt::format("http://127.0.0.1:{}/", garbage->port())}).rfind("no answer: the answer is not HTTP", 0),
            0U);
  EXPECT_EQ(ask(wire::HttpProbe{.url = fmt::format("https://127.0.0.1:{}/", port_)}).rfind("no answer: cannot connect", 0), 0U);
}

TEST_F(HttpSourceTest, EventsPushAndAreConnectedAnew) {
  const wire::HttpProbe probe{.url = url("/status"), .events = url("/events")};
  const auto pushes = watch(probe);
  EXPECT_TRUE(run_until([&] { return *pushes == 1; })) << "armed";
  ASSERT_EQ(feeds_.size(), 1U);
  feeds_[0]->send("1", "", "changed");
  EXPECT_TRUE(run_until([&] { return *pushes == 2; }));
  close();
  pause(Millis{50});
  const int before = *pushes;
  listen(port_);
  EXPECT_TRUE(run_until([&] { return *pushes > before; })) << "armed anew";
  const int armed = *pushes;
  feeds_.back()->send("2", "", "changed");
  EXPECT_TRUE(run_until([&] { return *pushes > armed; }));
  probes_->unwatch(wire::to_text(probe));
  feeds_.back()->send("3", "", "changed");
  EXPECT_TRUE(run_until([&] { return !feeds_.back()->open(); }, Millis{4'000})) << "the connection is left";
}

}  // namespace
}  // namespace tamarack::probe
