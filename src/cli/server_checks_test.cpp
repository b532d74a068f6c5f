#include "cli/server_checks.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/text.h"

namespace tamarack::cli {
namespace {

ServerFacts good() {
  return {.url = "http://s:1",
          .version = "1.2.3",
          .ahead = Millis{900},
          .session = {.role = "runner", .project = "shop"},
          .agents = {{.agent = domain::AgentId{"a"}, .workers = 4, .labels = {{"zone", "eu"}}, .state = "idle", .tamarack = "1.2.3"},
                     {.agent = domain::AgentId{"b"}, .workers = 2, .state = "working", .tamarack = "1.2.3"},
                     {.agent = domain::AgentId{"gone"}, .workers = 8, .state = "away", .tamarack = "1.2.3"}}};
}

std::string told(const ServerFacts& facts, const WhatIsWanted& wanted = {.version = "1.2.3", .project = "shop"}) {
  std::vector<std::string> lines;
  for (const config::Check& check : diagnose_server(facts, wanted))
    lines.push_back(fmt::format("{} {}: {}{}", to_string(check.state), check.name, check.message,
                                check.exit_code != 0 ? fmt::format(" [{}]", check.exit_code) : ""));
  return join(lines, "\n");
}

TEST(ServerChecks, AServerThatIsReady) {
  EXPECT_EQ(told(good()),
            "ok server: tamarack 1.2.3 at http://s:1\n"
            "ok token: the token is a runner's, for project 'shop'\n"
            "ok clock: the server's clock and this machine's agree\n"
            "ok agents: 2 agents with 6 workers: a (4 workers, zone=eu), b (2 workers)");
}

TEST(ServerChecks, AServerThatIsNotThereIsTheOnlyFinding) {
  ServerFacts facts = good();
  facts.unreachable = make_error(ErrorCode::unavailable, "cannot connect");
  EXPECT_EQ(told(facts), "failed server: cannot connect [6]");
}

TEST(ServerChecks, ATokenThatCannotStartRunsStopsThem) {
  ServerFacts facts = good();
  facts.session.role = "viewer";
  EXPECT_NE(told(facts).find("failed token: the token is a viewer's, for project 'shop': it shows runs and cannot start any [2]"),
            std::string::npos);
  facts = good();
  facts.session.project = "other";
  EXPECT_NE(told(facts).find("failed token: the token is for project 'other', this is project 'shop' [2]"), std::string::npos);
  EXPECT_NE(told(facts, {.version = "1.2.3"}).find("ok token: the token is a runner's, for project 'other'"), std::string::npos)
      << "without a project";
  facts.session.project = "*";
  EXPECT_NE(told(facts).find("ok token: the token is a runner's, for all projects"), std::string::npos);
  facts.refused = make_error(ErrorCode::invalid_argument, "the server did not accept the token");
  EXPECT_NE(told(facts).find("failed token: the server did not accept the token [2]"), std::string::npos);
  EXPECT_EQ(told(facts).find("agents"), std::string::npos);
}

TEST(ServerChecks, ClocksThatDiffer) {
  ServerFacts facts = good();
  facts.ahead = Millis{-185'000};
  EXPECT_NE(told(facts).find("warning clock: the server's clock is 3 m 05 s behind this machine's"), std::string::npos) << told(facts);
  facts.ahead = Millis{45'000};
  EXPECT_NE(told(facts).find("warning clock: the server's clock is 45.0 s ahead of this machine's"), std::string::npos) << told(facts);
}

TEST(ServerChecks, OtherVersionsAreNamed) {
  ServerFacts facts = good();
  facts.agents[1].tamarack = "1.0.0";
  const auto checks = diagnose_server(facts, {.version = "2.0.0", .project = "shop"});
  EXPECT_EQ(checks[0].message, "tamarack 1.2.3 at http://s:1, this is 2.0.0");
  EXPECT_EQ(checks.back().next_step, "use the same version everywhere; a has 1.2.3, b has 1.0.0");
}

TEST(ServerChecks, AgentsWithoutTheLabelsDoNotCount) {
  const ServerFacts facts = good();
  const auto with = [&](std::map<std::string, std::string> labels) {
    return diagnose_server(facts, {.version = "1.2.3", .project = "shop", .labels = std::move(labels)}).back();
  };
  EXPECT_EQ(with({{"zone", "eu"}}).message.substr(0, 22), "1 agent with 4 workers");
  EXPECT_EQ(with({{"zone", "us"}}).state, config::CheckState::warning);
  ServerFacts empty = good();
  empty.agents.clear();
  EXPECT_NE(told(empty).find("warning agents: no agent is there"), std::string::npos);
}

}  // namespace
}  // namespace tamarack::cli
