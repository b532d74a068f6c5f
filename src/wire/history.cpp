#include "wire/history.h"

#include <boost/describe.hpp>

#include "wire/json.h"

namespace tamarack::wire {
namespace {

constexpr std::size_t problems_shown_max = 10;

struct Timings {
  std::vector<std::int64_t> ms;
  std::string outcomes;
};
BOOST_DESCRIBE_STRUCT(Timings, (), (ms, outcomes))

struct HistoryBody {
  std::int64_t version = 0;
  bool has_run = false;
  std::vector<Millis> app_starts;
  std::vector<Millis> framework_starts;
  std::vector<domain::TestId> failed;
  std::map<std::string, Timings> tests;
};
BOOST_DESCRIBE_STRUCT(HistoryBody, (), (version, has_run, app_starts, framework_starts, failed, tests))

// Others have no duration of their own; the store keeps none of them.
char letter_of(domain::Outcome outcome) {
  if (outcome == domain::Outcome::failed) return 'f';
  return outcome == domain::Outcome::flaky ? 'y' : 'p';
}

std::optional<domain::Outcome> outcome_of(char letter) {
  switch (letter) {
    case 'p':
      return domain::Outcome::passed;
    case 'f':
      return domain::Outcome::failed;
    case 'y':
      return domain::Outcome::flaky;
    default:
      return std::nullopt;
  }
}

void check_starts(const std::vector<Millis>& starts, std::string_view name, json::Problems& problems) {
  for (std::size_t i = 0; i < starts.size(); ++i)
    if (starts[i] < Millis{0}) problems.push_back(fmt::format("/{}/{}: expected at least 0, got {}", name, i, starts[i].count()));
}

domain::TestHistory read_timings(const std::string& test, const Timings& body, json::Problems& problems) {
  domain::TestHistory found;
  if (body.ms.size() != body.outcomes.size()) {
    problems.push_back(
        fmt::format("/tests/{}: expected one outcome per duration, got {} and {}", test, body.outcomes.size(), body.ms.size()));
    return found;
  }
  for (std::size_t i = 0; i < body.ms.size(); ++i) {
    const auto outcome = outcome_of(body.outcomes[i]);
    if (!outcome || body.ms[i] < 0) {
      problems.push_back(fmt::format("/tests/{}: expected durations of at least 0 and the letters p, f and y", test));
      break;
    }
    found.timings.push_back({.duration = Millis{body.ms[i]}, .outcome = *outcome});
  }
  return found;
}

Error not_a_history(const json::Problems& problems) {
  const std::size_t shown = std::min(problems.size(), problems_shown_max);
  std::string text = join(std::span(problems).first(shown), "; ");
  if (shown < problems.size()) text += fmt::format("; and {} more", problems.size() - shown);
  return make_error(ErrorCode::corrupt, "not a history: " + text);
}

}  // namespace

std::string encode_history(const domain::History& history) {
  HistoryBody body{.version = history_version,
                   .has_run = history.has_run,
                   .app_starts = history.app_starts,
                   .framework_starts = history.framework_starts,
                   .failed = history.failed_when_last_run};
  for (const auto& [test, known] : history.tests) {
    Timings& timings = body.tests[test.value];
    for (const domain::TestTiming& one : known.timings) {
      timings.ms.push_back(one.duration.count());
      timings.outcomes += letter_of(one.outcome);
    }
  }
  std::string out;
  json::write(out, body);
  return out;
}

Result<domain::History> decode_history(std::string_view text) {
  if (text.size() > history_bytes_max)
    return make_error(ErrorCode::limit_exceeded,
                      fmt::format("a history may have at most {}, got {}", human_bytes(history_bytes_max), human_bytes(text.size())));
  const boost::json::value value = TRY(json::parse(text));
  HistoryBody body;
  json::Problems problems;
  json::read(value, body, "", problems);
  if (!problems.empty()) return not_a_history(problems);
  if (body.version != history_version)
    return make_error(ErrorCode::corrupt, fmt::format("a history of version {}, expected {}", body.version, history_version),
                      "use the same version of tamarack on both sides");
  domain::History history{.app_starts = std::move(body.app_starts),
                          .framework_starts = std::move(body.framework_starts),
                          .failed_when_last_run = std::move(body.failed),
                          .has_run = body.has_run};
  check_starts(history.app_starts, "app_starts", problems);
  check_starts(history.framework_starts, "framework_starts", problems);
  for (const auto& [test, timings] : body.tests) history.tests[domain::TestId{test}] = read_timings(test, timings, problems);
  if (!problems.empty()) return not_a_history(problems);
  return history;
}

}  // namespace tamarack::wire
