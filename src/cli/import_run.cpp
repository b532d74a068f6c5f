#include "cli/import_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "adapter/results/ctrf.h"
#include "adapter/results/junit.h"
#include "base/check.h"
#include "base/sha256.h"
#include "base/text.h"
#include "coordinator/projection.h"
#include "run/run.h"

namespace tamarack::cli {
namespace {

using domain::Outcome;
using domain::TestIndex;
using domain::TestStatus;

const domain::WorkerId importer{"import/1"};

Outcome outcome_of(TestStatus status) {
  switch (status) {
    case TestStatus::passed:
      return Outcome::passed;
    case TestStatus::skipped:
      return Outcome::skipped;
    case TestStatus::timed_out:
      return Outcome::timed_out;
    case TestStatus::failed:
    case TestStatus::interrupted:
    case TestStatus::lost:
      return Outcome::failed;
  }
  return Outcome::failed;
}

// The first suite that says when it ran. Readers of results do not need it, so they leave it out.
std::optional<Instant> junit_start(std::string_view bytes) {
  constexpr std::string_view attribute = " timestamp=\"";
  const std::size_t at = bytes.substr(0, 64 * 1024).find(attribute);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view value = bytes.substr(at + attribute.size(), 40);
  return parse_instant(value.substr(0, value.find('"')));
}

std::optional<Instant> ctrf_start(std::string_view bytes) {
  boost::system::error_code failed;
  boost::json::value value = boost::json::parse(boost::json::string_view(bytes.data(), bytes.size()), failed);
  if (failed) return std::nullopt;
  const boost::json::value* start = value.find_pointer("/results/summary/start", failed);
  if (failed || start == nullptr || !start->is_int64() || start->get_int64() <= 0) return std::nullopt;
  constexpr std::int64_t seconds_end = 100'000'000'000;  // some writers count seconds
  return from_ms(start->get_int64() < seconds_end ? start->get_int64() * 1000 : start->get_int64());
}

// Builds the journal the way a run writes it: planned, one worker, one lease per spec, every test in the report's order.
class Journal {
 public:
  Journal(const domain::RunId& id, const ForeignReport& report, const std::vector<MatchedCase>& cases, Instant started,
          const std::string& framework)
      : report_(report), at_(started) {
    take(run::RunPlanned{id, plan_of(cases, framework), {}});
    take(run::WorkerJoined{importer, domain::AgentId{"import"}, 0});
    take(run::WorkerReady{importer, Millis{0}});
    for (const domain::Unit& unit : std::vector<domain::Unit>(run_.plan.units)) take_unit(unit);
    take(run::RunFinished{judge(run_.ledger, run_.circumstances), run_.ledger, headline(run_.ledger, run_.circumstances)});
  }

  const run::Run& run() const { return run_; }
  const std::vector<run::Entry>& entries() const { return entries_; }

 private:
  static domain::Plan plan_of(const std::vector<MatchedCase>& cases, const std::string& framework) {
    domain::Plan plan;
    plan.framework = framework;
    std::map<std::string, std::size_t> units;
    for (const MatchedCase& one : cases) {
      const TestIndex index{plan.tests.size()};
      plan.tests.push_back({.id = make_test_id(one.identity), .identity = one.identity});
      const auto [unit, is_new] = units.try_emplace(one.identity.spec, plan.units.size());
      if (is_new) plan.units.push_back({.index = domain::UnitIndex{unit->second}, .title = one.identity.spec, .spec = one.identity.spec});
      plan.units[unit->second].tests.push_back(index);
    }
    return plan;
  }

  void take_unit(const domain::Unit& unit) {
    const domain::Term term{run_.last_term + 1};
    const Instant begun = at_;
    take(run::LeaseGranted{.term = term, .worker = importer, .pieces = {{unit.index, unit.tests}}, .expires = at_});
    for (const TestIndex test : unit.tests) take_test(term, test);
    take(run::LeaseEnded{.term = term, .invocation = {.duration = at_ - begun}});
  }

  void take_test(domain::Term term, TestIndex test) {
    const adapter::ResultCase& one = report_.report.cases.at(test.value);
    domain::TestReport report{.test = test,
                              .status = one.status,
                              .started = at_,
                              .duration = one.duration,
                              .errors = one.errors,
                              .output = one.output,
                              .errput = one.errput};
    if (!one.reason.empty()) report.annotations.push_back({"skip", one.reason});
    at_ += one.duration;
    take(run::TestFinished{.term = term, .worker = importer, .report = std::move(report), .settles = outcome_of(one.status)});
  }

  void take(run::Record record) {
    entries_.push_back({run_.last_seq + 1, at_, std::move(record)});
    run::apply(run_, entries_.back());
  }

  const ForeignReport& report_;
  Instant at_;
  run::Run run_;
  std::vector<run::Entry> entries_;
};

// A fixed number of digits; nothing when there are others.
std::optional<int> digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  const auto number = parse_integer(text.substr(0, count));
  if (!number) return std::nullopt;
  text.remove_prefix(count);
  return static_cast<int>(*number);
}

bool take_char(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<Millis> parse_time_of_day(std::string_view& text) {
  const auto hour = digits(text, 2);
  if (!hour || !take_char(text, ":")) return std::nullopt;
  const auto minute = digits(text, 2);
  int second = 0;
  std::int64_t ms = 0;
  if (take_char(text, ":")) {
    const auto found = digits(text, 2);
    if (!found) return std::nullopt;
    second = *found;
    if (take_char(text, ".,")) {
      std::int64_t unit = 100;
      if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
      for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), unit /= 10)
        ms += (text.front() - '0') * unit;
    }
  }
  if (!minute || *hour > 23 || *minute > 59 || second > 60) return std::nullopt;
  return Millis{((*hour * 60LL + *minute) * 60 + second) * 1000 + ms};
}

// "", "Z", "+01:00", "-0330": what has to be taken off to come to UTC.
std::optional<Millis> parse_zone(std::string_view text) {
  if (text.empty() || text == "Z" || text == "z") return Millis{0};
  const int sign = text.front() == '-' ? -1 : 1;
  if (!take_char(text, "+-")) return std::nullopt;
  const auto hour = digits(text, 2);
  take_char(text, ":");
  const auto minute = text.empty() ? std::optional(0) : digits(text, 2);
  if (!hour || !minute || !text.empty() || *hour > 14 || *minute > 59) return std::nullopt;
  return Millis{sign * (*hour * 60LL + *minute) * 60'000};
}

}  // namespace

std::optional<Instant> parse_instant(std::string_view text) {
  text = trim(text);
  const auto year = digits(text, 4);
  if (!year || !take_char(text, "-")) return std::nullopt;
  const auto month = digits(text, 2);
  if (!month || !take_char(text, "-")) return std::nullopt;
  const auto day = digits(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok() || *year < 1970) return std::nullopt;
  const Instant midnight{std::chrono::sys_days{date}.time_since_epoch()};
  if (text.empty()) return midnight;
  if (!take_char(text, "Tt ")) return std::nullopt;
  const auto time = parse_time_of_day(text);
  const auto zone = parse_zone(text);
  if (!time || !zone) return std::nullopt;
  return midnight + *time - *zone;
}

Result<ForeignReport> read_report(std::string_view bytes) {
  const std::string_view begin = trim(bytes.substr(0, std::min<std::size_t>(bytes.size(), 4096)));
  const std::string_view text = begin.starts_with("\xef\xbb\xbf") ? begin.substr(3) : begin;
  ForeignReport found;
  if (text.starts_with('{')) {
    found = {"ctrf", adapter::read_ctrf(bytes), ctrf_start(bytes)};
  } else if (text.starts_with('<')) {
    found = {"junit", adapter::read_junit(bytes), junit_start(bytes)};
  } else {
    return make_error(ErrorCode::invalid_argument, text.empty() ? "the file is empty" : "it is neither JUnit XML nor CTRF",
                      "JUnit begins with '<', CTRF with '{'");
  }
  if (!found.report.problems.empty())
    return make_error(ErrorCode::invalid_argument, join(found.report.problems, "; "), "import the whole report, as the framework wrote it");
  if (found.report.cases.empty())
    return make_error(ErrorCode::invalid_argument, "it holds no test", "was it written by a run that ran nothing?");
  return found;
}

domain::RunId import_id(const std::string& project, std::string_view bytes) {
  return domain::RunId{"i-" + sha256_hex(project + '\0' + std::string(bytes)).substr(0, 16)};
}

store::Commit import_commit(const domain::RunId& run, const ForeignReport& report, const std::vector<MatchedCase>& cases,
                            const ImportFacts& facts) {
  CHECK(cases.size() == report.report.cases.size(), "{} identities for {} cases", cases.size(), report.report.cases.size());
  const Instant started = facts.at ? *facts.at : report.started.value_or(facts.now);
  const Journal journal(run, report, cases, started, facts.framework.empty() ? report.format : facts.framework);
  Millis busy{0};
  for (const adapter::ResultCase& one : report.report.cases) busy += one.duration;
  return coordinator::project({.run = run,
                               .project = facts.project,
                               .wall = busy,
                               .lower_bound = busy,
                               .busy = busy,
                               .branch = facts.branch,
                               .commit = facts.commit},
                              journal.run(), journal.entries());
}

}  // namespace tamarack::cli
