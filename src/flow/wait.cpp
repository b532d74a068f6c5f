#include "flow/wait.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/check.h"

namespace tamarack::flow {

using domain::WaitOutcome;

namespace {

constexpr Millis trouble_gap{500};  // while something is wrong, it is looked at this often to tell a moment from a state
constexpr Millis holding_gap{1'000};

class Hearing {
 public:
  Hearing(Wait& wait, std::size_t index, const std::string& excerpt, Instant now)
      : wait_(wait),
        index_(static_cast<std::int32_t>(index)),
        state_(wait.conditions.at(index)),
        rules_(wait.spec.conditions.at(index).rules),
        excerpt_(excerpt),
        now_(now) {}

  Heard hear(const Reading& reading) {
    const bool is_there = reading.kind == ReadingKind::going_on || reading.kind == ReadingKind::satisfied;
    if (reading.kind != ReadingKind::no_answer) state_.no_answer_since.reset();
    if (reading.kind != ReadingKind::not_found) state_.not_found_since.reset();
    if (reading.kind != ReadingKind::satisfied) state_.held = 0;
    if (is_there) note_progress(reading);
    switch (reading.kind) {
      case ReadingKind::going_on:
        hear_heartbeat(reading);
        break;
      case ReadingKind::satisfied:
        hear_satisfied(reading);
        break;
      case ReadingKind::failed:
        end(WaitOutcome::failed, or_status("failed", reading));
        break;
      case ReadingKind::lost:
        end(WaitOutcome::lost, or_status("lost", reading));
        break;
      case ReadingKind::cancelled:
        end(WaitOutcome::cancelled, or_status("cancelled by the backend", reading));
        break;
      case ReadingKind::invalid:
        end(WaitOutcome::invalid, reading.message);
        break;
      case ReadingKind::gone:
      case ReadingKind::not_found:
        hear_missing(reading);
        break;
      case ReadingKind::refused:
        hear_refused(reading);
        break;
      case ReadingKind::no_answer:
        hear_nothing(reading);
        break;
    }
    return std::move(heard_);
  }

 private:
  static std::string or_status(std::string_view what, const Reading& reading) {
    if (!reading.message.empty()) return reading.message;
    return reading.status.empty() ? std::string(what) : fmt::format("{}: its status is '{}'", what, reading.status);
  }

  void note(NoteKind what, std::string text) {
    if (wait_.notes.size() + noted_ >= notes_max && what != NoteKind::seen) return;
    ++noted_;
    heard_.records.emplace_back(WaitNoted{index_, what, std::move(text), cut_text(excerpt_, excerpt_bytes_max / 2), wait_.probes});
  }

  void end(WaitOutcome outcome, std::string message, std::vector<Captured> captures = {}) {
    heard_.records.emplace_back(
        ConditionEnded{index_, outcome, std::move(message), std::move(captures), cut_text(excerpt_, excerpt_bytes_max)});
  }

  void note_progress(const Reading& reading) {
    state_.refreshed = false;
    if (!state_.seen)
      note(NoteKind::seen, reading.status);
    else if (state_.status != reading.status || state_.in_trouble)
      note(NoteKind::changed, reading.status);
    // Where no more is noted, the last status is at least known to the message at the end.
    if (wait_.notes.size() >= notes_max) state_.status = reading.status;
    state_.in_trouble = false;
  }

  void note_trouble(const Reading& reading) {
    if (!state_.in_trouble) note(NoteKind::trouble, reading.message);
    state_.in_trouble = true;
  }

  void hear_heartbeat(const Reading& reading) {
    if (reading.heartbeat.empty()) return;
    if (state_.heartbeat != reading.heartbeat) {
      state_.heartbeat = reading.heartbeat;
      state_.heartbeat_changed = now_;
      state_.heartbeat_same = 0;
      return;
    }
    ++state_.heartbeat_same;
    const Millis silent = now_ - state_.heartbeat_changed;
    if (state_.heartbeat_same < 2 || silent < rules_.lost_after) return;
    end(WaitOutcome::lost, fmt::format("its status is still '{}', but {} has not changed for {}: nobody works at it any more",
                                       reading.status, rules_.heartbeat_field, human_duration(silent)));
  }

  void hear_satisfied(const Reading& reading) {
    const std::int32_t wanted = wait_.spec.conditions.at(static_cast<std::size_t>(index_)).hold_times;
    if (++state_.held < wanted) return;
    end(WaitOutcome::satisfied, wanted > 1 ? fmt::format("held {} times in a row", wanted) : reading.status, reading.captures);
  }

  void hear_missing(const Reading& reading) {
    if (state_.seen)
      return end(WaitOutcome::lost, fmt::format("{}; it was there until now, seen first at {}", reading.message, iso8601(state_.seen_at)));
    if (reading.kind == ReadingKind::gone) return end(WaitOutcome::invalid, reading.message + "; it was never seen");
    if (!state_.not_found_since) state_.not_found_since = now_;
    const Millis missing = now_ - *state_.not_found_since;
    if (missing >= rules_.not_found_max)
      return end(WaitOutcome::invalid, fmt::format("{}; it was never there in {}: the id or the address is wrong, or it was never started",
                                                   reading.message, human_duration(missing)));
    note_trouble(reading);
  }

  void hear_refused(const Reading& reading) {
    if (!state_.seen) return end(WaitOutcome::invalid, reading.message + ": the credentials are not accepted");
    if (rules_.refreshable && !state_.refreshed) {
      state_.refreshed = true;
      heard_.refresh_credentials = true;
      note(NoteKind::refreshed, reading.message + "; new credentials were asked for");
      return;
    }
    const std::string_view after = state_.refreshed ? "also after new ones were asked for" : "they are not configured to be renewed";
    end(WaitOutcome::invalid, fmt::format("{}: the credentials were accepted from {} on and are refused after {}, {}", reading.message,
                                          iso8601(state_.seen_at), human_duration(now_ - wait_.parked), after));
  }

  void hear_nothing(const Reading& reading) {
    if (!state_.no_answer_since) state_.no_answer_since = now_;
    const Millis silent = now_ - *state_.no_answer_since;
    // Somebody who asks for patience is there; he is given it until the deadline.
    if (reading.retry_after.count() < 0 && silent >= rules_.no_answer_max) {
      const WaitOutcome outcome = state_.seen ? WaitOutcome::lost : WaitOutcome::invalid;
      return end(outcome, fmt::format("{}, for {}{}", reading.message, human_duration(silent), state_.seen ? "" : "; it never answered"));
    }
    note_trouble(reading);
  }

  Wait& wait_;
  std::int32_t index_;
  ConditionState& state_;
  const ReadRules& rules_;
  const std::string& excerpt_;
  Instant now_;
  std::size_t noted_ = 0;
  Heard heard_;
};

std::string named(const Wait& wait, std::size_t index) {
  const Condition& condition = wait.spec.conditions.at(index);
  if (wait.spec.conditions.size() == 1) return {};
  return fmt::format("'{}': ", condition.name.empty() ? condition.target : condition.name);
}

WaitEnded ended_by(const Wait& wait, std::size_t index) {
  const ConditionState& state = wait.conditions.at(index);
  WaitEnded ended{.outcome = state.outcome,
                  .message = named(wait, index) + state.message,
                  .condition = static_cast<std::int32_t>(index),
                  .captures = state.captures,
                  .excerpt = wait.excerpt,
                  .probes = wait.probes};
  return ended;
}

// Which of several bad ends is told when none of `any` was satisfied: what a person has to mend, then what the backend said.
constexpr std::array<WaitOutcome, 5> worst_first{WaitOutcome::invalid, WaitOutcome::failed, WaitOutcome::lost, WaitOutcome::cancelled,
                                                 WaitOutcome::timed_out};

}  // namespace

Heard hear(Wait& wait, std::size_t condition, const Reading& reading, const std::string& excerpt, Instant asked, Instant now) {
  CHECK(!wait.over && !wait.conditions.at(condition).over, "wait '{}' hears of condition {} after its end", wait.id.value, condition);
  ++wait.probes;
  wait.excerpt = cut_text(excerpt, excerpt_bytes_max);
  if (asked >= wait.deadline) wait.conditions.at(condition).looked_last = true;
  return Hearing(wait, condition, excerpt, now).hear(reading);
}

std::optional<WaitEnded> conclude(const Wait& wait) {
  std::optional<std::size_t> good;
  std::optional<std::size_t> bad;
  std::size_t over = 0;
  for (std::size_t i = 0; i < wait.conditions.size(); ++i) {
    const ConditionState& state = wait.conditions[i];
    if (!state.over) continue;
    ++over;
    if (state.outcome == WaitOutcome::invalid) return ended_by(wait, i);
    if (state.outcome == WaitOutcome::satisfied)
      good = good.value_or(i);
    else
      bad = bad.value_or(i);
  }
  if (wait.spec.join == Join::any) {
    if (good) return ended_by(wait, *good);
    if (over < wait.conditions.size()) return std::nullopt;
    for (const WaitOutcome outcome : worst_first)
      for (std::size_t i = 0; i < wait.conditions.size(); ++i)
        if (wait.conditions[i].outcome == outcome) return ended_by(wait, i);
    return std::nullopt;
  }
  if (bad) return ended_by(wait, *bad);
  if (over < wait.conditions.size()) return std::nullopt;
  WaitEnded ended = ended_by(wait, wait.conditions.size() - 1);
  ended.message = wait.conditions.size() == 1 ? ended.message : fmt::format("all {} conditions hold", wait.conditions.size());
  ended.captures.clear();
  for (const ConditionState& state : wait.conditions)
    ended.captures.insert(ended.captures.end(), state.captures.begin(), state.captures.end());
  return ended;
}

WaitEnded time_out(const Wait& wait, Instant now) {
  std::string seen;
  for (std::size_t i = 0; i < wait.conditions.size(); ++i) {
    const ConditionState& state = wait.conditions[i];
    if (state.over) continue;
    const std::string last = !state.seen ? std::string("nothing was seen of it") : fmt::format("last seen: '{}'", state.status);
    seen += fmt::format("; {}{}", named(wait, i), last);
  }
  const Millis late = now - wait.deadline;
  const std::string down = late > last_look_max ? fmt::format(", {} before anybody could look again", human_duration(late)) : std::string{};
  return {.outcome = WaitOutcome::timed_out,
          .message = fmt::format("the deadline passed after {}{}{}", human_duration(wait.deadline - wait.parked), down, seen),
          .excerpt = wait.excerpt,
          .probes = wait.probes};
}

Millis gap_of(const Wait& wait, std::size_t condition, Instant now) {
  const ConditionState& state = wait.conditions.at(condition);
  const Condition& spec = wait.spec.conditions.at(condition);
  const Millis waited = std::max(Millis{0}, now - wait.parked);
  Millis gap = next_gap(wait.spec.pace, waited, spec.pushed && !state.push_doubted);
  if (state.not_found_since) gap = std::min(gap, trouble_gap);
  if (state.no_answer_since) gap = std::min(gap, std::max(trouble_gap, (now - *state.no_answer_since) / 4));
  if (state.refreshed) gap = std::min(gap, holding_gap);
  if (state.held > 0) gap = std::min(gap, holding_gap);
  if (!state.heartbeat.empty()) gap = std::min(gap, std::max(trouble_gap, spec.rules.lost_after / 4));
  return std::max(gap, wait.spec.pace.min);
}

void apply(Wait& wait, const Record& record, Instant at) {
  if (const auto* parked = std::get_if<WaitParked>(&record)) {
    wait.id = parked->wait;
    wait.spec = parked->spec;
    wait.parked = at;
    wait.deadline = parked->deadline;
    wait.conditions.resize(parked->spec.conditions.size());
  } else if (const auto* noted = std::get_if<WaitNoted>(&record)) {
    ConditionState& state = wait.conditions.at(static_cast<std::size_t>(noted->condition));
    wait.probes = std::max(wait.probes, noted->probes);
    if (noted->what == NoteKind::seen) {
      state.seen = true;
      state.seen_at = at;
    }
    if (noted->what == NoteKind::seen || noted->what == NoteKind::changed) state.status = noted->text;
    wait.notes.push_back({at, *noted});
  } else if (const auto* condition = std::get_if<ConditionEnded>(&record)) {
    ConditionState& state = wait.conditions.at(static_cast<std::size_t>(condition->condition));
    CHECK(!state.over && !wait.over, "condition {} of wait '{}' ends twice", condition->condition, wait.id.value);
    state.over = true;
    state.outcome = condition->outcome;
    state.message = condition->message;
    state.captures = condition->captures;
    wait.excerpt = condition->excerpt;
  } else if (const auto* ended = std::get_if<WaitEnded>(&record)) {
    CHECK(!wait.over, "wait '{}' ends twice: {}, then {}", wait.id.value, to_string(wait.outcome), to_string(ended->outcome));
    wait.over = true;
    wait.outcome = ended->outcome;
    wait.message = ended->message;
    wait.decided_by = ended->condition;
    wait.captures = ended->captures;
    wait.excerpt = ended->excerpt;
    wait.probes = ended->probes;
    wait.ended = at;
  } else if (std::holds_alternative<WaitTaken>(record)) {
    wait.taken = true;
  }
}

}  // namespace tamarack::flow
