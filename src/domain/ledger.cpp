#include "domain/ledger.h"

#include <fmt/format.h>

#include <vector>

#include "base/check.h"
#include "base/text.h"

namespace tamarack::domain {

void Ledger::add(Outcome outcome) {
  switch (outcome) {
    case Outcome::pending:
      CHECK(false, "a pending test has no place in the ledger");
      break;
    case Outcome::passed:
      ++passed;
      break;
    case Outcome::failed:
      ++failed;
      break;
    case Outcome::flaky:
      ++flaky;
      break;
    case Outcome::skipped:
      ++skipped;
      break;
    case Outcome::timed_out:
      ++timed_out;
      break;
    case Outcome::lost:
      ++lost;
      break;
    case Outcome::cancelled:
      ++cancelled;
      break;
    case Outcome::never_ran:
      ++never_ran;
      break;
  }
  CHECK(settled() <= planned, "{} settled, {} planned", settled(), planned);
}

std::int64_t Ledger::count(Outcome outcome) const {
  switch (outcome) {
    case Outcome::pending:
      return planned - settled();
    case Outcome::passed:
      return passed;
    case Outcome::failed:
      return failed;
    case Outcome::flaky:
      return flaky;
    case Outcome::skipped:
      return skipped;
    case Outcome::timed_out:
      return timed_out;
    case Outcome::lost:
      return lost;
    case Outcome::cancelled:
      return cancelled;
    case Outcome::never_ran:
      return never_ran;
  }
  return 0;
}

Verdict judge(const Ledger& ledger, const Circumstances& circumstances) {
  const std::int64_t bad = ledger.failed + ledger.timed_out - circumstances.quarantined_bad;
  if (circumstances.cancelled_by_user) return Verdict::cancelled;
  if (circumstances.infrastructure_failed) return Verdict::infrastructure;
  if (circumstances.deadline_passed && !(ledger.is_complete() && ledger.cancelled + ledger.never_ran + ledger.timed_out == 0))
    return Verdict::timed_out;
  if (circumstances.stopped_by_failure && bad > 0) return ledger.failed > 0 ? Verdict::failed : Verdict::timed_out;
  if (!ledger.is_complete() || ledger.lost + ledger.never_ran + ledger.cancelled > 0 || ledger.ran() == 0) return Verdict::incomplete;
  if (bad > 0) return ledger.failed > 0 ? Verdict::failed : Verdict::timed_out;
  if (circumstances.disagreements > 0) return Verdict::failed;
  return Verdict::passed;
}

namespace {

std::string passed_words(std::int64_t passed) {
  // Only what is in quarantine ran, and it failed: said behind it.
  if (passed == 0) return "no test failed outside quarantine";
  return passed == 1 ? "the 1 test passed" : fmt::format("all {} passed", count_of(passed, "test"));
}

}  // namespace

std::string headline(const Ledger& ledger, const Circumstances& circumstances) {
  const Verdict verdict = judge(ledger, circumstances);
  std::vector<std::string> also;
  const auto mention = [&](std::int64_t count, std::string_view word) {
    if (count > 0) also.push_back(fmt::format("{} {}", count, word));
  };
  std::string line;
  const std::int64_t bad = ledger.failed + ledger.timed_out - circumstances.quarantined_bad;
  const std::int64_t missing = ledger.planned - ledger.ran() - ledger.skipped;
  const std::string tests = count_of(ledger.planned, "test");
  switch (verdict) {
    case Verdict::passed:
      // Skipped tests are mentioned behind it; they did not pass.
      line = passed_words(ledger.ran() - circumstances.quarantined_bad);
      break;
    case Verdict::failed:
      line = bad > 0 ? fmt::format("{} of {} failed", bad, tests)
                     : fmt::format("{} between the framework and the ledger", count_of(circumstances.disagreements, "disagreement"));
      break;
    case Verdict::timed_out:
      line = circumstances.deadline_passed
                 ? fmt::format("the run's time limit passed with {} of {} finished", ledger.ran() + ledger.skipped, tests)
                 : fmt::format("{} of {} timed out", bad, tests);
      break;
    case Verdict::incomplete:
      line = missing > 0 ? fmt::format("incomplete: {} of {} did not run to an end", missing, tests) : "incomplete: no test ran";
      if (bad > 0) mention(bad, "failed");
      break;
    case Verdict::invalid:
      line = "invalid";
      break;
    case Verdict::infrastructure:
      line = "the infrastructure failed, not the tests";
      mention(bad, "failed");
      break;
    case Verdict::cancelled:
      line = fmt::format("cancelled with {} of {} finished", ledger.ran() + ledger.skipped, tests);
      break;
  }
  mention(ledger.flaky, "flaky");
  mention(ledger.skipped, "skipped");
  mention(ledger.lost, "lost");
  if (verdict != Verdict::cancelled) mention(ledger.cancelled, "cancelled");
  mention(ledger.never_ran, "never ran");
  mention(circumstances.quarantined_bad, "failed in quarantine");
  mention(circumstances.carried, "carried");
  if (!also.empty()) line += " (" + join(also, ", ") + ")";
  return line;
}

}  // namespace tamarack::domain
