// A successor says what a dead process had left, over links that open, break and stay shut. The server's side is a script on a memory link.
#include "agent/last_words.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "wire/delivery.h"

namespace tamarack::agent {
namespace {

class LastWordsTest : public testing::Test {
 protected:
  LastWordsTest() {
    char name[] = "/tmp/tamarack-words-XXXXXX";
    folder_ = mkdtemp(name);
    auto spool = Spool::create(folder_ + "/spool-s1", {.server = "http://h:1",
                                                       .project = "shop",
                                                       .run = domain::RunId{"r-1"},
                                                       .agent = domain::AgentId{"a"},
                                                       .session = "s1",
                                                       .workers = 2});
    EXPECT_TRUE(spool);
    wire::Outbox dead;
    dead.keep_on(**spool);
    for (std::uint32_t test = 0; test < 3; ++test)
      dead.add(wire::TestEnded{domain::WorkerId{"a/1"}, domain::Term{1u}, {.test = domain::TestIndex{test}}});
    dead.acknowledged(1);
    spool->reset();
    auto found = Spool::open(folder_ + "/spool-s1");
    EXPECT_TRUE(found);
    spool_ = std::move(*found);
  }
  ~LastWordsTest() override { std::filesystem::remove_all(folder_); }

  // How the server takes each link; none: it is not there.
  using Answer = std::function<void(const wire::AgentEnvelope&)>;
  void run(std::vector<std::function<Result<Answer>()>> links, LastWords::Rules rules = {}) {
    LastWords words(
        loop_, *spool_, "1.0",
        [&](auto opened) {
          ASSERT_LT(connects_, links.size()) << "nobody asked for another link";
          auto answer = links[connects_++]();
          if (!answer) return loop_.post([opened = std::move(opened), error = answer.error()] { opened(error); });
          auto [here, there] = io::make_memory_link(loop_);
          server_ = std::move(there);
          server_->on_message([this, answer = *answer](const std::string& text) {
            const auto envelope = wire::decode_from_agent(text);
            ASSERT_TRUE(envelope);
            heard_.push_back(envelope->seq);
            if (const auto* hello = std::get_if<wire::Hello>(&envelope->message)) hellos_.push_back(*hello);
            answer(*envelope);
          });
          auto link = std::make_shared<std::unique_ptr<io::Link>>(std::move(here));
          loop_.post([opened = std::move(opened), link] { opened(std::move(*link)); });
        },
        {.say = [this](const std::string& text) { said_.push_back(text); },
         .before_home =
             [this](io::Callback home) {
               loop_.post([this, home] {
                 files_were_waited_for_ = true;
                 home();
               });
             },
         .done =
             [this](LastWords::End end, const std::string& why) {
               end_ = end;
               why_ = why;
               loop_.stop();
             }},
        rules);
    words.start();
    const io::Timer watchdog = loop_.after(Millis{20'000}, [this] { loop_.stop(); });
    loop_.run();
  }
  void answer(const wire::ToAgent& message) { server_->send(wire::encode(message)); }
  // Takes everything in, and closes the link when it hears goodbye.
  Result<Answer> listens() {
    return Answer([this](const wire::AgentEnvelope& envelope) {
      if (std::holds_alternative<wire::Hello>(envelope.message)) return answer(wire::Welcome{});
      if (std::holds_alternative<wire::Gone>(envelope.message)) return loop_.post([this] { server_.reset(); });
      answer(wire::Acknowledged{envelope.seq});
    });
  }
  static Result<Answer> is_away() { return make_error(ErrorCode::unavailable, "connection refused"); }

  io::Loop loop_;
  std::string folder_;
  std::unique_ptr<Spool> spool_;
  std::unique_ptr<io::Link> server_;
  std::size_t connects_ = 0;
  std::vector<std::int64_t> heard_;
  std::vector<wire::Hello> hellos_;
  std::vector<std::string> said_;
  std::optional<LastWords::End> end_;
  std::string why_;
  bool files_were_waited_for_ = false;
};

using Numbers = std::vector<std::int64_t>;

TEST_F(LastWordsTest, SaysWhatWasLeftUnderTheOldSessionAndGoodbye) {
  run({[&] { return listens(); }});
  EXPECT_EQ(end_, LastWords::End::delivered);
  EXPECT_EQ(heard_, (Numbers{0, 2, 3, 4}));
  ASSERT_EQ(hellos_.size(), 1U);
  EXPECT_EQ(hellos_[0].session, "s1");
  EXPECT_EQ(hellos_[0].next, 2);
  EXPECT_EQ(hellos_[0].workers, 2);
  EXPECT_TRUE(hellos_[0].last_words);
  EXPECT_EQ(spool_->waiting(), 0U);
}

TEST_F(LastWordsTest, WaitsForAServerThatIsAwayAndBeginsAgainOnABrokenLink) {
  run({[] { return is_away(); }, [] { return is_away(); },
       [&] {
         return Result<Answer>([this](const wire::AgentEnvelope& envelope) {
           if (std::holds_alternative<wire::Hello>(envelope.message)) return answer(wire::Welcome{});
           if (envelope.seq == 2) answer(wire::Acknowledged{2});
           if (envelope.seq == 3) loop_.post([this] { server_.reset(); });
         });
       },
       [&] { return listens(); }});
  EXPECT_EQ(end_, LastWords::End::delivered);
  EXPECT_EQ(heard_, (Numbers{0, 2, 3, 0, 3, 4})) << "what was acknowledged is not said again";
  EXPECT_EQ(said_.size(), 1U);
}

// The acknowledgement was lost with the old process: the coordinator knows more than the spool.
TEST_F(LastWordsTest, BelievesWhatTheServerHasHeard) {
  run({[&] {
    return Result<Answer>([this](const wire::AgentEnvelope& envelope) {
      if (!std::holds_alternative<wire::Hello>(envelope.message)) {
        if (std::holds_alternative<wire::Gone>(envelope.message)) loop_.post([this] { server_.reset(); });
        return;
      }
      answer(wire::Welcome{});
      answer(wire::Acknowledged{3});
    });
  }});
  EXPECT_EQ(end_, LastWords::End::delivered);
  EXPECT_EQ(heard_.back(), 4);
}

TEST_F(LastWordsTest, StopsWhenTheRunIsOver) {
  run({[]() -> Result<Answer> { return make_error(ErrorCode::conflict, "over"); }});
  EXPECT_EQ(end_, LastWords::End::run_is_over);
}

TEST_F(LastWordsTest, StopsWhenTheRunIsUnknown) {
  run({[] { return is_away(); }, []() -> Result<Answer> { return make_error(ErrorCode::not_found, "no such run"); }});
  EXPECT_EQ(end_, LastWords::End::run_is_unknown);
}

// Its last result was the last of the run.
TEST_F(LastWordsTest, WaitsForItsFilesWhenTheRunEndsWithItsWords) {
  run({[&] {
    return Result<Answer>([this](const wire::AgentEnvelope& envelope) {
      if (std::holds_alternative<wire::Hello>(envelope.message)) return answer(wire::Welcome{});
      if (std::holds_alternative<wire::Gone>(envelope.message)) return loop_.post([this] { server_.reset(); });
      answer(wire::Acknowledged{envelope.seq});
      if (envelope.seq == 3) answer(wire::GoHome{});
    });
  }});
  EXPECT_EQ(end_, LastWords::End::delivered);
  EXPECT_TRUE(files_were_waited_for_);
  EXPECT_EQ(heard_.back(), 4);
}

TEST_F(LastWordsTest, SaysThatTheRunWasOverBeforeItWasHeard) {
  run({[&] {
    return Result<Answer>([this](const wire::AgentEnvelope& envelope) {
      if (std::holds_alternative<wire::Hello>(envelope.message)) {
        answer(wire::Welcome{});
        answer(wire::GoHome{});
      }
      if (std::holds_alternative<wire::Gone>(envelope.message)) loop_.post([this] { server_.reset(); });
    });
  }});
  EXPECT_EQ(end_, LastWords::End::run_is_over);
}

TEST_F(LastWordsTest, GivesUpOnAServerThatHearsNothing) {
  run({[&] {
        return Result<Answer>([this](const wire::AgentEnvelope& envelope) {
          if (std::holds_alternative<wire::Hello>(envelope.message)) answer(wire::Welcome{});
        });
      }},
      {.patience = Millis{20}});
  EXPECT_EQ(end_, LastWords::End::given_up);
  EXPECT_EQ(spool_->waiting(), 2U) << "it stays for another try";
}

TEST_F(LastWordsTest, IsRefusedWithTheServersWords) {
  run({[&] { return Result<Answer>([this](const wire::AgentEnvelope&) { answer(wire::Refused{"speaks another protocol"}); }); }});
  EXPECT_EQ(end_, LastWords::End::given_up);
  EXPECT_EQ(why_, "speaks another protocol");
}

}  // namespace
}  // namespace tamarack::agent
