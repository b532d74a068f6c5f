// A stand-in of the server for tests of the client: port 0, answers what the test says, remembers what it was asked.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/check.h"
#include "client/api_client.h"
#include "io/http_server.h"

namespace tamarack::client {

struct Asked {
  std::string line;  // "METHOD path?query"
  std::string authorization;
  std::string last_event_id;
  std::string body;
};

class ServerDouble {
 public:
  // Answers one request; `what` has been remembered already.
  using Answer = std::function<void(const Asked& what, io::Exchange& exchange)>;

  explicit ServerDouble(Answer answer) : answer_(std::move(answer)) {
    auto listening = io::HttpServer::listen(
        loop_, {},
        {.handle = [this](const io::IncomingRequest& request, const std::shared_ptr<io::Exchange>& exchange) { hear(request, exchange); }});
    CHECK(listening, "{}", listening.error().message);
    server_ = std::move(*listening);
  }

  ServerAddress address(const std::string& token = "tmk_x") const {
    return {.url = fmt::format("http://127.0.0.1:{}", server_->port()), .token = token, .ca_file = {}};
  }
  // Until somebody calls stop(), or for 20 s: then what was waited for has not happened.
  void run() {
    const io::Timer watchdog = loop_.after(Millis{20'000}, [this] { loop_.stop(); });
    loop_.run();
  }
  void stop() { loop_.stop(); }

  // What was asked, line by line.
  std::string story() const {
    std::string text;
    for (const Asked& one : asked_) text += one.line + "\n";
    return text;
  }
  const std::vector<Asked>& asked() const { return asked_; }
  io::Loop& loop() { return loop_; }

 private:
  void hear(const io::IncomingRequest& request, const std::shared_ptr<io::Exchange>& exchange) {
    const std::string query = request.head.raw_query.empty() ? "" : "?" + request.head.raw_query;
    asked_.push_back({.line = request.head.method + " " + request.head.path + query,
                      .authorization = std::string(request.head.field("Authorization")),
                      .last_event_id = std::string(request.head.field("Last-Event-ID")),
                      .body = request.body});
    answer_(Asked(asked_.back()), *exchange);
  }

  io::Loop loop_;
  Answer answer_;
  std::vector<Asked> asked_;
  std::unique_ptr<io::HttpServer> server_;
};

}  // namespace tamarack::client
