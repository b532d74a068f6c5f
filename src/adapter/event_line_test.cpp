#include "adapter/event_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "adapter/base64.h"

namespace tamarack::adapter {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <class Line>
Line parse_as(std::string_view text) {
  Result<EventLine> line = parse_event_line(text);
  if (!line) {
    ADD_FAILURE() << line.error().message;
    return {};
  }
  EXPECT_TRUE(std::holds_alternative<Line>(*line)) << text;
  return std::holds_alternative<Line>(*line) ? std::get<Line>(*line) : Line{};
}

std::string message_of(std::string_view text) {
  const Result<EventLine> line = parse_event_line(text);
  return line ? "no error" : line.error().message;
}

TEST(EventLine, ReadsASuite) {
  const auto suite = parse_as<SuiteLine>(
      R"({"type":"suite","v":1,"mode":"discover","framework":"playwright","framework_version":"1.65.1","root_dir":"/app","tests":12,"new_field":[1]})");
  EXPECT_EQ(suite.mode, "discover");
  EXPECT_EQ(suite.framework, "playwright");
  EXPECT_EQ(suite.framework_version, "1.65.1");
  EXPECT_EQ(suite.root_dir, "/app");
  EXPECT_EQ(suite.tests, 12);
}

TEST(EventLine, ReadsATest) {
  const auto line = parse_as<TestLine>(
      R"({"type":"test","spec":"tests/a.spec.ts","title_path":["guest","pays"],"parameters":"chromium","line":4,"column":7,"tags":["fast","@slow"],)"
      R"("annotations":[{"type":"issue","description":"12"}],"group":"file","serial":true,"expect":"skip","timeout_ms":30000})");
  EXPECT_EQ(domain::display_name(line.test.identity), "tests/a.spec.ts › guest › pays [chromium]");
  EXPECT_EQ(line.test.id, domain::make_test_id(line.test.identity));
  EXPECT_EQ(line.test.line, 4);
  EXPECT_EQ(line.test.column, 7);
  EXPECT_THAT(line.test.tags, ElementsAre("fast", "slow"));
  EXPECT_THAT(line.test.annotations, ElementsAre(domain::Annotation{"issue", "12"}));
  EXPECT_EQ(line.test.group, "file");
  EXPECT_TRUE(line.test.serial);
  EXPECT_TRUE(line.test.skip_expected);
}

TEST(EventLine, ReadsAStart) {
  const auto started =
      parse_as<TestStartedLine>(R"({"type":"test_started","spec":"a","title_path":["x"],"retry":2,"at_ms":1800000000123})");
  EXPECT_EQ(started.identity, (domain::TestIdentity{"a", {"x"}, ""}));
  EXPECT_EQ(started.retry, 2);
  EXPECT_EQ(started.at, from_ms(1'800'000'000'123));
}

TEST(EventLine, ReadsAFinish) {
  const auto finished = parse_as<TestFinishedLine>(
      R"({"type":"test_finished","spec":"a","title_path":["x"],"retry":1,"status":"timed_out","final":false,"started_ms":1000,"duration_ms":12.6,)"
      R"("errors":[{"message":"boom","stack":"at a:1","file":"a","line":1,"column":2,"snippet":"> 1"}],"stdout":"out","stderr":"err",)"
      R"("attachments":[{"name":"shot","content_type":"image/png","path":"/o/shot.png"},{"name":"inline","content_type":"text/plain"}],)"
      R"("steps":[{"title":"click","category":"pw:api","started_ms":1001,"duration_ms":3,"failed":true}]})");
  const domain::TestReport& report = finished.report;
  EXPECT_EQ(report.retry, 1);
  EXPECT_EQ(report.status, domain::TestStatus::timed_out);
  EXPECT_FALSE(report.last_try);
  EXPECT_EQ(report.started, from_ms(1000));
  EXPECT_EQ(report.duration, Millis{13});
  EXPECT_THAT(report.errors, ElementsAre(domain::TestError{"boom", "at a:1", "a", 1, 2, "> 1"}));
  EXPECT_EQ(report.output, "out");
  EXPECT_EQ(report.errput, "err");
  ASSERT_EQ(report.attachments.size(), 1U) << "one without a path came in a line of its own";
  EXPECT_EQ(report.attachments[0].path, "/o/shot.png");
  EXPECT_THAT(report.steps, ElementsAre(domain::Step{"click", "pw:api", from_ms(1001), Millis{3}, true}));
}

TEST(EventLine, ReadsCaptures) {
  const auto finished = parse_as<TestFinishedLine>(
      R"({"type":"test_finished","spec":"a","title_path":["x"],"status":"passed","output_bytes":17,)"
      R"("captures":[{"name":"job_id","value":"j-1"},{"name":"rate","value":1.5},{"name":"rows","value":[1,{"a":null}]},{"name":"none","value":null}]})");
  EXPECT_THAT(finished.report.captures, ElementsAre(domain::Capture{"job_id", "\"j-1\""}, domain::Capture{"rate", "1.5"},
                                                    domain::Capture{"rows", R"([1,{"a":null}])"}, domain::Capture{"none", "null"}));
  EXPECT_THAT(finished.report.annotations, ElementsAre());
  EXPECT_EQ(finished.output_bytes, 17);
  EXPECT_EQ(parse_as<TestFinishedLine>(R"({"type":"test_finished","spec":"a","title_path":["x"],"status":"passed"})").output_bytes, -1);
}

TEST(EventLine, ACaptureThatIsRefusedIsAWarningOfItsTest) {
  const auto finished = parse_as<TestFinishedLine>(
      R"({"type":"test_finished","spec":"a","title_path":["x"],"status":"passed","captures":[{"name":"job id","value":1},{"name":"empty"}]})");
  EXPECT_THAT(finished.report.captures, ElementsAre());
  ASSERT_EQ(finished.report.annotations.size(), 2U);
  EXPECT_EQ(finished.report.annotations[0].type, "warning");
  EXPECT_THAT(finished.report.annotations[0].description, HasSubstr("capture 'job id' is not kept"));
  EXPECT_THAT(finished.report.annotations[1].description, HasSubstr("capture 'empty' is not kept: it has no value"));
}

TEST(EventLine, ReadsAnInlineAttachment) {
  const auto line = parse_as<AttachmentLine>(
      R"({"type":"attachment","spec":"a","title_path":["x"],"name":"note","content_type":"text/plain","body_base64":"aGVsbG8="})");
  EXPECT_EQ(line.body, "hello");
  EXPECT_EQ(line.attachment.size, 5);
  EXPECT_EQ(line.attachment.path, "");
}

TEST(EventLine, ReadsErrorEndAndTheUnknown) {
  EXPECT_EQ(parse_as<ErrorLine>(R"({"type":"error","error":{"message":"SyntaxError","file":"a.js","line":3}})").error.line, 3);
  const auto end = parse_as<EndLine>(R"({"type":"end","status":"failed","tests_finished":9})");
  EXPECT_EQ(end.status, "failed");
  EXPECT_EQ(end.tests_finished, 9);
  EXPECT_EQ(parse_as<UnknownLine>(R"({"type":"heartbeat","every":"thing"})").type, "heartbeat");
}

TEST(EventLine, NamesWhatIsWrong) {
  EXPECT_EQ(message_of(R"({"type":"test_fin)"), "event line: JSON ends in the middle, after 17 B");
  EXPECT_EQ(message_of(""), "event line: JSON ends in the middle, after 0 B");
  EXPECT_THAT(message_of("DEBUG listening"), HasSubstr("event line: not valid JSON: "));
  EXPECT_EQ(message_of("[1]"), "event line: expected a JSON object");
  EXPECT_EQ(message_of(R"({"v":1})"), "event line: field 'type' is missing");
  EXPECT_EQ(message_of(R"({"type":7})"), "event line: field 'type' must be a string, got a number");
  EXPECT_EQ(message_of(R"({"type":"suite","v":2})"),
            "event line 'suite': field 'v' must be 1, got 2; the shim belongs to another version of tamarack");
  EXPECT_EQ(message_of(R"({"type":"test","title_path":["x"]})"), "event line 'test': field 'spec' is missing");
  EXPECT_EQ(message_of(R"({"type":"test","spec":"a"})"), "event line 'test': field 'title_path' is missing");
  EXPECT_EQ(message_of(R"({"type":"test","spec":"a","title_path":["x",3]})"),
            "event line 'test': field 'title_path[1]' must be a string, got a number");
  EXPECT_EQ(message_of(R"({"type":"test","spec":"a","title_path":["x"],"expect":"maybe"})"),
            "event line 'test': field 'expect' must be 'run' or 'skip', got 'maybe'");
  EXPECT_EQ(message_of(R"({"type":"test_finished","spec":"a","title_path":["x"],"status":"lost"})"),
            "event line 'test_finished': field 'status' must be passed, failed, timed_out, skipped or interrupted, got 'lost'");
  EXPECT_EQ(message_of(R"({"type":"test_finished","spec":"a","title_path":["x"],"status":"failed","errors":[{"message":"m","line":"3"}]})"),
            "event line 'test_finished': field 'errors[0].line' must be a number, got a string");
  EXPECT_EQ(message_of(R"({"type":"test_finished","spec":"a","title_path":["x"],"status":"failed","duration_ms":-1})"),
            "event line 'test_finished': field 'duration_ms' must be a number from 0 to 2^53");
  EXPECT_EQ(message_of(R"({"type":"test_started","spec":"a","title_path":["x"],"retry":100000})"),
            "event line 'test_started': field 'retry' must be at most 1000, got 100000");
  EXPECT_EQ(message_of(R"({"type":"attachment","spec":"a","title_path":["x"],"name":"n"})"),
            "event line 'attachment': field 'path' and 'body_base64' are both missing");
  EXPECT_EQ(message_of(R"({"type":"attachment","spec":"a","title_path":["x"],"name":"n","body_base64":"???"})"),
            "event line 'attachment': field 'body_base64' is not valid base64");
}

TEST(EventLine, RefusesNestingBombsAndGiants) {
  const std::string deep = R"({"type":"end","x":)" + std::string(100'000, '[');
  EXPECT_EQ(message_of(deep), "event line: JSON is nested deeper than 32 levels");
  EXPECT_EQ(message_of(std::string(event_line_bytes_max + 1, ' ')), "event line is 32.0 MiB long, at most 32.0 MiB are read");
}

TEST(EventLine, RepairsBrokenCharacters) {
  const auto bytes = parse_as<TestFinishedLine>(
      "{\"type\":\"test_finished\",\"spec\":\"a\",\"title_path\":[\"x\"],\"status\":\"passed\",\"stdout\":\"\xff!\"}");
  EXPECT_EQ(bytes.report.output, "\xef\xbf\xbd!");
  // A tail cut in the middle of a pair, a real pair, and a backslash that only looks like the start of an escape.
  const auto escapes = parse_as<TestFinishedLine>(
      R"({"type":"test_finished","spec":"a","title_path":["x"],"status":"passed","stdout":"\ude00 \ud83d\ude00 \\ud83d \ud83d"})");
  EXPECT_EQ(escapes.report.output, "\xef\xbf\xbd \xf0\x9f\x98\x80 \\ud83d \xef\xbf\xbd");
}

RC_GTEST_PROP(EventLine, AnyBytesGiveAValueOrAnError, (const std::string& bytes)) {
  const Result<EventLine> line = parse_event_line(bytes);
  if (!line) RC_ASSERT(line.error().message.starts_with("event line"));
}

RC_GTEST_PROP(EventLine, AnyCutOfALineIsAnError, ()) {
  const std::string line = R"({"type":"test_finished","spec":"ä","title_path":["\ud83d\ude00"],"status":"passed","duration_ms":1.5e2})";
  RC_ASSERT(!parse_event_line(line.substr(0, *rc::gen::inRange<std::size_t>(0, line.size()))));
}

TEST(Base64, DecodesAndRefuses) {
  EXPECT_EQ(decode_base64(""), "");
  EXPECT_EQ(decode_base64("AA=="), std::string(1, '\0'));
  EXPECT_EQ(decode_base64("+/+/"), "\xfb\xff\xbf");
  for (const char* bad : {"A", "AAA", "A===", "AA=A", "A A=", "AAA-", "=AAA"}) EXPECT_EQ(decode_base64(bad), std::nullopt) << bad;
}

}  // namespace
}  // namespace tamarack::adapter
