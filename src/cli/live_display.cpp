#include "cli/live_display.h"

#include <algorithm>

#include "base/text.h"
#include "domain/ledger.h"
#include "io/files.h"
#include "io/machine.h"
#include "report/cells.h"
#include "report/view_query.h"
#include "run/carry.h"

namespace tamarack::cli {
namespace {

constexpr Millis frame{100};
constexpr Millis plain_progress_interval{30'000};

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

Screen choose_screen(bool json) {
  Screen screen{.file = json ? stderr : stdout};
  const bool terminal = io::is_terminal(screen.file) && io::environment("TERM") != "dumb";
  screen.live = terminal && io::environment("CI").empty();
  const std::string force = io::environment("FORCE_COLOR");
  const bool forbidden = force == "0" || force == "false" || !io::environment("NO_COLOR").empty();
  screen.colour = !forbidden && (terminal || !force.empty());
  return screen;
}

std::size_t Screen::width() const {
  return io::is_terminal(file) ? static_cast<std::size_t>(io::terminal_size(file).width) : 0;
}

LiveDisplay::LiveDisplay(io::Loop& loop, const Clock& clock, Screen screen, Instant started)
    : loop_(loop), clock_(clock), screen_(screen), started_(started) {
  if (screen_.live) quiet_ = std::make_unique<io::QuietTerminal>();
  redraw_later();
}

LiveDisplay::~LiveDisplay() {
  close();
}

void LiveDisplay::close() {
  if (closed_) return;
  closed_ = true;
  timer_.cancel();
  erase();
  quiet_.reset();
  std::fflush(screen_.file);
}

void LiveDisplay::say(const std::string& line) {
  print(line + "\n");
}

void LiveDisplay::set_note(const std::string& note) {
  note_ = note;
  if (!screen_.live && !note.empty()) say(note);
}

void LiveDisplay::redraw_later() {
  timer_ = loop_.after(screen_.live ? frame : plain_progress_interval, [this] {
    if (screen_.live) {
      erase();
      draw();
      std::fflush(screen_.file);
    } else if (run_.is_planned()) {
      print(report::plain_progress_line(state(), screen_.colour) + "\n");
    }
    redraw_later();
  });
}

void LiveDisplay::print(const std::string& lines) {
  if (replaying_) return;
  erase();
  std::fputs(lines.c_str(), screen_.file);
  if (screen_.live) draw();
  std::fflush(screen_.file);
}

void LiveDisplay::erase() {
  // Whatever somebody typed stands behind the last line: the cursor goes to the first column before anything is cleared.
  if (drawn_lines_ > 0) std::fputs("\r\x1b[2K", screen_.file);
  for (; drawn_lines_ > 0; --drawn_lines_) std::fputs("\x1b[1A\x1b[2K", screen_.file);
}

void LiveDisplay::draw() {
  if (closed_ || !run_.is_planned()) return;
  const io::TerminalSize size = io::terminal_size(screen_.file);
  for (const std::string& line : report::render(state(), size.width, std::max(size.height - 2, 3), screen_.colour)) {
    std::fputs((line + "\n").c_str(), screen_.file);
    ++drawn_lines_;
  }
}

report::LiveState LiveDisplay::state() const {
  const Instant now = clock_.now();
  const domain::Ledger& ledger = run_.ledger;
  report::LiveState state{.planned = ledger.planned,
                          .passed = ledger.passed,
                          .failed = ledger.failed + ledger.timed_out,
                          .flaky = ledger.flaky,
                          .skipped = ledger.skipped,
                          .unfinished = ledger.lost + ledger.cancelled + ledger.never_ran,
                          .elapsed = now - started_,
                          .note = note_};
  Millis left{0};
  Millis longest{0};
  for (std::size_t i = 0; i < run_.plan.units.size(); ++i) {
    const domain::Unit& unit = run_.plan.units[i];
    if (unit.tests.empty()) continue;
    const Millis part = unit.estimate * run_.pending_in_unit[i] / static_cast<std::int64_t>(unit.tests.size());
    left += part;
    longest = std::max(longest, part);
  }
  if (run_.plan.cost.from_history) state.left = std::max(longest, left / std::max<std::int64_t>(run_.plan.workers, 1));
  for (const auto& [id, doing] : workers_)
    state.workers.push_back({.name = id.value,
                             .doing = doing.what,
                             .runs_test = doing.runs_test,
                             .since = now - doing.since,
                             .retry = doing.retry,
                             .done = doing.done,
                             .total = doing.total});
  state.parked = parked(now);
  return state;
}

report::ParkedWaits LiveDisplay::parked(Instant now) const {
  report::ParkedWaits waits{.count = std::ssize(parked_)};
  if (parked_.empty()) return waits;
  const auto first = std::min_element(parked_.begin(), parked_.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  waits.first = phase_title(first->first.first, first->first.second);
  waits.since = now - first->second;
  for (const auto& [place, since] : parked_) {
    const Instant deadline =
        run_.flows.at(static_cast<std::size_t>(place.first)).phases.at(static_cast<std::size_t>(place.second)).deadline;
    if (deadline != run::no_deadline && (!waits.deadline || deadline - now < *waits.deadline)) waits.deadline = deadline - now;
  }
  return waits;
}

void LiveDisplay::take(const run::Entry& entry) {
  run::apply(run_, entry);
  at_ = entry.at;
  std::visit([this](const auto& record) { handle(record); }, entry.record);
}

void LiveDisplay::replay(const std::vector<run::Entry>& entries) {
  replaying_ = true;
  for (const run::Entry& entry : entries) take(entry);
  replaying_ = false;
  note_.clear();
  workers_.clear();
  say(fmt::format("going on with run {}: {} of {} finished before", run_.id.value, run_.ledger.finished(),
                  domain::count_of_entries(run_.ledger.planned, run_.ledger.planned, run_.circumstances.flows)));
}

void LiveDisplay::handle(const run::RunPlanned& record) {
  const domain::Plan& plan = record.plan;
  const std::string flows = plan.flows.empty() ? std::string{} : ", " + count_of(std::ssize(plan.flows), "flow") + " among them,";
  say(fmt::format("{}{} on {}, {} · seed {}", count_of(static_cast<std::int64_t>(plan.tests.size()), "test"), flows,
                  count_of(plan.workers, "worker"), count_of(static_cast<std::int64_t>(plan.units.size()), "unit"), plan.seed));
}
void LiveDisplay::handle(const run::WorkerJoined& record) {
  workers_[record.worker] = {.what = "starting", .since = at_};
}
void LiveDisplay::handle(const run::WorkerReady& record) {
  workers_[record.worker] = {.since = at_};
}
void LiveDisplay::handle(const run::WorkerEnded& record) {
  workers_[record.worker] = {.what = "ended: " + first_line(record.reason), .since = at_};
}
void LiveDisplay::handle(const run::LeaseGranted& record) {
  terms_[record.term] = record.worker;
  std::int64_t total = 0;
  for (const schedule::Piece& piece : record.pieces) total += static_cast<std::int64_t>(piece.tests.size());
  workers_[record.worker] = {.what = "starting the framework", .since = at_, .total = total > 1 ? total : 0};
}
void LiveDisplay::handle(const run::TestStarted& record) {
  const auto worker = terms_.find(record.term);
  if (worker == terms_.end()) return;
  Doing& doing = workers_[worker->second];
  doing.what = display_name(run_.plan.tests.at(record.test.value).identity);
  doing.runs_test = true;
  doing.since = at_;
  doing.retry = record.retry;
}
void LiveDisplay::handle(const run::TestFinished& record) {
  Doing& doing = workers_[record.worker];
  doing.runs_test = false;
  doing.since = at_;
  if (record.report.last_try) ++doing.done;
  if (!record.counted) return;
  const std::int64_t attempt = ++attempts_[record.report.test];
  const domain::TestError* error = record.report.errors.empty() ? nullptr : &record.report.errors.front();
  if (record.settles == domain::Outcome::pending) {
    if (!screen_.live)
      say(report::plain_retry_line(display_name(run_.plan.tests.at(record.report.test.value).identity), attempt,
                                   std::string(to_string(record.report.status)), screen_.colour));
    return;
  }
  const std::string location =
      error == nullptr ? std::string{} : report::location({.file = error->file, .line = error->line, .column = error->column});
  settled(record.report.test, record.settles, record.report.duration, error == nullptr ? std::string{} : first_line(error->message),
          location);
}
void LiveDisplay::handle(const run::TestSettled& record) {
  // It ran in another run: no line of its own, or those that run would drown in them.
  if (!run::carried_from(record).value.empty()) return carried(record);
  // Hundreds of tests of a run that was stopped have one reason.
  const std::string reason = record.reason == last_reason_ ? std::string{} : record.reason;
  last_reason_ = record.reason;
  settled(record.test, record.outcome, Millis{0}, reason, {});
}
void LiveDisplay::carried(const run::TestSettled& record) {
  if (carried_++ == 0) say("  " + record.reason + ": what was good stands");
}
void LiveDisplay::handle(const run::LeaseEnded& record) {
  if (const auto worker = terms_.find(record.term); worker != terms_.end()) workers_[worker->second] = {.since = at_};
}
void LiveDisplay::handle(const run::Disagreed& record) {
  say(report::printable(fmt::format("  ! {}: {}", record.name, first_line(record.message))));
}
void LiveDisplay::handle(const run::InfrastructureFailed& record) {
  // On every agent for the same reason: its log is told once.
  if (!troubles_.insert(record.message).second) return say(report::printable(fmt::format("  ! {}: the same", record.worker.value)));
  say(report::printable(fmt::format("  ! {}: {}", record.worker.value, record.message)));
  for (const std::string& line : split_lines(tail_of(record.log_tail, 2000))) say("    | " + report::printable(line));
}
void LiveDisplay::handle(const run::StopRequested& record) {
  // What to do next is said by the one who stopped it, and stays.
  if (note_.empty()) set_note(record.reason);
}

std::string LiveDisplay::phase_title(std::int32_t flow, std::int32_t phase) const {
  const domain::Flow& parked = run_.plan.flows.at(static_cast<std::size_t>(flow));
  return fmt::format("{} › {}", parked.name, parked.phases.at(static_cast<std::size_t>(phase)).name);
}
void LiveDisplay::handle(const run::PhaseBegan& record) {
  const domain::Flow& flow = run_.plan.flows.at(static_cast<std::size_t>(record.flow));
  if (!flow.phases.at(static_cast<std::size_t>(record.phase)).tests.empty()) return;
  parked_[{record.flow, record.phase}] = at_;
  const std::string limit =
      record.deadline == run::no_deadline ? std::string{} : fmt::format(" at most {}", human_duration(record.deadline - at_));
  if (!screen_.live)
    say(report::printable(fmt::format("  ⏸  {} waits{}, no worker is held", phase_title(record.flow, record.phase), limit)));
}
void LiveDisplay::handle(const run::PhaseEnded& record) {
  if (parked_.erase({record.flow, record.phase}) == 0) return;
  const std::string message = record.message.empty() ? std::string{} : ": " + first_line(record.message);
  if (screen_.live && record.outcome == domain::PhaseOutcome::satisfied) return;
  say(report::printable(fmt::format("  {}  {} {} after {}{}", record.outcome == domain::PhaseOutcome::satisfied ? "▶" : "✗",
                                    phase_title(record.flow, record.phase),
                                    record.outcome == domain::PhaseOutcome::timed_out ? "timed out" : to_string(record.outcome),
                                    human_duration(record.waited), message)));
}
void LiveDisplay::handle(const run::FlowEnded& record) {
  const domain::Flow& flow = run_.plan.flows.at(static_cast<std::size_t>(record.flow));
  const report::FinishedTest finished{.name = flow.name,
                                      .outcome = std::string(to_string(record.outcome)),
                                      .duration = record.active,
                                      .error_head = first_line(record.reason),
                                      .location = {}};
  if (!screen_.live) return say(report::plain_line(finished, run_.ledger.settled(), run_.ledger.planned, screen_.colour));
  for (const std::string& line : report::failure_lines(finished, io::terminal_size(screen_.file).width, screen_.colour)) print(line + "\n");
}

void LiveDisplay::settled(domain::TestIndex test, domain::Outcome outcome, Millis duration, const std::string& error,
                          const std::string& location) {
  const report::FinishedTest finished{.name = display_name(run_.plan.tests.at(test.value).identity),
                                      .outcome = std::string(to_string(outcome)),
                                      .duration = duration,
                                      .attempts = attempts_[test],
                                      .error_head = error,
                                      .location = location};
  if (!screen_.live) {
    say(report::plain_line(finished, run_.ledger.settled(), run_.ledger.planned, screen_.colour));
    return;
  }
  // Hundreds of tests that never ran would bury everything else; the summary counts them.
  if (outcome == domain::Outcome::never_ran || outcome == domain::Outcome::cancelled) return;
  for (const std::string& line : report::failure_lines(finished, io::terminal_size(screen_.file).width, screen_.colour)) print(line + "\n");
}

}  // namespace tamarack::cli
