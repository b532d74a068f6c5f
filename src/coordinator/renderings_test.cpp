// Reports that many ask for at once are made once; those who have left are not worked for; too many are told to come back.
#include "coordinator/renderings.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>

#include "coordinator/answers.h"
#include "io/http_client.h"

namespace tamarack::coordinator {
namespace {

class RenderingsTest : public testing::Test {
 protected:
  RenderingsTest() {
    server_ = std::move(*io::HttpServer::listen(
        loop_, {}, {.handle = [this](const io::IncomingRequest& request, const std::shared_ptr<io::Exchange>& exchange) {
          renderings_.answer(request.head.path, exchange, [this, path = request.head.path] {
            const std::scoped_lock wait_for_the_test(gate_);
            return text_answer("text/plain", fmt::format("{} {}", path, ++made_));
          });
          if (++arrived_ == awaited_) on_arrival_();
        }}));
  }
  ~RenderingsTest() override { lane_.close(); }

  void ask(const std::string& path, Millis patience = Millis{20'000}) {
    ++open_;
    io::http_call(loop_, {.url = fmt::format("http://127.0.0.1:{}{}", server_->port(), path), .total_timeout = patience},
                  [this](const Result<io::ClientAnswer>& answer) {
                    answers_.push_back(answer ? fmt::format("{} {}", answer->status, answer->body) : "gone");
                    if (answer && answer->status == 503) retry_after_ = answer->field("Retry-After");
                    if (--open_ == 0) loop_.stop();
                  });
  }
  // Runs until everybody has an answer; `then` once so many requests are here.
  void until_answered(int awaited, io::Callback then) {
    arrived_ = 0;
    awaited_ = awaited;
    on_arrival_ = std::move(then);
    const io::Timer watchdog = loop_.after(Millis{20'000}, [this] { loop_.stop(); });
    loop_.run();
    EXPECT_EQ(open_, 0) << "somebody was not answered";
  }

  io::SystemClock clock_;
  std::mutex gate_;
  int made_ = 0;
  int arrived_ = 0;
  int awaited_ = 0;
  int open_ = 0;
  io::Callback on_arrival_ = [] {};
  std::vector<std::string> answers_;
  std::string retry_after_;
  io::Loop loop_;
  io::Timer later_;
  io::Lane lane_{loop_, 2};
  Renderings renderings_{lane_, clock_};
  std::unique_ptr<io::HttpServer> server_;
};

TEST_F(RenderingsTest, WhatManyAskForAtOnceIsMadeOnce) {
  std::unique_lock closed(gate_);
  for (int i = 0; i < 20; ++i) ask("/a");
  until_answered(20, [&] { closed.unlock(); });
  EXPECT_EQ(made_, 1);
  EXPECT_EQ(answers_, std::vector<std::string>(20, "200 /a 1"));
  EXPECT_EQ(renderings_.shared(), 19U);
  ask("/a");
  until_answered(0, [] {});
  EXPECT_EQ(answers_.back(), "200 /a 1") << "it is kept";
  ask("/b");
  until_answered(0, [] {});
  EXPECT_EQ(answers_.back(), "200 /b 2");
}

TEST_F(RenderingsTest, MoreThanCanWaitAreToldToComeBack) {
  std::unique_lock closed(gate_);
  for (const std::string path : {"/a", "/b", "/c", "/d", "/e"}) ask(path);
  until_answered(5, [&] { closed.unlock(); });
  EXPECT_EQ(made_, 3) << "one is made, two wait";
  EXPECT_EQ(std::count_if(answers_.begin(), answers_.end(), [](const std::string& one) { return one.starts_with("503"); }), 2);
  EXPECT_FALSE(retry_after_.empty());
}

TEST_F(RenderingsTest, WhoHasLeftIsNotWorkedFor) {
  std::unique_lock closed(gate_);
  ask("/a");
  until_answered(1, [&] {
    ask("/b", Millis{50});  // it hangs up while /a is made
    ask("/c");
    later_ = loop_.after(Millis{300}, [&] { closed.unlock(); });
  });
  EXPECT_EQ(made_, 2) << "/b was not";
  EXPECT_EQ(answers_.back(), "200 /c 2");
}

}  // namespace
}  // namespace tamarack::coordinator
