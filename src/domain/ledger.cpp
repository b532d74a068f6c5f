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
  // What is misconfigured stays so however often the run is repeated, and judges nothing: it is told before what is missing or failed.
  if (circumstances.invalid > 0) return Verdict::invalid;
  if (circumstances.stopped_by_failure && bad > 0) return ledger.failed > 0 ? Verdict::failed : Verdict::timed_out;
  if (!ledger.is_complete() || ledger.lost + ledger.never_ran + ledger.cancelled > 0 || ledger.ran() == 0) return Verdict::incomplete;
  if (bad > 0) return ledger.failed > 0 ? Verdict::failed : Verdict::timed_out;
  if (circumstances.disagreements > 0) return Verdict::failed;
  return Verdict::passed;
}

namespace {

// What the entries of a run are called; both kinds in one word would need one that nobody uses.
std::string entry_word(std::int64_t count, std::int64_t planned, std::int64_t flows) {
  if (flows == 0) return count == 1 ? "test" : "tests";
  if (flows >= planned) return count == 1 ? "flow" : "flows";
  return count == 1 ? "test or flow" : "tests and flows";
}

std::string passed_words(std::int64_t passed, std::int64_t planned, std::int64_t flows) {
  // Only what is in quarantine ran, and it failed: said behind it.
  if (passed == 0) return fmt::format("no {} failed outside quarantine", entry_word(1, planned, flows));
  return fmt::format("{} {} passed", passed == 1 ? "the" : "all", count_of_entries(passed, planned, flows));
}

std::string invalid_words(const Circumstances& circumstances) {
  const std::int64_t wrong = circumstances.invalid - circumstances.drifted;
  const std::string drifted = fmt::format("{} drifted while it waited", count_of(circumstances.drifted, "flow"));
  if (wrong == 0) return drifted;
  const std::string line = fmt::format("a wait or a capture of {} is misconfigured", count_of(wrong, "flow"));
  return circumstances.drifted > 0 ? line + ", " + drifted : line;
}

}  // namespace

std::string count_of_entries(std::int64_t count, std::int64_t planned, std::int64_t flows) {
  return fmt::format("{} {}", count, entry_word(count, planned, flows));
}

std::string headline(const Ledger& ledger, const Circumstances& circumstances) {
  const Verdict verdict = judge(ledger, circumstances);
  std::vector<std::string> also;
  const auto mention = [&](std::int64_t count, std::string_view word) {
    if (count > 0) also.push_back(fmt::format("{} {}", count, word));
  };
  std::string line;
  const std::int64_t bad = ledger.failed + ledger.timed_out - circumstances.quarantined_bad;
  const std::int64_t missing = ledger.planned - ledger.finished();
  const std::string entries = count_of_entries(ledger.planned, ledger.planned, circumstances.flows);
  const auto word = [&](std::int64_t count) { return entry_word(count, ledger.planned, circumstances.flows); };
  switch (verdict) {
    case Verdict::passed:
      // Skipped tests are mentioned behind it; they did not pass.
      line = passed_words(ledger.ran() - circumstances.quarantined_bad, ledger.planned, circumstances.flows);
      break;
    case Verdict::failed:
      line = bad > 0 ? fmt::format("{} of {} failed", bad, entries)
                     : fmt::format("{} between the framework and the ledger", count_of(circumstances.disagreements, "disagreement"));
      break;
    case Verdict::timed_out:
      line = circumstances.deadline_passed ? fmt::format("the run's time limit passed with {} of {} finished", ledger.finished(), entries)
                                           : fmt::format("{} of {} timed out", bad, entries);
      break;
    case Verdict::incomplete:
      line = missing > 0 ? fmt::format("incomplete: {} of {} did not run to an end", missing, entries)
                         : fmt::format("incomplete: no {} ran", word(1));
      if (bad > 0) mention(bad, "failed");
      break;
    case Verdict::invalid:
      line = "invalid: " + invalid_words(circumstances);
      mention(bad - circumstances.invalid, "failed");
      break;
    case Verdict::infrastructure:
      line = fmt::format("the infrastructure failed, not the {}", word(2));
      mention(bad, "failed");
      break;
    case Verdict::cancelled:
      line = fmt::format("cancelled with {} of {} finished", ledger.finished(), entries);
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
