#include "cli/import_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "adapter/results/ctrf.h"
#include "adapter/results/junit.h"
#include "base/check.h"
#include "base/parse_instant.h"
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

}  // namespace

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
