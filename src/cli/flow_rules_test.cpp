#include "cli/flow_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/read_config.h"
#include "plan/flows.h"
#include "wire/wait_wish.h"

namespace tamarack::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

config::Config config_with(const std::string& wait) {
  config::ReadResult read = config::read_config(
      "version = 1\n[suite]\nframework = \"pytest\"\n[[flow]]\nname = \"analysis\"\neach = "
      "\"spec\"\nlimit = \"30m\"\n[[flow.phase]]\nname = \"prepare\"\ntag = \"prepare\"\ncapture = { "
      "job_id = \"string\", rows = \"array\" }\nretries = 2\nnever_twice = true\n[[flow.phase]]\nname = "
      "\"backend\"\ntimeout = \"10m\"\nwait = " +
          wait + "\n[[flow.phase]]\nname = \"validate\"\nmatch = \"v/**\"\nneeds = [\"backend\", \"prepare\"]\n",
      "/shop/tamarack.toml");
  EXPECT_TRUE(read.config) << config::describe(read.problems);
  return read.config.value_or(config::Config{});
}

std::string problems_of(const std::string& wait) {
  const auto checked = check_waits(config_with(wait));
  return checked ? "" : checked.error().message;
}

TEST(FlowRules, CarryWhatTheFileSays) {
  config::Config config = config_with("{ signal = \"s\" }");
  EXPECT_FALSE(flow_rules_of(config).at(0).drift_is_invalid);
  config.flows[0].on_drift = "invalid";
  const auto rules = flow_rules_of(config);
  ASSERT_EQ(rules.size(), 1U);
  EXPECT_EQ(rules[0].each, plan::FlowEach::spec);
  EXPECT_EQ(rules[0].limit, Millis{1'800'000});
  EXPECT_TRUE(rules[0].drift_is_invalid);
  ASSERT_EQ(rules[0].phases.size(), 3U);
  const plan::FlowPhaseRule& prepare = rules[0].phases[0];
  EXPECT_EQ(prepare.retries, 2);
  EXPECT_TRUE(prepare.never_twice);
  EXPECT_THAT(prepare.captures, ElementsAre(domain::CaptureWish{"job_id", "string"}, domain::CaptureWish{"rows", "array"}));
  const plan::FlowPhaseRule& backend = rules[0].phases[1];
  EXPECT_EQ(backend.limit, Millis{600'000});
  EXPECT_THAT(backend.wish, HasSubstr("\"timeout_ms\":600000"));
  EXPECT_THAT(backend.needs, ElementsAre(0));
  EXPECT_EQ(backend.retries, -1);
  EXPECT_THAT(rules[0].phases[2].needs, ElementsAre(1, 0));
  EXPECT_EQ(rules[0].phases[2].match, "v/**");
}

// What `tamarack waits` shows as the deadline of a wait and what shows the run agree, also where nothing is said.
TEST(FlowRules, TheLimitOfAWaitIsThatOfItsWish) {
  for (const bool said : {true, false}) {
    config::Config config = config_with("{ signal = \"s\" }");
    config.flows[0].phases[1].timeout = said ? std::optional(Millis{90'000}) : std::nullopt;
    const plan::FlowPhaseRule wait = flow_rules_of(config)[0].phases[1];
    const auto spec = wire::read_wait_wish(wait.wish, {}, "");
    ASSERT_TRUE(spec) << spec.error().message;
    EXPECT_EQ(wait.limit, spec->limit);
    EXPECT_EQ(wait.limit, said ? Millis{90'000} : Millis{600'000});
    EXPECT_EQ(flow_rules_of(config)[0].phases[0].limit, Millis{0}) << "tests have their framework's";
  }
}

TEST(CheckWaits, GoodOnesPass) {
  EXPECT_EQ(problems_of("{ signal = \"s-{job_id}\" }"), "");
  EXPECT_EQ(
      problems_of("{ http = { url = \"/jobs/{job_id}\", headers = { A = \"b\" } }, field = \"$.status\", map = { A = \"satisfied\" }, "
                  "capture = { x = \"$.x\" } }"),
      "");
  EXPECT_EQ(problems_of("{ command = { run = \"test -f $HOME/x && awk '{print $1}' {job_id}\", env = { A = \"{job_id}\" } } }"), "");
}

// What is wrong only when the wish is seen as a whole has the line of its phase.
TEST(CheckWaits, ProblemsOfAWishHaveTheLineOfItsPhase) {
  EXPECT_THAT(problems_of("{ http = { url = \"/\" }, field = \"$.a\", map = { A = \"failed\" } }"),
              AllOf(HasSubstr("/shop/tamarack.toml:17:8: [[flow.phase]] 'backend': "), HasSubstr("no status is mapped to satisfied")));
  EXPECT_THAT(problems_of("{ http = { url = \"/\" }, field = \"a b\", until = [{ path = \"$.n\", below = \"x\" }] }"),
              AllOf(HasSubstr("conditions[0].field: "), HasSubstr("conditions[0].until[0].below: ")));
}

// Where braces mean other things as well, only the wish knows what is a place.
TEST(CheckWaits, PlacesInTextsOfOtherLanguagesAreFoundToo) {
  EXPECT_EQ(problems_of("{ command = { run = \"state {jobId}\" } }"),
            "/shop/tamarack.toml:17:8: [[flow.phase]] 'backend': it has the place '{jobId}', which no earlier phase captures\n"
            "  hint: did you mean '{job_id}'?");
  EXPECT_THAT(problems_of("{ http = { url = \"/\", headers = { A = \"{rows}\" } } }"),
              HasSubstr("which phase 'prepare' captures as array"));
}

// The worker's own application is a place for a wait on the same machine, and none for a server.
TEST(CheckWaits, TheApplicationOfAWorkerIsNoPlaceForAServer) {
  config::Config config = config_with("{ http = { url = \"/jobs/{job_id}\" } }");
  EXPECT_TRUE(check_waits_of_server(config)) << "no application is started: who knows where that is";
  config.app.start = "node server.js";
  const auto refused = check_waits_of_server(config);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, AllOf(HasSubstr("/shop/tamarack.toml:17:8: [[flow.phase]] 'backend' looks at the application of a "
                                                       "worker, which a server cannot reach"),
                                             HasSubstr("capture = { app_url = \"string\" }")));
  config.flows[0].phases[0].captures.push_back({"app_url", "string"});
  EXPECT_TRUE(check_waits_of_server(config)) << "its tests know an address";
  config = config_with("{ http = { url = \"http://backend/jobs/{job_id}\" } }");
  config.app.start = "node server.js";
  EXPECT_TRUE(check_waits_of_server(config));
}

// Nobody can send a signal to a run that no server knows: it would be parked until its time is up.
TEST(CheckWaits, WhatOnlyAServerKnowsIsNothingToWaitForWithoutOne) {
  domain::Plan plan;
  plan.flows = {{.name = "analysis › a.py", .rule = "analysis", .phases = {}}};
  const config::Config config = config_with("{ signal = \"s\" }");
  const auto refused = check_waits_without_server(config, plan);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "/shop/tamarack.toml:17:8: [[flow.phase]] 'backend' waits for what only a server knows: its signals and its jobs\n"
            "  hint: run it with --server URL; tamarack serve starts one");
  EXPECT_TRUE(check_waits_without_server(config, {})) << "the flow is not in this run";
  EXPECT_TRUE(check_waits_without_server(config_with("{ file = { path = \"/x\" } }"), plan));
  config::Config either = config_with("{ signal = \"s\" }");
  either.flows[0].phases[1].conditions.push_back({.source = {.kind = "file", .texts = {{"path", "/x"}}}});
  EXPECT_FALSE(check_waits_without_server(either, plan));
  either.flows[0].phases[1].join = "any";
  EXPECT_TRUE(check_waits_without_server(either, plan)) << "the file may end it";
}

TEST(CheckWaits, AnApplicationThatIsClearedBetweenUnitsIsWarnedOf) {
  config::Config config = config_with("{ http = { url = \"/jobs/{job_id}\" } }");
  config.app.start = "node server.js";
  EXPECT_THAT(wait_warnings(config), ElementsAre());
  config.app.reset = "http:/reset";
  EXPECT_THAT(wait_warnings(config),
              ElementsAre("tamarack.toml:17: phase 'backend' waits at the application of a worker, which app.reset clears between units: "
                          "what was begun there may be gone"));
  config.flows[0].phases[0].captures.push_back({"app_url", "string"});
  EXPECT_THAT(wait_warnings(config), ElementsAre());
}

TEST(CheckWaits, WhereTheApplicationIsIsCapturedByItself) {
  config::Config config = config_with("{ signal = \"s\" }");
  config.flows[0].phases[1].conditions[0] = {.source = {.kind = "tcp", .texts = {{"address", "{app_url}"}}}};
  EXPECT_THAT(check_waits(config).error().message, HasSubstr("has the place '{app_url}', which no earlier phase captures"));
  config.app.start = "node server.js";
  const auto checked = check_waits(config);
  EXPECT_TRUE(checked) << checked.error().message;
}

}  // namespace
}  // namespace tamarack::cli
