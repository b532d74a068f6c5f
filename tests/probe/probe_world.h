// For tests: a loop with Probes over it, a folder, and real servers as children that end with the test. Everything runs on this thread.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "io/files.h"
#include "io/net.h"
#include "io/process.h"
#include "io/stream.h"
#include "probe/probes.h"

namespace tamarack::probe {

inline std::string text_of(const flow::Answer& answer) {
  if (const auto* none = std::get_if<flow::NoAnswer>(&answer)) return "no answer: " + none->what;
  if (const auto* http = std::get_if<flow::HttpAnswer>(&answer))
    return std::to_string(http->status) + (http->truncated ? " (cut) " : " ") + http->body.substr(0, 200);
  const auto& value = std::get<flow::ValueAnswer>(answer);
  if (!value.exists) return "not there";
  return (value.truncated ? "(cut) " : "") + value.body.substr(0, 300);
}

class ProbeWorld : public testing::Test {
 protected:
  ProbeWorld() {
    char name[] = "/tmp/tamarack-probe-XXXXXX";
    folder_ = mkdtemp(name);
    make_probes();
  }
  ~ProbeWorld() override {
    probes_.reset();
    servers_.clear();
    (void)io::remove_tree(folder_).has_value();
  }

  void make_probes(Millis look_max = Millis{8'000}) {
    probes_ = std::make_unique<Probes>(loop_, ProbesOptions{.look_max = look_max, .retry_min = Millis{20}, .retry_max = Millis{200}});
  }

  // Runs the loop until `holds` does, which is looked at after every few milliseconds; false when it takes too long.
  bool run_until(const std::function<bool()>& holds, Millis patience = Millis{20'000}) {
    if (holds()) return true;
    bool held = false;
    io::Timer late = loop_.after(patience, [this] { loop_.stop(); });
    std::function<void()> look;
    io::Timer next;
    look = [&] {
      held = holds();
      if (held) return loop_.stop();
      next = loop_.after(Millis{1}, look);
    };
    look();
    if (!held) loop_.run();
    return held;
  }

  // The same without a pause between two turns of the loop, for measurements.
  bool spin_until(const std::function<bool()>& holds) {
    const auto late = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (!holds() && std::chrono::steady_clock::now() < late) {
      loop_.post([this] { loop_.post([this] { loop_.stop(); }); });
      loop_.run();
    }
    return holds();
  }

  std::string ask(const wire::ProbeRequest& request) { return ask_text(wire::to_text(request)); }
  std::string ask_text(const std::string& request) {
    std::string answer;
    int answers = 0;
    probes_->ask(request, [&](const flow::Answer& given) {
      answer = text_of(given);
      ++answers;
    });
    EXPECT_EQ(answers, 0) << "answered from inside the call";
    EXPECT_TRUE(run_until([&] { return answers > 0; })) << "no answer to " << request;
    EXPECT_EQ(answers, 1);
    return answer;
  }
  // Asks until the answer is this; the last answer.
  std::string ask_until(const wire::ProbeRequest& request, const std::string& wanted) {
    std::string answer;
    for (int i = 0; i < 400 && answer != wanted; ++i) {
      if (i > 0) pause(Millis{25});
      answer = ask(request);
    }
    return answer;
  }
  void pause(Millis span) {
    bool over = false;
    io::Timer timer = loop_.after(span, [&] { over = true; });
    run_until([&] { return over; });
  }
  // Counts its pushes.
  std::shared_ptr<int> watch(const wire::ProbeRequest& request) {
    auto pushes = std::make_shared<int>(0);
    probes_->watch(wire::to_text(request), [pushes] { ++*pushes; });
    EXPECT_EQ(*pushes, 0) << "pushed from inside the call";
    return pushes;
  }

  // A server on 127.0.0.1 that never says a word, or always the same; port() of the result.
  std::unique_ptr<io::Listener> peer(const std::string& says) {
    auto listener = io::Listener::listen(loop_, "127.0.0.1", 0, nullptr, [this, says](std::shared_ptr<io::Stream> stream) {
      if (!says.empty()) stream->write(says);
      swallow(stream);
      streams_.push_back(std::move(stream));
    });
    EXPECT_TRUE(listener) << listener.error().message;
    return std::move(*listener);
  }
  int free_port() { return io::free_port().value_or(0); }

  // Starts a server and waits until its port answers. Ends with the test, or by stop().
  void start(const std::string& name, std::vector<std::string> argv, int port, std::map<std::string, std::string> env = {}) {
    auto process = io::start_process(loop_, {.argv = std::move(argv), .env = std::move(env), .directory = folder_},
                                     {.on_output = [this](std::string_view bytes) { said_ += bytes; },
                                      .on_errput = [this](std::string_view bytes) { said_ += bytes; },
                                      .on_exit = nullptr});
    ASSERT_TRUE(process) << process.error().message;
    servers_[name] = std::move(*process);
    ASSERT_TRUE(run_until([&] { return io::port_answers(port); }, Millis{60'000})) << said_;
  }
  void stop(const std::string& name) { servers_.erase(name); }
  std::string run_command(const std::vector<std::string>& argv) {
    std::string output;
    bool over = false;
    io::run_process(loop_, {.argv = argv}, Millis{20'000}, 1 << 20, [&](const Result<io::Finished>& finished) {
      output = finished ? finished->output + finished->errput : finished.error().message;
      over = true;
    });
    EXPECT_TRUE(run_until([&] { return over; }, Millis{25'000}));
    return output;
  }

  // "p50 0.4 ms, p99 1.1 ms"
  static std::string figures(std::vector<double> ms) {
    std::sort(ms.begin(), ms.end());
    const auto at = [&](std::size_t percent) { return ms.empty() ? 0 : ms[std::min(ms.size() - 1, ms.size() * percent / 100)]; };
    return fmt::format("p50 {:.2f} ms, p99 {:.2f} ms, most {:.2f} ms, n {}", at(50), at(99), at(100), ms.size());
  }

  io::Loop loop_;
  std::string folder_;
  std::string said_;  // by the servers
  std::map<std::string, std::unique_ptr<io::Process>> servers_;
  std::vector<std::shared_ptr<io::Stream>> streams_;
  std::unique_ptr<Probes> probes_;

 private:
  void swallow(const std::shared_ptr<io::Stream>& stream) {
    stream->read([this, weak = std::weak_ptr(stream)](const Result<std::string_view>& bytes) {
      const auto alive = weak.lock();
      if (alive && bytes && !bytes->empty()) swallow(alive);
    });
  }
};

}  // namespace tamarack::probe
