// Several requests at once to the server under test, and JSON out of its answers.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <regex>
#include <string>
#include <vector>

#include "flow/json_path.h"
#include "tests/server/server_world.h"

namespace tamarack::coordinator {

struct Asked {
  bool done = false;
  io::ClientAnswer answer;
  std::chrono::steady_clock::time_point at;  // when it was answered
};
using AskedPtr = std::shared_ptr<Asked>;

class FlowTalk {
 public:
  explicit FlowTalk(ServerWorld& world) : world_(world) {}

  // Does not wait for the answer.
  AskedPtr begin(ServerWorld::Question question) {
    if (!question.token.empty()) question.fields.emplace_back("Authorization", "Bearer " + question.token);
    auto asked = std::make_shared<Asked>();
    io::http_call(world_.loop(),
                  {.method = question.method,
                   .url = world_.url() + question.path,
                   .fields = std::move(question.fields),
                   .body = std::move(question.body),
                   .silence_timeout = Millis{90'000}},
                  [this, asked](Result<io::ClientAnswer> got) {
                    if (got) asked->answer = std::move(*got);
                    asked->done = true;
                    asked->at = std::chrono::steady_clock::now();
                    world_.loop().stop();
                  });
    return asked;
  }
  // Until all are answered, at most 20 s.
  void finish(const std::vector<AskedPtr>& all) {
    bool in_time = true;
    const io::Timer watchdog = world_.loop().after(Millis{20'000}, [&] {
      in_time = false;
      world_.loop().stop();
    });
    while (in_time && !std::all_of(all.begin(), all.end(), [](const AskedPtr& one) { return one->done; })) world_.loop().run();
    EXPECT_TRUE(in_time) << "not answered in time";
  }
  void finish(const AskedPtr& one) { finish(std::vector{one}); }
  // Lets the loop go on until `holds`, at most 20 s.
  void run_until(const std::function<bool()>& holds) {
    bool in_time = true;
    const io::Timer watchdog = world_.loop().after(Millis{20'000}, [&] {
      in_time = false;
      world_.loop().stop();
    });
    while (in_time && !holds()) {
      const io::Timer soon = world_.loop().after(Millis{2}, [this] { world_.loop().stop(); });
      world_.loop().run();
    }
    EXPECT_TRUE(in_time) << "what was waited for has not happened";
  }

  io::ClientAnswer post(const std::string& path, const std::string& body, const std::string& token = {}, io::Fields fields = {}) {
    const AskedPtr asked = begin({.method = "POST", .path = path, .token = token, .fields = std::move(fields), .body = body});
    finish(asked);
    return asked->answer;
  }
  io::ClientAnswer get(const std::string& path, const std::string& token = {}, io::Fields fields = {}) {
    const AskedPtr asked = begin({.path = path, .token = token, .fields = std::move(fields)});
    finish(asked);
    return asked->answer;
  }

 private:
  ServerWorld& world_;
};

// The value at a JSON path, as text; a string without its quotes; empty when there is none.
inline std::string at(const io::ClientAnswer& answer, const std::string& path) {
  const auto document = flow::parse_document(answer.body);
  const auto parsed = flow::parse_json_path("$." + path);
  if (!document || !parsed) return {};
  const auto* value = flow::find(*document, *parsed);
  if (value == nullptr) return {};
  return flow::plain_text(*value);
}

}  // namespace tamarack::coordinator
