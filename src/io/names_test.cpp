// Who looks names up: a name server that is silent, played by a lookup that waits until the test lets it go.
#include "io/names.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>

#include "io/net.h"
#include "io/stream.h"

namespace tamarack::io {
namespace {

// Names that begin with "slow" are answered once the test says so; the others at once. Threads may still be at it when the test has ended.
class NameServer {
 public:
  Lookup lookup() {
    return [state = state_](const std::string& host, const std::string& port) -> Result<std::vector<Address>> {
      std::unique_lock lock(state->mutex);
      ++state->asked;
      state->told.notify_all();
      state->most = std::max(state->most, ++state->at_once);
      if (host.starts_with("slow")) state->told.wait(lock, [&] { return state->open; });
      --state->at_once;
      if (host.ends_with("none")) return make_error(ErrorCode::unavailable, "no such name");
      return std::vector<Address>{{"127.0.0.1", static_cast<std::uint16_t>(std::stoi(port))}};
    };
  }
  ~NameServer() { open(); }
  void open() {
    const std::scoped_lock lock(state_->mutex);
    state_->open = true;
    state_->told.notify_all();
  }
  void wait_for(int asked) {
    std::unique_lock lock(state_->mutex);
    EXPECT_TRUE(state_->told.wait_for(lock, std::chrono::seconds(10), [&] { return state_->asked >= asked; }));
  }
  int asked() const {
    const std::scoped_lock lock(state_->mutex);
    return state_->asked;
  }
  int most() const {
    const std::scoped_lock lock(state_->mutex);
    return state_->most;
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable told;
    bool open = false;
    int asked = 0;
    int at_once = 0;
    int most = 0;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

class NamesTest : public testing::Test {
 protected:
  NamesTest() { use_lookup(*loop_, server_.lookup()); }

  void look_up(const std::string& host) {
    names().look_up(host, "80", [this, host](const Result<std::vector<Address>>& found) {
      EXPECT_TRUE(found) << host;
      answered_.push_back(host);
      if (answered_.size() == wanted_) loop_->stop();
    });
  }
  void run_until(std::size_t answers) {
    wanted_ = answers;
    const Timer late = loop_->after(Millis{10'000}, [this] {
      ADD_FAILURE() << "too late";
      loop_->stop();
    });
    if (answered_.size() < wanted_) loop_->run();
  }
  Names& names() { return names_of(*loop_); }

  NameServer server_;
  std::unique_ptr<Loop> loop_ = std::make_unique<Loop>();
  std::vector<std::string> answered_;
  std::size_t wanted_ = 0;
};

TEST_F(NamesTest, ASlowNameHoldsUpNoOther) {
  look_up("slow");
  look_up("a");
  look_up("b");
  EXPECT_TRUE(answered_.empty()) << "never from inside";
  run_until(2);
  EXPECT_EQ(std::set(answered_.begin(), answered_.end()), (std::set<std::string>{"a", "b"}));
  server_.open();
  run_until(3);
  EXPECT_EQ(answered_.back(), "slow");
}

TEST_F(NamesTest, WhoAsksForTheSameSharesTheAnswer) {
  for (int i = 0; i < 5; ++i) look_up("slow");
  look_up("a");
  run_until(1);
  server_.open();
  run_until(6);
  EXPECT_EQ(server_.asked(), 2);
  look_up("a");
  run_until(7);
  EXPECT_EQ(server_.asked(), 3) << "an answer is not kept: the next may be another";
}

TEST_F(NamesTest, ADeadNameServerCostsALimitedNumberOfThreads) {
  const auto count = static_cast<std::size_t>(lookups_max) + 20;
  for (std::size_t i = 0; i < count; ++i) look_up("slow-" + std::to_string(i));
  server_.wait_for(lookups_max);
  server_.open();
  run_until(count);
  EXPECT_EQ(server_.asked(), static_cast<int>(count));
  EXPECT_LE(server_.most(), lookups_max);
}

TEST_F(NamesTest, NumbersAreNotAskedFor) {
  for (const char* host : {"127.0.0.1", "::1"})
    names().look_up(host, "4711", [&, host](const Result<std::vector<Address>>& found) {
      ASSERT_TRUE(found);
      EXPECT_EQ(*found, (std::vector<Address>{{host, 4711}}));
      answered_.push_back(host);
      if (answered_.size() == 2) loop_->stop();
    });
  run_until(2);
  EXPECT_EQ(server_.asked(), 0);
}

TEST_F(NamesTest, WhatAsksTheNetworkIsHeldUpByItsOwnNameAlone) {
  const Result<int> port = free_port();
  ASSERT_TRUE(port);
  auto listener = Listener::listen(*loop_, "127.0.0.1", *port, nullptr, [](const std::shared_ptr<Stream>& stream) { stream->close(); });
  ASSERT_TRUE(listener);
  std::string said;
  const auto note = [&](const std::string& who, bool good) {
    said += who + (good ? " is there; " : " is not there; ");
    if (std::count(said.begin(), said.end(), ';') == 3) loop_->stop();
  };
  connect_stream(*loop_, {.host = "slow", .port = std::to_string(*port), .timeout = Millis{300}}, [&](const auto& stream) {
    ASSERT_FALSE(stream);
    EXPECT_EQ(stream.error().message, fmt::format("cannot connect to slow port {}: no connection within 300 ms", *port));
    note("slow", false);
  });
  connect_stream(*loop_, {.host = "quick", .port = std::to_string(*port)}, [&](const auto& stream) {
    if (stream) (*stream)->close();
    note("quick", stream.has_value());
  });
  tcp_probe(*loop_, "none", std::to_string(*port), Millis{5'000}, [&](const Result<>& there) {
    ASSERT_FALSE(there);
    EXPECT_EQ(there.error().message, "no such name");
    note("none", false);
  });
  const Timer late = loop_->after(Millis{10'000}, [this] { loop_->stop(); });
  loop_->run();
  EXPECT_TRUE(said.ends_with("slow is not there; ")) << said;
  EXPECT_NE(said.find("quick is there; "), std::string::npos) << said;
}

TEST_F(NamesTest, ALoopEndsWithoutWaitingForThem) {
  look_up("slow");
  look_up("slow-too");
  const auto began = std::chrono::steady_clock::now();
  loop_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(2));
  EXPECT_TRUE(answered_.empty());
}

TEST(LookUpOfSystem, FindsThisMachineAndSaysWhatItDoesNotKnow) {
  const auto here = look_up_of_system("localhost", "80");
  ASSERT_TRUE(here) << here.error().message;
  EXPECT_EQ(here->front().port, 80);
  EXPECT_TRUE(here->front().ip == "127.0.0.1" || here->front().ip == "::1") << here->front().ip;
  const auto none = look_up_of_system("localhost", "no-such-service");
  ASSERT_FALSE(none);
  EXPECT_FALSE(none.error().message.empty());
}

}  // namespace
}  // namespace tamarack::io
