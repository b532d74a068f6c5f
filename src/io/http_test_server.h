// A small server for tests, with one route per thing that http_server.h can do, and a way to talk to it from another thread while its loop
// runs.
#pragma once

#include <stdlib.h>

#include <charconv>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "io/files.h"
#include "io/http_server.h"

namespace tamarack::io {

class TestServer {
 public:
  TestServer() {
    char name[] = "/tmp/tamarack-http-XXXXXX";
    folder_ = mkdtemp(name);
  }
  ~TestServer() {
    server_.reset();
    (void)remove_tree(folder_).has_value();
  }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  // "" or why it does not listen. Timeouts are looked at every 20 ms, so that tests of them are quick.
  std::string listen(HttpServerOptions options = {}) {
    options.sweep_interval = Millis{20};
    auto listening = HttpServer::listen(
        loop_, std::move(options),
        {.admit = [this](const RequestHead& head) { return admit(head); },
         .handle = [this](IncomingRequest request, const std::shared_ptr<Exchange>& exchange) { handle(std::move(request), exchange); }});
    if (!listening) return listening.error().message;
    server_ = std::move(*listening);
    return "";
  }
  int port() const { return server_->port(); }
  // Runs the loop until `talk`, on a thread of its own, has returned. False: it took longer than half a minute.
  template <class Talk>
  bool during(Talk talk) {
    bool in_time = true;
    std::thread talker([&] {
      talk();
      loop_.post([this] { loop_.stop(); });
    });
    Timer watchdog = loop_.after(Millis{30'000}, [&] {
      in_time = false;
      server_.reset();  // whoever waits for it is set free
    });
    loop_.run();
    talker.join();
    return in_time;
  }

  // For the talking thread: blocks until the condition, looked at on the loop, holds.
  void wait_until(std::function<bool()> holds) {
    std::promise<void> held;
    loop_.post([&] { look(holds, held); });
    held.get_future().wait();
  }

  Loop loop_;
  std::string folder_;
  std::unique_ptr<HttpServer> server_;
  std::vector<std::string> asked_;  // "METHOD path" of what reached the handler
  std::shared_ptr<Exchange> waiting_;
  std::function<void()> on_waiting_;
  std::shared_ptr<EventFeed> feed_;
  std::function<void()> on_feed_;
  bool feed_closed_ = false;
  std::unique_ptr<Link> link_;
  std::function<void()> on_link_;
  std::string heard_;  // messages of the link
  bool link_closed_ = false;

 private:
  void look(const std::function<bool()>& holds, std::promise<void>& held) {
    if (holds() || !server_) return held.set_value();
    again_ = loop_.after(Millis{5}, [&] { look(holds, held); });
  }

  Admission admit(const RequestHead& head) {
    Admission admission;
    if (!head.field("X-Refuse").empty()) admission.refused = problem(401, "who are you?");
    if (head.path == "/small") admission.body_max = 10;
    if (head.path.starts_with("/upload/")) {
      admission.body_max = 1 << 30;
      admission.body_file = folder_ + head.path.substr(std::string("/upload").size());
      const std::string offset(head.parameter("offset").value_or("0"));
      std::from_chars(offset.data(), offset.data() + offset.size(), admission.body_offset);
    }
    return admission;
  }

  void handle(IncomingRequest request, const std::shared_ptr<Exchange>& exchange) {
    const std::string& path = request.head.path;
    asked_.push_back(request.head.method + " " + path);
    if (path == "/waiting") {
      waiting_ = exchange;
      if (on_waiting_) on_waiting_();
    } else if (path == "/events") {
      feed_ = exchange->begin_events({});
      feed_->on_close([this] { feed_closed_ = true; });
      if (on_feed_) on_feed_();
    } else if (path == "/ws") {
      open_link(*exchange);
    } else if (path.starts_with("/file/")) {
      exchange->send_file({.path = folder_ + path.substr(5), .content_type = "text/plain", .fields = {{"X-Kind", "file"}}});
    } else if (path.starts_with("/upload/")) {
      exchange->answer({.status = 201, .body = fmt::format("{} bytes", request.body_bytes)});
    } else if (path != "/forgotten") {
      exchange->answer({.fields = {{"Content-Type", "text/plain"}}, .body = fmt::format("{}:{}", path, request.body)});
    }
  }

  void open_link(Exchange& exchange) {
    auto link = exchange.accept_websocket(1000);
    if (!link) return;
    link_ = std::move(*link);
    link_->on_message([this](const std::string& text) {
      heard_ += text + ";";
      link_->send("re:" + text);
    });
    link_->on_close([this] { link_closed_ = true; });
    if (on_link_) on_link_();
  }

  Timer again_;
};

}  // namespace tamarack::io
