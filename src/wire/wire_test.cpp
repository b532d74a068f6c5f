#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/mp11.hpp>
#include <set>

#include "run/flow_world.h"
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

TEST(Journal, RoundTripsAStoryWithFlows) {
  run::FlowWorld world(
      {.flows = {{"prepare:p", "backend", "validate:v"}, {"prepare:q", "queue", "validate:w"}}, .change = [](domain::Plan& plan) {
         plan.given = {{"base", "\"http://a\""}};
         plan.flows[0].limit = Millis{60'000};
         plan.flows[0].drift_is_invalid = true;
         plan.flows[0].phases[0].captures = {{"job_id", "string"}};
         plan.flows[0].phases[0].never_twice = true;
       }});
  world.capture(1, "p", {{"job_id", "\"j-\\u00e4\""}});
  world.exit(1);
  world.conclude(1, domain::WaitOutcome::satisfied, {{"result", "{\"rows\":[1,2]}"}});
  world.pass(1, "q");
  world.exit(1);
  world.conclude(1, domain::WaitOutcome::failed, {}, "no such queue", 1);
  run::Run folded;
  for (const run::Entry& entry : world.journal()) {
    const std::string kind(kind_of(entry.record));
    const std::string body = encode_body(entry.record);
    Result<run::Record> record = decode_record(kind, body);
    ASSERT_TRUE(record) << kind << ": " << record.error().message;
    EXPECT_EQ(encode_body(*record), body);
    run::apply(folded, {entry.seq, entry.at, *record});
  }
  EXPECT_EQ(folded.plan, world.run().plan);
  EXPECT_EQ(folded.flows, world.run().flows);
  EXPECT_EQ(folded.ledger, world.run().ledger);
  EXPECT_EQ(folded.queue, world.run().queue);
}

// As Tamarack wrote them before there were flows.
TEST(Journal, ReadsWhatKnowsNothingOfFlows) {
  run::Run folded;
  const auto take = [&](std::string_view kind, std::string_view body) {
    Result<run::Record> record = decode_record(kind, body);
    ASSERT_TRUE(record) << record.error().message;
    run::apply(folded, {folded.last_seq + 1, from_ms(1), *record});
  };
  take("run_planned", R"({"run":"r-1","plan":{"framework":"x","tests":[{"id":"a"}],"units":[{"index":0,"tests":[0]}],"workers":1}})");
  take("worker_joined", R"({"worker":"local/1","agent":"local","slot":0})");
  take("lease_granted", R"({"term":1,"worker":"local/1","pieces":[{"unit":0,"tests":[0]}],"expires":5})");
  take("test_finished", R"({"term":1,"worker":"local/1","report":{"test":0,"status":"passed"},"counted":true,"settles":"passed"})");
  take("lease_ended", R"({"term":1,"end":"completed"})");
  EXPECT_TRUE(folded.ledger.is_complete());
  EXPECT_EQ(folded.tests_pending, 0);
}

// As Tamarack wrote flows before it could be asked what becomes of one that drifted.
TEST(Journal, ReadsFlowsThatKnowNothingOfDrift) {
  const auto record = decode_record("run_planned", R"({"run":"r-1","plan":{"framework":"x","tests":[{"id":"a"}],)"
                                                   R"("units":[{"index":0,"tests":[0]}],"workers":1,"flows":[{"name":"f","rule":"f",)"
                                                   R"("limit":0,"phases":[{"name":"p","tests":[0]}]}]}})");
  ASSERT_TRUE(record) << record.error().message;
  const domain::Plan& plan = std::get<run::RunPlanned>(*record).plan;
  ASSERT_EQ(plan.flows.size(), 1U);
  EXPECT_FALSE(plan.flows[0].drift_is_invalid);
}

TEST(Journal, EveryKindHasItsName) {
  std::set<std::string_view> names;
  boost::mp11::mp_for_each<boost::mp11::mp_iota_c<std::variant_size_v<run::Record>>>([&](auto index) {
    const std::string_view name = kind_of(run::Record(std::in_place_index<index>));
    EXPECT_FALSE(name.empty()) << index;
    EXPECT_TRUE(names.insert(name).second) << name;
  });
}

TEST(Message, ALeaseBringsWhatFlowsHandOn) {
  Lease lease{domain::WorkerId{"local/1"}, domain::Term{7u}, {{domain::UnitIndex{0u}, {domain::TestIndex{3u}}}}};
  lease.captures = {{{domain::TestIndex{3u}}, {{"job_id", "\"j-1\""}}}};
  const std::string text = encode(ToAgent{lease});
  const auto back = decode_to_agent(text);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(std::get<Lease>(*back).captures, lease.captures);
  const auto old = decode_to_agent(R"({"kind":"lease","body":{"worker":"local/1","term":7,"pieces":[]}})");
  ASSERT_TRUE(old) << "of a server that knows no flows";
  EXPECT_TRUE(std::get<Lease>(*old).captures.empty());
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

TEST(Message, ADisagreementTravelsBeforeTheEndOfItsLease) {
  const DisagreementSeen seen{domain::WorkerId{"local/1"}, domain::Term{7u}, {"framework_error", "an after hook failed"}};
  const std::string text = encode(AgentEnvelope{3, seen});
  EXPECT_EQ(text, R"({"kind":"disagreement_seen","seq":3,"body":{"worker":"local/1","term":7,)"
                  R"("disagreement":{"name":"framework_error","message":"an after hook failed"}}})");
  const auto back = decode_from_agent(text);
  ASSERT_TRUE(back) << back.error().message;
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
