#include "cli/server_calls.h"

#include <algorithm>

namespace tamarack::cli {

Result<std::string> ServerCalls::get(const std::string& path) {
  Result<std::string> answer = make_error(ErrorCode::cancelled, "interrupted");
  api_.call({.path = path}, [&](Result<std::string> body) {
    answer = std::move(body);
    loop_.stop();
  });
  loop_.run();
  return answer;
}

Result<io::ClientAnswer> ServerCalls::ask(const std::string& path) {
  Result<io::ClientAnswer> answer = make_error(ErrorCode::cancelled, "interrupted");
  io::http_call(loop_, api_.request("GET", path), [&](Result<io::ClientAnswer> came) {
    answer = std::move(came);
    loop_.stop();
  });
  loop_.run();
  return answer;
}

Crew crew_of(const wire::AgentList& list, const std::map<std::string, std::string>& labels) {
  Crew crew;
  for (const wire::AgentState& agent : list.agents) {
    const bool fits = std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
      const auto found = agent.labels.find(label.first);
      return found != agent.labels.end() && found->second == label.second;
    });
    if (agent.state == "away" || agent.draining || !fits) continue;
    ++crew.agents;
    crew.workers += agent.workers;
    crew.workers_most = std::max(crew.workers_most, agent.workers);
  }
  return crew;
}

}  // namespace tamarack::cli
