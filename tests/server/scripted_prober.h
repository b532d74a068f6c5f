// The world outside of a server under test: answers what the test says, and pushes when it says so.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "io/loop.h"
#include "probe/prober.h"

namespace tamarack::coordinator {

class ScriptedProber final : public probe::Prober {
 public:
  explicit ScriptedProber(io::Loop& loop) : loop_(loop) {}

  void ask(const std::string& request, Answered done) override {
    asked.push_back(request);
    loop_.post([answer = answer, done = std::move(done)] { done(answer); });
  }
  void watch(const std::string& request, std::function<void()> pushed) override { watched[request] = std::move(pushed); }
  void unwatch(const std::string& request) override { watched.erase(request); }
  void send(const std::string& request, std::function<void(Result<>)> done) override {
    sent.push_back(request);
    loop_.post([done = std::move(done)] { done({}); });
  }

  flow::Answer answer = flow::HttpAnswer{.status = 200, .content_type = "application/json", .body = R"({"status":"RUNNING"})"};
  std::vector<std::string> asked;
  std::vector<std::string> sent;
  std::map<std::string, std::function<void()>> watched;

 private:
  io::Loop& loop_;
};

}  // namespace tamarack::coordinator
