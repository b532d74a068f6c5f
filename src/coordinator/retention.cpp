#include "coordinator/retention.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"

namespace tamarack::coordinator {
namespace {

using store::AskedRun;

// The runs of one project that no rule protects, oldest first, and how many are whole altogether.
struct Candidates {
  std::vector<const AskedRun*> runs;
  std::int64_t whole = 0;
};

std::map<std::string, Candidates> candidates_of(const std::vector<AskedRun>& runs, const RetentionRules& rules, Instant now) {
  std::map<std::string, const AskedRun*> newest_of_project;
  std::map<std::pair<std::string, std::string>, const AskedRun*> newest_of_identity;
  for (const AskedRun& run : runs) {
    newest_of_project[run.project] = &run;
    if (!run.identity.empty()) newest_of_identity[{run.project, run.identity}] = &run;
  }
  std::map<std::string, Candidates> found;
  for (const AskedRun& run : runs) {
    Candidates& project = found[run.project];
    ++project.whole;
    if (!run.finished || newest_of_project.at(run.project) == &run) continue;
    const bool may_be_retried = !run.identity.empty() && newest_of_identity.at({run.project, run.identity}) == &run;
    if (may_be_retried && now - *run.finished < rules.retry_kept) continue;
    project.runs.push_back(&run);
  }
  return found;
}

}  // namespace

std::vector<RemovableRun> runs_to_remove(const std::vector<AskedRun>& runs, const std::map<std::string, std::uint64_t>& bytes,
                                         const RetentionRules& rules, Instant now) {
  std::vector<RemovableRun> going;
  for (const auto& [project, candidates] : candidates_of(runs, rules, now)) {
    std::int64_t left = candidates.whole;
    const auto known = bytes.find(project);
    std::uint64_t used = known == bytes.end() ? 0 : known->second;
    const bool is_full = rules.artifacts_max > 0 && used > rules.artifacts_max;
    const std::uint64_t enough = rules.artifacts_max - rules.artifacts_max / 10;
    for (const AskedRun* run : candidates.runs) {
      std::string why;
      if (rules.runs_keep.count() > 0 && now - *run->finished > rules.runs_keep)
        why = fmt::format("older than {}", count_of(rules.runs_keep / RetentionRules::day, "day"));
      else if (rules.runs_keep_max > 0 && left > rules.runs_keep_max)
        why = fmt::format("more than {}", count_of(rules.runs_keep_max, "run"));
      else if (is_full && used > enough)
        why = fmt::format("more than {}", human_bytes(rules.artifacts_max));
      if (why.empty()) continue;
      --left;
      used -= std::min(used, static_cast<std::uint64_t>(std::max<std::int64_t>(run->artifact_bytes, 0)));
      going.push_back({run->run, project, std::move(why)});
    }
  }
  return going;
}

Millis unused_kept(const RetentionRules& rules, bool is_full) {
  if (is_full) return rules.unused_kept_when_full;
  const bool is_shorter = rules.runs_keep.count() > 0 && rules.runs_keep < rules.unused_kept;
  return is_shorter ? std::max(rules.runs_keep, rules.unused_kept_when_full) : rules.unused_kept;
}

}  // namespace tamarack::coordinator
