#include "plan/flows.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "plan/make_plan.h"
#include "plan/suite_builder.h"

namespace tamarack::plan {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Names = std::vector<std::string>;

FlowRule rule(FlowEach each = FlowEach::describe) {
  return {.name = "analysis",
          .each = each,
          .limit = Millis{1'800'000},
          .phases = {{.name = "prepare", .tag = "prepare", .captures = {{"job_id", "string"}}, .retries = 0, .never_twice = true},
                     {.name = "backend", .wish = "{}", .needs = {0}, .limit = Millis{600'000}},
                     {.name = "validate", .tag = "validate", .needs = {1}}}};
}

SuiteTest prepare(const std::string& name) {
  return {.name = name, .tags = {"prepare"}};
}
SuiteTest validate(const std::string& name) {
  return {.name = name, .tags = {"validate"}};
}

Names flow_names(const std::vector<domain::Flow>& flows) {
  Names names;
  for (const domain::Flow& flow : flows) names.push_back(flow.name);
  return names;
}

Result<std::vector<domain::Flow>> flows_of(const std::vector<SuiteTest>& tests, const std::vector<FlowRule>& rules) {
  const domain::Discovery discovery = suite(tests);
  return make_flows(discovery.tests, discovery.tests, rules);
}

TEST(Flows, AreThePhasesOfARuleWithTheirTests) {
  const auto flows = flows_of({prepare("a.ts › report › asks"),
                               {.name = "a.ts › report › looks on"},
                               validate("a.ts › report › sees"),
                               validate("a.ts › report › downloads")},
                              {rule()})
                         .value();
  ASSERT_EQ(flows.size(), 1U);
  const domain::Flow& flow = flows[0];
  EXPECT_EQ(flow.name, "analysis › a.ts › report");
  EXPECT_EQ(flow.rule, "analysis");
  EXPECT_EQ(flow.limit, Millis{1'800'000});
  ASSERT_EQ(flow.phases.size(), 3U);
  EXPECT_EQ(
      flow.phases[0],
      (domain::FlowPhase{
          .name = "prepare", .tests = {domain::TestIndex{0U}}, .captures = {{"job_id", "string"}}, .retries = 0, .never_twice = true}));
  EXPECT_EQ(flow.phases[1], (domain::FlowPhase{.name = "backend", .needs = {0}, .wish = "{}", .limit = Millis{600'000}}));
  EXPECT_THAT(flow.phases[2].tests, ElementsAre(domain::TestIndex{2U}, domain::TestIndex{3U}));
}

const std::vector<SuiteTest> two_blocks{prepare("a.ts › x › p [chromium]"),
                                        validate("a.ts › x › v [chromium]"),
                                        prepare("a.ts › y › p"),
                                        validate("a.ts › y › v"),
                                        prepare("a.ts › p"),
                                        validate("a.ts › v"),
                                        prepare("a.ts › x › p [firefox]"),
                                        validate("a.ts › x › v [firefox]")};

TEST(Flows, SayWhatBecomesOfDrift) {
  FlowRule strict = rule();
  strict.drift_is_invalid = true;
  const std::vector<domain::Flow> judged = flows_of(two_blocks, {strict}).value();
  for (const domain::Flow& flow : judged) EXPECT_TRUE(flow.drift_is_invalid) << flow.name;
  const std::vector<domain::Flow> told = flows_of(two_blocks, {rule()}).value();
  for (const domain::Flow& flow : told) EXPECT_FALSE(flow.drift_is_invalid) << flow.name;
}

TEST(Flows, AreMadeForEachDescribeSpecOrForAll) {
  EXPECT_THAT(flow_names(flows_of(two_blocks, {rule()}).value()),
              ElementsAre("analysis › a.ts › x [chromium]", "analysis › a.ts › y", "analysis › a.ts", "analysis › a.ts › x [firefox]"));
  EXPECT_THAT(flow_names(flows_of(two_blocks, {rule(FlowEach::spec)}).value()),
              ElementsAre("analysis › a.ts [chromium]", "analysis › a.ts", "analysis › a.ts [firefox]"));
  EXPECT_THAT(flow_names(flows_of({prepare("a.ts › p"), validate("b.ts › v")}, {rule(FlowEach::all)}).value()), ElementsAre("analysis"));
}

TEST(Flows, NamesAreUnique) {
  const auto flows = flows_of({prepare("a.ts › p"), validate("a.ts › v"), {.name = "a.ts › q", .tags = {"second"}}},
                              {rule(), {.name = "analysis", .phases = {{.name = "only", .tag = "second"}}}})
                         .value();
  EXPECT_THAT(flow_names(flows), ElementsAre("analysis › a.ts", "analysis › a.ts #2"));
}

TEST(Flows, HalfOfOneIsRefusedByName) {
  const auto flows = flows_of({prepare("a.ts › x › p"), validate("a.ts › y › v"), prepare("a.ts › y › p")}, {rule()});
  ASSERT_FALSE(flows);
  EXPECT_EQ(flows.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(flows.error().message,
            "the flow 'analysis › a.ts › x' has no test for its phase 'validate' (tag 'validate'), only 'a.ts › x › p'");
  EXPECT_EQ(flows.error().hint, "put the tests of all phases into one describe block, or set each = \"spec\" or \"all\" in [[flow]]");
}

TEST(Flows, ATestIsInOnePhase) {
  const auto flows = flows_of({{.name = "a.ts › t", .tags = {"prepare", "validate"}}}, {rule()});
  ASSERT_FALSE(flows);
  EXPECT_EQ(flows.error().message,
            "the test 'a.ts › t' matches two phases: 'prepare' of [[flow]] 'analysis' and 'validate' of [[flow]] 'analysis'");
}

TEST(Flows, RulesThatMatchNothingMakeNone) {
  EXPECT_THAT(flows_of({{.name = "a.ts › t"}}, {rule()}).value(), IsEmpty());
}

// ---- in a plan

const std::vector<SuiteTest> suite_with_flows{{.name = "z.ts › long"},      prepare("a.ts › x › p"), validate("a.ts › x › v"),
                                              {.name = "a.ts › x › other"}, prepare("b.ts › p"),     validate("b.ts › v")};

domain::History durations(const std::vector<std::pair<std::string, std::int64_t>>& known) {
  domain::History history;
  for (const auto& [name, ms] : known) remember(history, name, {ms});
  return history;
}

Names titles(const domain::Plan& plan) {
  Names names;
  for (const domain::Unit& unit : plan.units) names.push_back(unit.title);
  return names;
}

TEST(FlowPlan, ContinuesThenBeginsThenTheRest) {
  const auto history = durations({{"z.ts › long", 50'000},
                                  {"a.ts › x › p", 100},
                                  {"a.ts › x › v", 200},
                                  {"a.ts › x › other", 900},
                                  {"b.ts › p", 100},
                                  {"b.ts › v", 9'000}});
  const auto plan = make_plan(suite(suite_with_flows), history, {.rules = {.flows = {rule()}}, .workers = 2}).value();
  EXPECT_THAT(titles(plan), ElementsAre("b.ts › v", "a.ts › x › v", "b.ts › p", "a.ts › x › p", "z.ts", "a.ts › x › other"));
  EXPECT_EQ(plan.flows.size(), 2U);
}

// What a wait is expected to take decides which flow begins first.
TEST(FlowPlan, TheLongestRestOfAFlowBeginsFirst) {
  FlowRule quick = rule();
  quick.name = "quick";
  quick.phases[0].tag = quick.phases[0].name = "q";
  quick.phases[2].tag = "r";
  const std::vector<SuiteTest> tests{
      {.name = "q.ts › q", .tags = {"q"}}, {.name = "q.ts › r", .tags = {"r"}}, prepare("s.ts › p"), validate("s.ts › v")};
  const auto first_of = [&](const ExpectedWaits& waits) {
    return titles(make_plan(suite(tests), {}, {.rules = {.flows = {rule(), quick}}, .expected_waits = waits}).value()).at(2);
  };
  EXPECT_EQ(first_of({{"analysis/backend", Millis{600'000}}}), "s.ts › p");
  EXPECT_EQ(first_of({{"analysis/backend", Millis{600'000}}, {"quick/backend", Millis{700'000}}}), "q.ts › q");
  EXPECT_EQ(first_of({{"analysis/backend", Millis{10}}}), "q.ts › q");
}

TEST(FlowPlan, WhatASetupUnlocksMakesItUrgent) {
  const std::vector<SuiteTest> tests{{.name = "long.ts › t"}, {.name = "setup.ts › t"}, prepare("a.ts › p"), validate("a.ts › v")};
  const auto history = durations({{"long.ts › t", 30'000}, {"setup.ts › t", 10}, {"a.ts › p", 10}, {"a.ts › v", 10}});
  const auto plan = make_plan(suite(tests), history, {.rules = {.order = {{"setup.ts", "a.ts"}}, .flows = {rule()}}}).value();
  EXPECT_THAT(titles(plan), ElementsAre("setup.ts", "a.ts › v", "a.ts › p", "long.ts"));
}

// A setup that only a later phase needs has the time of the wait.
TEST(FlowPlan, WhatIsNeededLaterDoesNotDelayTheBeginning) {
  const std::vector<SuiteTest> tests{{.name = "setup.ts › t"}, prepare("p.ts › p"), validate("v.ts › v"), {.name = "long.ts › t"}};
  const auto history = durations({{"long.ts › t", 30'000}, {"setup.ts › t", 10}, {"p.ts › p", 10}, {"v.ts › v", 10}});
  const auto plan = make_plan(suite(tests), history, {.rules = {.order = {{"setup.ts", "v.ts"}}, .flows = {rule(FlowEach::all)}}}).value();
  EXPECT_THAT(titles(plan), ElementsAre("p.ts", "setup.ts", "v.ts", "long.ts"));
}

TEST(FlowPlan, UnitsOfFlowsBelongToNobodyUnderStaticPolicies) {
  for (const auto policy : {domain::Policy::count, domain::Policy::timing}) {
    const auto plan = make_plan(suite(suite_with_flows), {}, {.rules = {.flows = {rule()}}, .policy = policy, .workers = 2}).value();
    const auto phases = phase_numbers(plan.tests.size(), plan.flows);
    std::set<std::int64_t> owners;
    for (const domain::Unit& unit : plan.units) {
      EXPECT_EQ(unit.pinned_worker == -1, phases[unit.tests.front().value] >= 0) << unit.title;
      if (unit.pinned_worker >= 0) owners.insert(unit.pinned_worker);
    }
    EXPECT_THAT(owners, ElementsAre(0, 1));
  }
}

TEST(FlowPlan, AFilterMakesOrdinaryTestsOfHalfAFlowAndSaysSo) {
  const Rules rules{.flows = {rule()}};
  const auto plan = make_plan(suite(suite_with_flows), {}, {.filter = {.tags = {"validate"}}, .rules = rules}).value();
  EXPECT_TRUE(plan.flows.empty());
  EXPECT_EQ(plan.tests.size(), 2U);
  EXPECT_THAT(flow_warnings(plan, rules.flows),
              ElementsAre("the filters leave only phase 'validate' of [[flow]] 'analysis': 2 tests run as "
                          "ordinary tests, without a wait ('a.ts › x › v', 'b.ts › v')"));
  // The other flow stays one.
  const auto one = make_plan(suite(suite_with_flows), {}, {.filter = {.paths = {"a.ts"}}, .rules = rules}).value();
  EXPECT_THAT(flow_names(one.flows), ElementsAre("analysis › a.ts › x"));
  EXPECT_THAT(flow_warnings(one, rules.flows), IsEmpty());
}

TEST(FlowPlan, OnlyFailedTakesWholeFlows) {
  domain::History history = durations({{"b.ts › v", 10}});
  history.failed_when_last_run = {test_case({.name = "b.ts › v"}).id};
  const auto plan = make_plan(suite(suite_with_flows), history, {.filter = {.only_failed = true}, .rules = {.flows = {rule()}}}).value();
  EXPECT_THAT(names_of(plan.tests), ElementsAre("b.ts › p", "b.ts › v"));
  EXPECT_EQ(plan.flows.size(), 1U);
}

std::string refusal(const std::vector<SuiteTest>& tests, const PlanOptions& options) {
  const auto plan = make_plan(suite(tests), {}, options);
  return plan ? "planned" : plan.error().message;
}

TEST(FlowPlan, RefusesToTearWhatStaysWhole) {
  auto p = prepare("a.ts › p");
  auto v = validate("a.ts › v");
  p.group = v.group = "g";
  EXPECT_EQ(refusal({p, v}, {.rules = {.flows = {rule()}}}), "planned");  // a group of a file that is not serial
  p.serial = v.serial = true;
  EXPECT_EQ(refusal({p, v}, {.rules = {.flows = {rule()}}}),
            "'a.ts › p' and 'a.ts › v' stand in one serial group, but not in the same phase of a flow");
  auto loose = SuiteTest{.name = "a.ts › loose", .group = "g", .serial = true};
  v.group = "h";
  EXPECT_EQ(refusal({p, v, loose}, {.rules = {.flows = {rule()}}}),
            "'a.ts › p' and 'a.ts › loose' stand in one serial group, but not in the same phase of a flow");
  EXPECT_EQ(refusal({prepare("a.ts › p"), validate("a.ts › v")}, {.rules = {.flows = {rule()}}, .can_select_tests = false}),
            "the tests of 'a.ts' are not all in the same phase of a flow, and this framework cannot run a part of a spec");
  EXPECT_EQ(refusal({prepare("a.ts › p"), validate("b.ts › v")}, {.rules = {.flows = {rule(FlowEach::all)}}, .can_select_tests = false}),
            "planned");
  EXPECT_EQ(refusal(suite_with_flows, {.rules = {.together = {{"[az].ts"}, {"?.ts"}}, .flows = {rule()}}}),
            "[[together]] keeps 'z.ts' and 'a.ts' on one worker in a row, but their tests are not all in the same phase of a flow");
}

TEST(FlowPlan, RefusesAnOrderThatContradictsItsPhases) {
  const std::vector<SuiteTest> tests{prepare("p.ts › p"), validate("v.ts › v"), {.name = "m.ts › m"}};
  EXPECT_EQ(refusal(tests, {.rules = {.order = {{"v.ts", "m.ts"}, {"m.ts", "p.ts"}}, .flows = {rule(FlowEach::all)}}}),
            "the order rules contradict the phases of a flow: 'p.ts' before 'v.ts' before 'm.ts' before 'p.ts'");
  EXPECT_EQ(refusal(tests, {.rules = {.order = {{"p.ts", "m.ts"}, {"m.ts", "v.ts"}}, .flows = {rule(FlowEach::all)}}}), "planned");
}

TEST(FlowTimes, FollowTheLongestPath) {
  domain::Flow flow{.name = "f", .rule = "r"};
  flow.phases = {{.name = "a", .tests = {domain::TestIndex{0U}, domain::TestIndex{1U}}},
                 {.name = "w", .needs = {0}, .wish = "{}"},
                 {.name = "quick", .needs = {0}, .tests = {domain::TestIndex{2U}}},
                 {.name = "z", .needs = {1, 2}, .tests = {domain::TestIndex{3U}}}};
  const std::vector<Millis> units{Millis{10}, Millis{30}, Millis{5}, Millis{7}};
  const FlowTimes times = expected_times(flow, units, {{"r/w", Millis{1000}}});
  EXPECT_THAT(times.own, ElementsAre(Millis{30}, Millis{1000}, Millis{5}, Millis{7}));
  EXPECT_THAT(times.rest, ElementsAre(Millis{1037}, Millis{1007}, Millis{12}, Millis{7}));
  EXPECT_EQ(times.whole, Millis{1037});
  EXPECT_EQ(expected_times(flow, units, {}).own[1], expected_wait_guess);
}

// ---- whatever the suite and its rules

// Blocks of specs, most of which have all phases of one of the two rules.
std::vector<SuiteTest> draw_tests() {
  std::vector<SuiteTest> tests;
  const int blocks = *rc::gen::inRange(1, 6);
  for (int block = 0; block < blocks; ++block) {
    const std::string place = fmt::format("s{}.ts › {}", *rc::gen::inRange(0, 3), block == 0 ? "" : fmt::format("d{} › ", block));
    const std::string parameters = *rc::gen::element<std::string>("", "", " [p]");
    Names tags = *rc::gen::element(Names{"prepare", "validate"}, Names{"second", "third"}, Names{"none"});
    for (int more = *rc::gen::inRange(0, 4); more > 0; --more) tags.push_back(*rc::gen::elementOf(tags));
    if (*rc::gen::inRange(0, 2) == 0) tags.push_back("none");
    if (*rc::gen::inRange(0, 20) == 0) tags.erase(tags.begin());
    for (std::size_t i = 0; i < tags.size(); ++i) {
      const bool serial = *rc::gen::inRange(0, 40) == 0;
      tests.push_back({.name = fmt::format("{}t{}.{}{}", place, block, i, parameters),
                       .tags = {tags[i]},
                       .group = serial ? "serial" : *rc::gen::element<std::string>("", "", "g"),
                       .serial = serial,
                       .skip_expected = *rc::gen::inRange(0, 10) == 0});
    }
  }
  return tests;
}

FlowEach draw_each() {
  return *rc::gen::element(FlowEach::describe, FlowEach::spec, FlowEach::all);
}

RC_GTEST_PROP(FlowPlan, IsWholeAndNeverMixed, ()) {
  const domain::Discovery discovery = suite(draw_tests());
  FlowRule second{.name = *rc::gen::element<std::string>("second", "analysis"),
                  .each = draw_each(),
                  .phases = {{.name = "one", .tag = "second"}, {.name = "two", .tag = "third", .needs = {0}}}};
  if (*rc::gen::inRange(0, 2) == 0) second.phases.pop_back();
  PlanOptions options{.rules = {.locks = {{.name = "l", .match = "s1.ts"}}, .flows = {rule(draw_each()), second}},
                      .policy = *rc::gen::element(domain::Policy::count, domain::Policy::timing, domain::Policy::dynamic),
                      .workers = *rc::gen::inRange<std::int64_t>(1, 5)};
  if (*rc::gen::inRange(0, 3) == 0) options.rules.together = {{*rc::gen::element<std::string>("s2.ts", "s?.ts", "nothing")}};
  if (*rc::gen::inRange(0, 4) == 0) options.filter.not_tags = {*rc::gen::element<std::string>("validate", "third")};
  const auto plan = make_plan(discovery, {}, options);
  RC_TAG(plan ? (plan->flows.empty() ? "without flows" : "with flows") : "refused");
  if (!plan) {
    RC_ASSERT(!plan.error().message.empty());
    return;
  }
  const auto phases = phase_numbers(plan->tests.size(), plan->flows);
  std::vector<int> times(plan->tests.size());
  for (const domain::Unit& unit : plan->units)
    for (const domain::TestIndex test : unit.tests) {
      ++times.at(test.value);
      RC_ASSERT(phases.at(test.value) == phases.at(unit.tests.front().value));
    }
  RC_ASSERT(std::all_of(times.begin(), times.end(), [](int n) { return n == 1; }));
  std::set<std::string> names;
  std::vector<int> in_flows(plan->tests.size());
  for (const domain::Flow& flow : plan->flows) {
    RC_ASSERT(names.insert(flow.name).second);
    for (const domain::FlowPhase& phase : flow.phases) {
      RC_ASSERT(phase.tests.empty() != phase.wish.empty());
      for (const domain::TestIndex test : phase.tests) ++in_flows.at(test.value);
    }
  }
  // A test with a phase's tag is in one flow, or the filters took the rest of its flow.
  for (std::size_t t = 0; t < in_flows.size(); ++t) {
    RC_ASSERT(in_flows[t] <= 1);
    const std::string& tag = plan->tests[t].tags.front();
    if (tag == "none") RC_ASSERT(in_flows[t] == 0);
    if (options.filter.not_tags.empty() && (tag == "prepare" || tag == "validate" || tag == "second")) RC_ASSERT(in_flows[t] == 1);
  }
}

}  // namespace
}  // namespace tamarack::plan
