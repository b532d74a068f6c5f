#include "cli/server_checks.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/http_date.h"
#include "base/text.h"
#include "cli/server_calls.h"
#include "domain/access.h"

namespace tamarack::cli {
namespace {

using config::Check;
using config::CheckState;

constexpr Millis clock_difference_good{30'000};  // a Date field has whole seconds, and the answer was on its way
constexpr std::size_t agents_named_max = 6;

Check well(std::string name, std::string message) {
  return {std::move(name), CheckState::ok, std::move(message), {}, 0};
}
Check doubtful(std::string name, std::string message, std::string next_step) {
  return {std::move(name), CheckState::warning, std::move(message), std::move(next_step), 0};
}
Check broken(std::string name, const Error& error, const std::string& otherwise) {
  return {std::move(name), CheckState::failed, error.message, error.hint.empty() ? otherwise : error.hint, exit_code_of(error.code)};
}

// OpenAPI's info.version.
std::string version_in(const std::string& document) {
  boost::json::error_code failed;
  const boost::json::value value = boost::json::parse(document, failed);
  const boost::json::object* object = failed ? nullptr : value.if_object();
  const boost::json::value* info = object != nullptr ? object->if_contains("info") : nullptr;
  const boost::json::value* version = info != nullptr && info->is_object() ? info->get_object().if_contains("version") : nullptr;
  return version != nullptr && version->is_string() ? std::string(version->get_string()) : std::string{};
}

Check check_version(const ServerFacts& facts, const std::string& ours) {
  if (facts.version == ours) return well("server", fmt::format("tamarack {} at {}", facts.version, facts.url));
  if (facts.version.empty())
    return doubtful("server", fmt::format("{} answers, but does not say its version", facts.url), "is it a tamarack server?");
  return doubtful("server", fmt::format("tamarack {} at {}, this is {}", facts.version, facts.url, ours),
                  "use the same version on both sides");
}

Check check_token(const ServerFacts& facts, const std::string& project) {
  if (facts.refused) return broken("token", *facts.refused, "make one with `tamarack token create`");
  const wire::SessionFacts& session = facts.session;
  const bool reaches_all = session.project == domain::all_projects;
  if (!project.empty() && !reaches_all && session.project != project)
    return {"token", CheckState::failed, fmt::format("the token is for project '{}', this is project '{}'", session.project, project),
            "'project' in tamarack.toml names it; a token for it: tamarack token create --project " + shell_quote(project), 2};
  const std::string where = reaches_all ? std::string("all projects") : fmt::format("project '{}'", session.project);
  if (session.open) return well("token", "no token is needed: the server asks nobody for one (--open)");
  if (session.role == "viewer")
    return {"token", CheckState::failed, fmt::format("the token is a viewer's, for {}: it shows runs and cannot start any", where),
            "make one with --role runner: `tamarack token create`", 2};
  return well("token", fmt::format("the token is {} {}'s, for {}", session.role == "admin" ? "an" : "a", session.role, where));
}

Check check_clock(Millis ahead) {
  const Millis difference = ahead < Millis{0} ? -ahead : ahead;
  if (difference <= clock_difference_good) return well("clock", "the server's clock and this machine's agree");
  return doubtful(
      "clock",
      fmt::format("the server's clock is {} {} this machine's", human_duration(difference), ahead < Millis{0} ? "behind" : "ahead of"),
      "set both by NTP: times in reports and the end of links and tokens go by the server's");
}

std::string described(const wire::AgentState& agent) {
  std::vector<std::string> facts{count_of(agent.workers, "worker")};
  for (const auto& [name, value] : agent.labels) facts.push_back(name + "=" + value);
  if (agent.draining) facts.emplace_back("draining");
  return fmt::format("{} ({})", agent.agent.value, join(facts, ", "));
}

Check check_agents(const ServerFacts& facts, const WhatIsWanted& wanted) {
  if (facts.agents_unknown) return broken("agents", *facts.agents_unknown, {});
  const Crew crew = crew_of({facts.agents}, wanted.labels);
  std::vector<std::string> named;
  std::vector<std::string> older;
  std::int64_t present = 0;
  for (const wire::AgentState& agent : facts.agents) {
    if (agent.state == "away") continue;
    if (++present <= static_cast<std::int64_t>(agents_named_max)) named.push_back(described(agent));
    if (!agent.tamarack.empty() && agent.tamarack != wanted.version)
      older.push_back(fmt::format("{} has {}", agent.agent.value, agent.tamarack));
  }
  if (present > static_cast<std::int64_t>(agents_named_max))
    named.push_back(fmt::format("and {} more", present - static_cast<std::int64_t>(agents_named_max)));
  const std::string there = named.empty() ? std::string{} : ": " + join(named, ", ");
  if (crew.agents == 0)
    return doubtful("agents", present == 0 ? "no agent is there" : "no agent takes such runs" + there,
                    present == 0 || wanted.labels.empty() ? "start one: tamarack agent --server " + shell_quote(facts.url)
                                                          : "give one the labels of --agent-label: tamarack agent --label NAME=VALUE");
  const std::string counted = fmt::format("{} with {}{}", count_of(crew.agents, "agent"), count_of(crew.workers, "worker"), there);
  if (!older.empty()) return doubtful("agents", counted, fmt::format("use the same version everywhere; {}", join(older, ", ")));
  return well("agents", counted);
}

}  // namespace

ServerFacts ask_server(const client::ServerAddress& address, const Clock& clock) {
  ServerFacts facts{.url = address.url};
  ServerCalls server(address);
  const Instant asked = clock.now();
  const auto document = server.ask("/api/v1/openapi.json");
  if (!document) {
    facts.unreachable = document.error();
    return facts;
  }
  if (document->status / 100 != 2) {
    facts.unreachable = client::error_of(*document);
    return facts;
  }
  const Instant answered = clock.now();
  facts.version = version_in(document->body);
  // Its clock was read at some moment in between, and cut to whole seconds.
  if (const auto date = parse_http_date(document->field("Date"))) facts.ahead = *date + Millis{500} - (asked + (answered - asked) / 2);
  auto session = server.read<wire::SessionFacts>("/api/v1/session");
  if (!session) {
    facts.refused = session.error();
    return facts;
  }
  facts.session = std::move(*session);
  auto agents = server.read<wire::AgentList>("/api/v1/agents");
  if (agents)
    facts.agents = std::move(agents->agents);
  else
    facts.agents_unknown = agents.error();
  return facts;
}

std::vector<Check> diagnose_server(const ServerFacts& facts, const WhatIsWanted& wanted) {
  if (facts.unreachable)
    return {broken("server", *facts.unreachable, fmt::format("is it running, and is {} its address as seen from here?", facts.url))};
  std::vector<Check> checks{check_version(facts, wanted.version), check_token(facts, wanted.project)};
  if (facts.ahead) checks.push_back(check_clock(*facts.ahead));
  if (!facts.refused) checks.push_back(check_agents(facts, wanted));
  return checks;
}

}  // namespace tamarack::cli
