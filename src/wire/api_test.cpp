// Requests as others send them: whole, of another version, wrong in several places.
#include "wire/api.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.h"
#include "wire/schema.h"

namespace tamarack::wire {
namespace {

RunRequest request() {
  RunRequest wanted{.run_id = domain::RunId{"r-1"},
                    .project = "shop",
                    .identity = "github/acme%2Fshop/7/e2e",
                    .plan = {.framework = "pytest", .workers = 2},
                    .options = {.retries = 1, .quarantined = {"t1"}},
                    .workspace = std::string(64, 'a'),
                    .config = "tamarack.toml",
                    .workers_max = 3,
                    .requires_labels = {{"zone", "eu"}},
                    .carry_from = domain::RunId{"r-0"},
                    .afresh = true,
                    .ci_attempt = 2};
  wanted.plan.tests.push_back({.identity = {"a.py", {"works"}, ""}});
  wanted.plan.tests[0].id = make_test_id(wanted.plan.tests[0].identity);
  wanted.plan.units.push_back({.title = "a.py", .spec = "a.py", .tests = {domain::TestIndex{0U}}});
  return wanted;
}

TEST(Api, ARequestComesBackAsItWentOut) {
  const std::string text = encode(request());
  const auto back = decode<RunRequest>(text);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(encode(*back), text);
  EXPECT_EQ(back->options.quarantined, std::vector<std::string>{"t1"}) << "what is excused travels with the run";
  EXPECT_EQ(back->carry_from.value, "r-0");
  EXPECT_EQ(back->ci_attempt, 2);
}

// Both sides are named, so that whoever reads it knows which one is to be renewed.
TEST(Api, AnotherVersionIsRefusedByBothNumbers) {
  const auto refused = [](const auto& read) {
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(read.error().message, "/version: expected 1, got 2");
    EXPECT_EQ(read.error().hint, "use the same version of tamarack on both sides");
  };
  RunRequest later = request();
  later.version = 2;
  refused(decode<RunRequest>(encode(later)));
  refused(decode<AgentPoll>(encode(AgentPoll{.version = 2, .agent = domain::AgentId{"a"}, .session = "s"})));
  refused(decode<RunSpec>(encode(RunSpec{.version = 2, .run_id = domain::RunId{"r-1"}})));
}

TEST(Api, EveryWrongFieldIsNamed) {
  const auto poll = decode<AgentPoll>(R"({"version":1,"agent":7,"session":"s","workers":"many","labels":[]})");
  ASSERT_FALSE(poll);
  for (const char* field : {"/agent: ", "/workers: ", "/labels: "})
    EXPECT_NE(poll.error().message.find(field), std::string::npos) << poll.error().message;
  EXPECT_EQ(poll.error().code, ErrorCode::invalid_argument);
  for (const char* text : {"", "{", "[]", "null", "7", "\"x\"", "{\"version\":1}x"}) EXPECT_FALSE(decode<AgentPoll>(text)) << text;
}

// A reader of today passes over what tomorrow's writer adds.
TEST(Api, MembersOfALaterVersionArePassedOver) {
  const auto order = decode<AgentOrder>(R"({"run":"r-1","drain":true,"of_tomorrow":{"a":[1]}})");
  ASSERT_TRUE(order) << order.error().message;
  EXPECT_EQ(order->run.value, "r-1");
  EXPECT_TRUE(order->drain);
}

// For the OpenAPI document: made from the members a body is read by, so neither can have one that the other has not.
TEST(Api, ASchemaNamesWhatIsRead) {
  EXPECT_EQ(schema_of<RotateWish>(), R"({"type":"object","properties":{"grace_ms":{"type":"integer"}}})");
  EXPECT_EQ(schema_of<MissingQuery>(), R"({"type":"object","properties":{"sha256":{"type":"array","items":{"type":"string"}}}})");
  EXPECT_EQ(schema_of<EmptyWish>(), R"({"type":"object","properties":{}})");
  const std::string poll = schema_of<AgentPoll>();
  EXPECT_NE(poll.find(R"("agent":{"type":"string"})"), std::string::npos) << "an id";
  EXPECT_NE(poll.find(R"("labels":{"type":"object","additionalProperties":{"type":"string"}})"), std::string::npos);
  EXPECT_NE(schema_of<RunStarted>().find(R"("enum":["started","continued","same","joined","repeated"])"), std::string::npos);
  EXPECT_NE(schema_of<RunSpec>().find(R"("seed":{"type":"integer","minimum":0})"), std::string::npos);
}

RC_GTEST_PROP(Api, AnyBytesGiveAValueOrAnError, (const std::string& bytes)) {
  (void)decode<RunRequest>(bytes).has_value();
  (void)decode<AgentPoll>(bytes).has_value();
  (void)decode<MissingQuery>(bytes).has_value();
  (void)decode<TokenWish>(bytes).has_value();
  RC_SUCCEED();
}

}  // namespace
}  // namespace tamarack::wire
