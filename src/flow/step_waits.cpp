#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "flow/stepper.h"

namespace tamarack::flow {

using domain::JobId;
using domain::JobStatus;
using domain::WaitId;
using domain::WaitOutcome;

bool has_open_outside(const Wait& wait) {
  for (std::size_t i = 0; i < wait.conditions.size(); ++i)
    if (!wait.conditions[i].over && wait.spec.conditions[i].source == SourceKind::outside) return true;
  return false;
}

namespace {

Reading reading_of(const Job& job, const ReadRules& rules, Instant now) {
  const std::string status(to_string(job.status));
  const std::string& words = job.error.empty() ? job.reason : job.error;
  switch (job.status) {
    case JobStatus::failed:
      return {.kind = ReadingKind::failed, .status = status, .message = words};
    case JobStatus::cancelled:
      return {.kind = ReadingKind::cancelled, .status = status, .message = words};
    case JobStatus::lost:
      return {.kind = ReadingKind::lost, .status = status, .message = words};
    case JobStatus::completed: {
      Reading reading = read(rules, ValueAnswer{.exists = true, .body = job.result}, now);
      reading.status = status;
      // Nothing will change any more, so what is not met now is a failure.
      if (reading.kind == ReadingKind::going_on) {
        reading.kind = ReadingKind::failed;
        reading.message = "it completed, but its result is not what is waited for";
      }
      return reading;
    }
    default:
      break;
  }
  return {.status = job.stage.empty() ? status : fmt::format("{} {}", status, job.stage)};
}

}  // namespace

void Stepper::operator()(const ParkWait& event) {
  if (const auto known = board_.waits.find(event.wait); known != board_.waits.end()) {
    // Said again after a crash of its owner: it is parked once, and told again if it is over.
    if (known->second.over) effects_.push_back(WaitOver{event.wait});
    return;
  }
  if (board_.waits.size() >= board_.options.waits_max) {
    effects_.push_back(ParkRefused{event.wait});
    return;
  }
  std::vector<std::string> problems = problems_of(event.spec);
  for (const Condition& condition : event.spec.conditions)
    if (std::string why = why_not_for(condition); !why.empty()) problems.push_back(std::move(why));
  const Millis limit = std::clamp(event.spec.limit, Millis{0}, wait_limit_max);
  record(stream_of(event.wait), WaitParked{event.wait, event.spec, now_ + limit});
  Wait& wait = board_.waits.at(event.wait);
  if (!problems.empty()) return end(wait, {.outcome = WaitOutcome::invalid, .message = join(problems, "; ")});
  board_.agenda.set(stream_of(wait.id), next_look(wait));
  for (std::size_t i = 0; i < wait.conditions.size() && !wait.over; ++i) open(wait, i);
}

void Stepper::open(Wait& wait, std::size_t index) {
  const Condition& condition = wait.spec.conditions.at(index);
  switch (condition.source) {
    case SourceKind::job:
      return read_job(wait, index);
    case SourceKind::signal:
      mailbox_of(condition.target);
      return serve(condition.target);
    case SourceKind::outside:
      return watch(wait, index, now_);
  }
}

void Stepper::watch(Wait& wait, std::size_t index, Instant due) {
  const Condition& condition = wait.spec.conditions.at(index);
  const Subscriber subscriber{wait.id, static_cast<std::int32_t>(index)};
  if (board_.probes.want(condition.request, condition.host, subscriber, due)) effects_.push_back(Watch{condition.request});
  if (board_.push_doubts.contains(condition.request)) doubt_push(wait, index);
}

// Somebody counts on a push that will not come: it is looked at more often, and he is told. Once, also where it is found out again after a
// restart.
void Stepper::doubt_push(Wait& wait, std::size_t index) {
  if (wait.over || wait.conditions.at(index).over) return;
  wait.conditions[index].push_doubted = true;
  const std::string& why = board_.push_doubts.at(wait.spec.conditions.at(index).request);
  const auto number = static_cast<std::int32_t>(index);
  const bool is_told = std::any_of(wait.notes.begin(), wait.notes.end(),
                                   [&](const Note& note) { return note.noted.condition == number && note.noted.text == why; });
  if (!is_told && wait.notes.size() < notes_max)
    record(stream_of(wait.id), WaitNoted{.condition = number, .what = NoteKind::trouble, .text = why, .probes = wait.probes});
}

void Stepper::leave(const Wait& wait, std::size_t index) {
  const Condition& condition = wait.spec.conditions.at(index);
  if (condition.source != SourceKind::outside) return;
  if (!board_.probes.leave(condition.request, {wait.id, static_cast<std::int32_t>(index)})) return;
  board_.push_doubts.erase(condition.request);
  effects_.push_back(Unwatch{condition.request});
}

void Stepper::read_job(Wait& wait, std::size_t index) {
  if (wait.over || wait.conditions.at(index).over) return;
  const Condition& condition = wait.spec.conditions.at(index);
  const auto at = board_.jobs.find(JobId{condition.target});
  if (at == board_.jobs.end()) {
    const Reading unknown{.kind = ReadingKind::invalid, .message = fmt::format("there is no job '{}'", condition.target)};
    return give(wait, index, unknown, {}, now_);
  }
  const Job& job = at->second;
  if (is_final(job.status) && job.ended > wait.deadline) return end(wait, time_out(wait, now_));
  const std::string excerpt = job.error.empty() ? job.result : job.error;
  give(wait, index, reading_of(job, condition.rules, now_), excerpt, now_);
}

void Stepper::give(Wait& wait, std::size_t index, const Reading& reading, const std::string& excerpt, Instant asked) {
  if (wait.over || wait.conditions.at(index).over) return;
  const Condition& condition = wait.spec.conditions.at(index);
  const bool is_outside = condition.source == SourceKind::outside;
  if (is_outside && now_ > wait.deadline + last_look_max) return end(wait, time_out(wait, now_));
  Heard heard = hear(wait, index, reading, excerpt, asked, now_);
  for (Record& fact : heard.records) record(stream_of(wait.id), std::move(fact));
  if (heard.refresh_credentials) effects_.push_back(RefreshCredentials{condition.request, wait.id});
  if (wait.conditions.at(index).over) leave(wait, index);
  settle(wait);
}

void Stepper::settle(Wait& wait) {
  if (auto ended = flow::conclude(wait)) return end(wait, *std::move(ended));
  if (now_ < wait.deadline) return;
  for (std::size_t i = 0; i < wait.conditions.size(); ++i) {
    const bool is_open_outside = !wait.conditions[i].over && wait.spec.conditions[i].source == SourceKind::outside;
    if (is_open_outside && !wait.conditions[i].looked_last) return;
  }
  end(wait, time_out(wait, now_));
}

void Stepper::end(Wait& wait, WaitEnded ended) {
  record(stream_of(wait.id), std::move(ended));
  release(wait);
  board_.agenda.set(stream_of(wait.id), next_look(wait));
  repeat_orders(wait);
}

// Everything the wait held: probes, the mailbox that was minted for it, jobs that nobody else wants the result of.
void Stepper::release(const Wait& wait) {
  for (std::size_t i = 0; i < wait.conditions.size(); ++i) {
    if (wait.conditions[i].over) continue;
    leave(wait, i);
    const Condition& condition = wait.spec.conditions[i];
    if (condition.source != SourceKind::job || !condition.cancel_when_dropped) continue;
    const auto job = board_.jobs.find(JobId{condition.target});
    if (job != board_.jobs.end()) cancel(job->second, fmt::format("the wait '{}' ended without it", wait.id.value));
  }
  for (const Condition& condition : wait.spec.conditions) {
    if (condition.source != SourceKind::signal) continue;
    const auto mailbox = board_.mailboxes.find(condition.target);
    if (mailbox == board_.mailboxes.end()) continue;
    // A wait that was refused because the mailbox is another's does not close it.
    const WaitId only = only_wait_of(condition.target);
    if (mailbox->second.once && !mailbox->second.closed && (only.empty() || only == wait.id))
      record(stream_of_mailbox(condition.target), MailboxClosed{wait.id, wait.outcome});
    const bool is_waited_for = board_.waits_of_mailbox.contains(condition.target);
    board_.agenda.set(stream_of_mailbox(condition.target), flow::next_look(mailbox->second, is_waited_for));
  }
}

// The end of a wait as the world hears it; again after a restart, until its owner has it.
void Stepper::repeat_orders(const Wait& wait) {
  for (std::size_t i = 0; i < wait.conditions.size(); ++i)
    if (!wait.conditions[i].over && !wait.spec.conditions[i].cancel_request.empty())
      effects_.push_back(CancelRemote{wait.spec.conditions[i].cancel_request, wait.id});
  effects_.push_back(WaitOver{wait.id});
}

void Stepper::operator()(const CancelWait& event) {
  const auto at = board_.waits.find(event.wait);
  if (at == board_.waits.end() || at->second.over) return;
  look(at->second);  // the deadline may have passed a moment before
  if (!at->second.over)
    end(at->second,
        {.outcome = WaitOutcome::cancelled, .message = event.reason, .excerpt = at->second.excerpt, .probes = at->second.probes});
}

void Stepper::operator()(const TakeWait& event) {
  const auto at = board_.waits.find(event.wait);
  if (at == board_.waits.end() || !at->second.over || at->second.taken) return;
  record(stream_of(event.wait), WaitTaken{});
}

void Stepper::operator()(const Pushed& event) {
  board_.probes.hurry(event.request, now_);
}

void Stepper::operator()(const PushDoubted& event) {
  const std::vector<Subscriber> subscribers = board_.probes.subscribers(event.request);
  if (subscribers.empty()) return;
  board_.push_doubts[event.request] = event.why;
  for (const Subscriber& subscriber : subscribers)
    doubt_push(board_.waits.at(subscriber.wait), static_cast<std::size_t>(subscriber.condition));
  replan(event.request);
}

// The work may go on at the backend although its wait is over. A person has to look, so it stands with what is known of the wait, also
// where there are many notes; once, also where it was tried and given up again after a restart.
void Stepper::operator()(const CancelUnanswered& event) {
  const auto at = board_.waits.find(event.wait);
  if (at == board_.waits.end() || !at->second.over) return;
  const Wait& wait = at->second;
  for (std::size_t i = 0; i < wait.conditions.size(); ++i) {
    if (wait.conditions[i].over || wait.spec.conditions[i].cancel_request != event.request) continue;
    const auto number = static_cast<std::int32_t>(i);
    const bool is_told = std::any_of(wait.notes.begin(), wait.notes.end(), [&](const Note& note) {
      return note.noted.condition == number && note.noted.what == NoteKind::not_cancelled;
    });
    if (is_told) continue;
    record(stream_of(wait.id), WaitNoted{.condition = number,
                                         .what = NoteKind::not_cancelled,
                                         .text = "the backend never confirmed the cancel: " + event.why,
                                         .probes = wait.probes});
  }
}

void Stepper::operator()(const Answered& event) {
  if (const auto asked = board_.probes.answered(event.request, event.number)) give_all(event.request, event.answer, *asked);
}

void Stepper::give_all(const std::string& request, const Answer& answer, Instant asked) {
  const std::string excerpt = excerpt_of(answer, excerpt_bytes_max);
  const ReadRules* last_rules = nullptr;
  Reading reading;
  for (const Subscriber& subscriber : board_.probes.subscribers(request)) {
    const auto wait = board_.waits.find(subscriber.wait);
    if (wait == board_.waits.end()) continue;
    const auto index = static_cast<std::size_t>(subscriber.condition);
    const ReadRules& rules = wait->second.spec.conditions.at(index).rules;
    // A thousand waits of one address mostly have the same rules: the body is read once for them.
    if (last_rules == nullptr || !(*last_rules == rules)) reading = read(rules, answer, now_);
    last_rules = &rules;
    if (reading.retry_after.count() > 0) board_.probes.hold(request, reading.holds_host, now_ + reading.retry_after);
    give(wait->second, index, reading, excerpt, asked);
  }
  replan(request);
}

// The most impatient of those who share a request decides when it is asked again.
void Stepper::replan(const std::string& request) {
  Instant due = Instant::max();
  for (const Subscriber& subscriber : board_.probes.subscribers(request)) {
    const Wait& wait = board_.waits.at(subscriber.wait);
    const Millis gap = with_jitter(gap_of(wait, static_cast<std::size_t>(subscriber.condition), now_), random_);
    // The last look is asked for by the deadline itself.
    due = std::min(due, now_ + gap);
  }
  if (due != Instant::max()) board_.probes.plan(request, due);
}

Instant Stepper::next_look(const Wait& wait) const {
  if (wait.over) return wait.ended + wait_retention;
  return wait.is_looking_last ? wait.deadline + last_look_max : wait.deadline;
}

void Stepper::look(Wait& wait) {
  const std::string stream = stream_of(wait.id);
  if (wait.over) {
    if (now_ >= wait.ended + wait_retention) {
      board_.agenda.erase(stream);
      return record(stream, WaitForgotten{});
    }
  } else if (now_ >= wait.deadline) {
    const bool may_look = has_open_outside(wait) && now_ < wait.deadline + last_look_max;
    if (!may_look) return end(wait, time_out(wait, now_));
    if (!wait.is_looking_last)
      for (std::size_t i = 0; i < wait.conditions.size(); ++i)
        if (!wait.conditions[i].over && wait.spec.conditions[i].source == SourceKind::outside)
          board_.probes.hurry(wait.spec.conditions[i].request, now_);
    wait.is_looking_last = true;
  }
  board_.agenda.set(stream, next_look(wait));
}

}  // namespace tamarack::flow
