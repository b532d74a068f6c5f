// A journal that is followed across whatever happens to the connection: every entry once, in order, to the end.
#include "client/run_follower.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "client/server_double.h"
#include "run/world.h"
#include "wire/journal.h"

namespace tamarack::client {
namespace {

class RunFollowerTest : public testing::Test {
 protected:
  RunFollowerTest() {
    run::World world({.units = {{"a"}, {"b"}}});
    world.pass(1, "a");
    world.exit(1);
    world.pass(1, "b");
    world.exit(1);
    for (const run::Entry& entry : world.journal())
      lines_.push_back(fmt::format(R"({{"seq":{},"at":{},"kind":"{}","body":{}}})", entry.seq, to_ms(entry.at), wire::kind_of(entry.record),
                                   wire::encode_body(entry.record)));
  }

  // Entries behind `after`, `most` of them at most, as a body of lines.
  std::string journal(std::int64_t after, std::size_t most) const {
    std::string body;
    for (std::size_t i = static_cast<std::size_t>(after); i < std::min(lines_.size(), static_cast<std::size_t>(after) + most); ++i)
      body += lines_[i] + "\n";
    return body;
  }
  std::string events(std::int64_t after, std::size_t most) const {
    std::string body;
    for (std::size_t i = static_cast<std::size_t>(after); i < std::min(lines_.size(), static_cast<std::size_t>(after) + most); ++i)
      body += fmt::format("id: {}\nevent: x\ndata: {}\n\n", i + 1, lines_[i]);
    return body;
  }
  static std::int64_t number_in(const std::string& line) { return *parse_integer(line.substr(line.rfind('=') + 1)); }

  // Follows until the end, or until it is broken. Returns "1 2 3 … end".
  std::string follow(ServerDouble& server) {
    ApiClient api(server.loop(), server.address());
    std::string seen;
    RunFollower follower(api, domain::RunId{"r-1"},
                         {.on_entry = [&](const run::Entry& entry) { seen += fmt::format("{} ", entry.seq); },
                          .on_end =
                              [&] {
                                seen += "end";
                                server.stop();
                              },
                          .on_trouble = [&](const Error&) { ++troubles_; },
                          .on_broken =
                              [&](const Error& error) {
                                seen += "broken: " + error.message;
                                server.stop();
                              }});
    follower.start();
    server.run();
    return seen;
  }
  std::string all() const {
    std::string text;
    for (std::size_t i = 1; i <= lines_.size(); ++i) text += fmt::format("{} ", i);
    return text + "end";
  }

  std::vector<std::string> lines_;
  int troubles_ = 0;
};

TEST_F(RunFollowerTest, GoesOnBehindWhatItHasHoweverOftenItIsCut) {
  // Two entries at a time, then the connection is gone; every stream begins with one that was told before.
  ServerDouble server([&](const Asked& what, io::Exchange& exchange) {
    if (what.line.starts_with("GET /api/v1/runs/r-1/journal?after="))
      return exchange.answer({.status = 200, .body = journal(number_in(what.line), 1)});
    EXPECT_EQ(what.line, "GET /api/v1/runs/r-1/events");
    const std::int64_t after = *parse_integer(what.last_event_id);
    const bool is_last = after + 2 > std::ssize(lines_);
    exchange.answer({.status = 200, .body = events(std::max<std::int64_t>(0, after - 1), 2) + (is_last ? "event: end\ndata: {}\n\n" : "")});
  });
  EXPECT_EQ(follow(server), all());
  std::int64_t last = -1;
  for (const Asked& one : server.asked()) {
    const std::int64_t asked = one.last_event_id.empty() ? number_in(one.line) : *parse_integer(one.last_event_id);
    EXPECT_GE(asked, last) << "never from the beginning again: " << one.line;
    last = asked;
  }
  EXPECT_GT(last, 0);
}

TEST_F(RunFollowerTest, AServerThatIsAwayIsWaitedFor) {
  int refusals = 2;
  ServerDouble server([&](const Asked& what, io::Exchange& exchange) {
    if (refusals-- > 0) return exchange.answer(io::problem(503, "the server stops"));
    if (what.last_event_id.empty()) return exchange.answer({.status = 200, .body = journal(number_in(what.line), 100)});
    exchange.answer({.status = 200, .body = "event: end\ndata: {}\n\n"});
  });
  EXPECT_EQ(follow(server), all());
  EXPECT_EQ(troubles_, 1) << "the first time is not worth a word";
}

TEST_F(RunFollowerTest, WhatWillNotComeBackIsSaidAtOnce) {
  ServerDouble gone([](const Asked&, io::Exchange& exchange) { exchange.answer(io::problem(404, "there is no run 'r-1'")); });
  EXPECT_EQ(follow(gone), "broken: there is no run 'r-1'");
  EXPECT_EQ(gone.asked().size(), 1U);
  ServerDouble closed([](const Asked&, io::Exchange& exchange) { exchange.answer(io::problem(401, "the token was revoked")); });
  EXPECT_EQ(follow(closed), "broken: the server did not accept the token: the token was revoked");
}

TEST_F(RunFollowerTest, AnEntryThatCannotBeReadIsNotPassedOver) {
  ServerDouble server([&](const Asked&, io::Exchange& exchange) {
    exchange.answer(
        {.status = 200, .body = lines_[0] + "\n" + R"({"seq":2,"at":0,"kind":"of_tomorrow","body":{}})" + "\n" + lines_[2] + "\n"});
  });
  const std::string seen = follow(server);
  EXPECT_TRUE(seen.starts_with("1 broken: an entry of the journal cannot be read: ")) << seen;
}

}  // namespace
}  // namespace tamarack::client
