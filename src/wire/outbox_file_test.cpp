// What a crash leaves of a spool is read as far as it is whole.
#include "wire/outbox_file.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "wire/message.h"

namespace tamarack::wire {
namespace {

std::string message(std::int64_t seq) {
  return encode(AgentEnvelope{seq, Gone{"word"}}) + "\n";
}
std::vector<std::int64_t> numbers(const SpooledMessages& found) {
  std::vector<std::int64_t> all;
  for (const SpooledMessage& one : found.messages) all.push_back(one.seq);
  return all;
}
using Numbers = std::vector<std::int64_t>;

SpooledMessages read(const std::string& text) {
  SpooledMessages found;
  read_spooled(text, 1, found);
  return found;
}

TEST(SpoolHead, RoundTripsAndRefusesWhatIsNone) {
  const SpoolHead head{
      .server = "http://h:1", .project = "shop", .run = domain::RunId{"r-1"}, .agent = domain::AgentId{"a"}, .session = "s", .workers = 4};
  const auto back = decode_spool_head(encode(head));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(encode(*back), encode(head));
  for (const std::string text : {"", "{", "[]", "{\"version\":2}", "{\"run\":\"../..\",\"agent\":\"a\",\"session\":\"s\"}"})
    EXPECT_FALSE(decode_spool_head(text)) << text;
}

TEST(ReadSpooled, FindsMessagesWhereTheyLie) {
  const std::string text = message(1) + message(2) + message(3);
  const SpooledMessages found = read(text);
  EXPECT_EQ(numbers(found), (Numbers{1, 2, 3}));
  EXPECT_EQ(text.substr(found.messages[1].at, found.messages[1].bytes) + "\n", message(2));
  EXPECT_EQ(found.whole_bytes, text.size());
}

TEST(ReadSpooled, LeavesOutWhatWasAcknowledged) {
  const SpooledMessages found = read(message(1) + message(2) + acknowledged_line(2) + message(3));
  EXPECT_EQ(numbers(found), (Numbers{3}));
  EXPECT_EQ(found.acknowledged, 2);
}

TEST(ReadSpooled, DropsATornLineAndNothingElse) {
  const std::string whole = message(1) + message(2);
  for (std::size_t length = message(1).size(); length < whole.size(); ++length) {
    const SpooledMessages found = read(whole.substr(0, length));
    EXPECT_EQ(numbers(found), (Numbers{1})) << length;
    EXPECT_EQ(found.whole_bytes, message(1).size());
  }
}

TEST(ReadSpooled, StopsAtWhatIsNoMessage) {
  EXPECT_EQ(numbers(read(message(1) + std::string(20, '\0') + "\n" + message(2))), (Numbers{1}));
  EXPECT_EQ(numbers(read(message(1) + "{\"acknowledged\":\"all\"}\n" + message(2))), (Numbers{1}));
}

TEST(ReadSpooled, GoesOnOverFilesAndSkipsWhatIsThereTwice) {
  SpooledMessages found;
  read_spooled(message(4) + message(5), 7, found);
  read_spooled(message(5) + message(6) + acknowledged_line(4), 8, found);
  EXPECT_EQ(numbers(found), (Numbers{5, 6}));
  EXPECT_EQ(found.messages[0].file, 7);
  EXPECT_EQ(found.messages[1].file, 8);
}

TEST(ReadSpooled, TakesAGapAsAcknowledged) {
  const SpooledMessages found = read(message(1) + message(2) + message(9));
  EXPECT_EQ(numbers(found), (Numbers{9}));
  EXPECT_EQ(found.acknowledged, 8);
}

TEST(ReadOwed, KnowsWhatIsStillOwed) {
  const std::string a(64, 'a');
  const std::string b(64, 'b');
  EXPECT_EQ(read_owed(owed_line(a) + owed_line(b) + sent_line(a)), (std::set{b}));
  EXPECT_EQ(read_owed(owed_line(a) + "\n{\"owed\":\"../../etc\"}\n" + owed_line(b).substr(0, 20)), (std::set{a}));
}

RC_GTEST_PROP(ReadSpooled, AnyBytesGiveNumbersWithoutGaps, (const std::string& bytes, std::vector<std::uint8_t> parts)) {
  std::string text;
  for (const std::uint8_t part : parts) {
    if (part % 4 == 0) text += acknowledged_line(part / 4);
    if (part % 4 == 1) text += bytes;
    if (part % 4 >= 2) text += message(1 + part / 4);
  }
  const SpooledMessages found = read(text);
  std::int64_t last = found.acknowledged;
  for (const SpooledMessage& one : found.messages) {
    RC_ASSERT(one.seq == ++last);
    RC_ASSERT(decode_from_agent(std::string_view(text).substr(one.at, one.bytes))->seq == one.seq);
  }
  RC_ASSERT(found.whole_bytes <= text.size());
  (void)read_owed(text).size();
  (void)decode_spool_head(bytes).has_value();
}

}  // namespace
}  // namespace tamarack::wire
