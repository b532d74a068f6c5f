#include "wire/local_wait.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tamarack::wire {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(LocalWish, CapturesStandBesideTheWish) {
  const auto read = read_local_wish(R"({"conditions":[{"signal":"done:{id}"}],"captures":{"id":"j-1","rows":[1,{"a":null}]}})");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->wish, R"({"conditions":[{"signal":"done:{id}"}]})");
  EXPECT_THAT(read->captures, ElementsAre(flow::Captured{"id", "\"j-1\""}, flow::Captured{"rows", R"([1,{"a":null}])"}));
  EXPECT_THAT(read_local_wish("{}")->captures, IsEmpty());
}

TEST(LocalWish, NamesWhatIsNoWish) {
  EXPECT_EQ(read_local_wish("[1]").error().message, "the wish must be a JSON object");
  EXPECT_THAT(read_local_wish("{").error().message, HasSubstr("the wish is no JSON"));
  EXPECT_THAT(read_local_wish(R"({"captures":[1]})").error().message, HasSubstr("captures: expected an object"));
}

TEST(LocalWish, AServerGetsItWithItsPlacesFilled) {
  flow::WaitSpec spec{.owner = "tests of worker a/1"};
  spec.conditions = {{.source = flow::SourceKind::signal, .target = "done:{7}"}, {.source = flow::SourceKind::job, .target = "j-1"}};
  EXPECT_EQ(wish_for_server({R"({"conditions":[{"signal":"done:{id}","fail_when":[]},{"job":"{job_id}"}]})", {}}, spec),
            R"({"conditions":[{"signal":"done:{{7}}","fail_when":[]},{"job":"j-1"}],"owner":"tests of worker a/1"})");
}

TEST(LocalWish, ReadsWhatAServerAnswers) {
  EXPECT_EQ(parked_wait_id(R"({"wait_id":"w-1","state":"parked"})"), "w-1");
  EXPECT_EQ(parked_wait_id("[]") + parked_wait_id("no JSON"), "");
  EXPECT_TRUE(is_wait_over(R"({"wait_id":"w-1","state":"over"})"));
  EXPECT_FALSE(is_wait_over(R"({"wait_id":"w-1","state":"parked"})"));
}

TEST(LocalWait, TellsHowItEnded) {
  flow::Wait wait;
  wait.id = domain::WaitId{"w-1"};
  wait.parked = from_ms(1000);
  wait.ended = from_ms(3500);
  wait.over = true;
  wait.outcome = domain::WaitOutcome::failed;
  wait.message = "no such column: \"ymd\"";
  wait.decided_by = 1;
  wait.captures = {{"body", "{\"big\":12345678901234567890123}"}};
  wait.probes = 3;
  wait.spec.conditions.resize(2);
  wait.spec.conditions[1].name = "report";
  wait.conditions.resize(2);
  wait.conditions[0].status = "RUNNING";
  wait.conditions[1].status = "FAILED";
  wait.notes = {{from_ms(1200), {.condition = 1, .what = flow::NoteKind::seen, .text = "RUNNING"}}};
  EXPECT_EQ(
      local_wait_over(wait),
      R"({"wait_id":"w-1","state":"over","outcome":"failed","message":"no such column: \"ymd\"",)"
      R"("captures":{"body":{"big":12345678901234567890123}},"excerpt":"",)"
      R"("notes":[{"at_ms":1200,"condition":"report","what":"seen","text":"RUNNING"}],"probes":3,"waited_ms":2500,"last_status":"FAILED"})");
}

}  // namespace
}  // namespace tamarack::wire
