#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "run/world.h"
#include "wire/delivery.h"
#include "wire/journal.h"
#include "wire/message.h"

namespace tamarack::wire {
namespace {

// Every record of a real story must come back as it went out, and the fold over the decoded journal must be the same run.
TEST(Journal, RoundTripsAStory) {
  run::World world({.units = {{"a", "b"}, {"c"}}, .run = {.retries = 1}, .workers = 2});
  world.pass(1, "a");
  world.fail(1, "b");
  world.start(2, "c");
  world.exit(1, 1);
  world.exit(2, -1, true, 9);
  run::Run folded;
  for (const run::Entry& entry : world.journal()) {
    const std::string kind(kind_of(entry.record));
    const std::string body = encode_body(entry.record);
    Result<run::Record> record = decode_record(kind, body);
    ASSERT_TRUE(record) << kind << ": " << record.error().message;
    EXPECT_EQ(encode_body(*record), body);
    run::apply(folded, {entry.seq, entry.at, *record});
  }
  EXPECT_EQ(folded.ledger, world.run().ledger);
  EXPECT_EQ(folded.tests, world.run().tests);
  EXPECT_EQ(folded.queue, world.run().queue);
}

TEST(Message, RoundTrips) {
  TestEnded ended{domain::WorkerId{"local/1"}, domain::Term{7u}, {.test = domain::TestIndex{3u}, .status = domain::TestStatus::timed_out}};
  ended.report.errors = {{.message = "bad \"bytes\" \xff\x01", .file = "a.ts", .line = 3}};
  const std::string text = encode(AgentEnvelope{12, ended});
  const Result<AgentEnvelope> back = decode_from_agent(text);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->seq, 12);
  EXPECT_EQ(encode(*back), text);
}

TEST(Message, NamesTheFieldThatIsWrong) {
  const auto bad = decode_from_agent(R"({"kind":"test_ended","seq":1,"body":{"term":"x","report":{"status":"great"}}})");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().message,
            "/term: expected an integer in range, got a string; /report/status: expected one of passed, failed, timed_out, skipped, "
            "interrupted, lost, got a string");
  EXPECT_EQ(decode_to_agent(R"({"kind":"explode"})").error().message, "unknown kind 'explode'");
  EXPECT_FALSE(decode_to_agent("{"));
}

RC_GTEST_PROP(Message, AnyBytesGiveAValueOrAnError, (const std::string& bytes)) {
  (void)decode_from_agent(bytes).has_value();
  (void)decode_to_agent(bytes).has_value();
  RC_SUCCEED();
}

// A lost message must not stop the conversation: the agent goes on saying new things at every heartbeat, and they all wait for the lost
// one.
TEST(Outbox, RepeatsWhatIsNotAcknowledgedAlthoughNewThingsAreSaid) {
  Outbox outbox;
  Inbox inbox;
  outbox.pack(Beat{});  // lost
  EXPECT_TRUE(outbox.repeat().empty()) << "the acknowledgement may still be on its way";
  EXPECT_FALSE(inbox.accept(decode_from_agent(outbox.pack(Beat{}))->seq));
  const std::vector<std::string> again = outbox.repeat();
  ASSERT_EQ(again.size(), 2U);
  for (const std::string& text : again) EXPECT_TRUE(inbox.accept(decode_from_agent(text)->seq));
  outbox.acknowledged(inbox.last());
  EXPECT_TRUE(outbox.repeat().empty());
}

}  // namespace
}  // namespace tamarack::wire
