#include <algorithm>

#include "base/check.h"
#include "flow/stepper.h"

namespace tamarack::flow {

using domain::JobId;
using domain::JobStatus;

void Stepper::record_all(Job& job, std::vector<Record> facts) {
  const JobId id = job.id;
  const std::string stream = stream_of(id);
  const bool was_open = !is_final(job.status);
  for (Record& fact : facts) record(stream, std::move(fact));
  const auto left = board_.jobs.find(id);
  if (left == board_.jobs.end()) return board_.agenda.erase(stream);
  // What was handed out and is over for us may still be at work: given up as silent, or cancelled before it began.
  const bool ended_here = was_open && is_final(left->second.status) && left->second.epoch > 0;
  if (ended_here && !left->second.reason.empty()) effects_.push_back(StopJob{id, left->second.executor});
  board_.agenda.set(stream, flow::next_look(left->second, board_.waits_of_job.contains(id)));
  if (!facts.empty()) tell_waits_of(id);
}

void Stepper::tell_waits_of(const JobId& job) {
  const auto found = board_.waits_of_job.find(job);
  if (found == board_.waits_of_job.end()) return;
  for (const Subscriber& subscriber : std::set(found->second)) {
    const auto wait = board_.waits.find(subscriber.wait);
    if (wait != board_.waits.end()) read_job(wait->second, static_cast<std::size_t>(subscriber.condition));
  }
}

void Stepper::cancel(Job& job, const std::string& reason) {
  std::vector<Record> facts = hear_cancel(job, reason);
  const bool is_asked = facts.size() == 1 && std::holds_alternative<JobCancelAsked>(facts.front());
  if (is_asked) effects_.push_back(StopJob{job.id, job.executor});
  record_all(job, std::move(facts));
}

void Stepper::operator()(const SubmitJob& event) {
  const std::string& key = event.request.idempotency_key;
  const auto same = board_.job_of_key.find(key);
  if (!key.empty() && same != board_.job_of_key.end()) {
    const bool is_same = board_.jobs.at(same->second).request.digest == event.request.digest;
    effects_.push_back(SubmissionAnswered{event.job, is_same ? same->second : JobId{}, is_same ? Submission::same : Submission::conflict});
    return;
  }
  // An id that is there already belongs to somebody who asked before and did not hear the answer.
  if (board_.jobs.contains(event.job)) {
    effects_.push_back(SubmissionAnswered{event.job, event.job, Submission::same});
    return;
  }
  if (board_.jobs.size() >= board_.options.jobs_max) {
    effects_.push_back(SubmissionAnswered{event.job, {}, Submission::full});
    return;
  }
  record(stream_of(event.job), JobSubmitted{event.job, event.request});
  effects_.push_back(SubmissionAnswered{event.job, event.job, Submission::accepted});
}

void Stepper::operator()(const ReportJob& event) {
  const auto at = board_.jobs.find(event.job);
  if (at == board_.jobs.end()) return;
  record_all(at->second, hear_report(at->second, event.report, now_));
}

void Stepper::operator()(const CancelJob& event) {
  const auto at = board_.jobs.find(event.job);
  if (at != board_.jobs.end()) cancel(at->second, event.reason);
}

void Stepper::operator()(const ClaimJob& event) {
  const std::pair<Instant, JobId>* oldest = nullptr;
  for (const std::string& processor : event.processors) {
    const auto queue = board_.unclaimed.find(processor);
    if (queue == board_.unclaimed.end()) continue;
    if (oldest == nullptr || *queue->second.begin() < *oldest) oldest = &*queue->second.begin();
  }
  if (oldest == nullptr) return;
  Job& job = board_.jobs.at(oldest->second);
  effects_.push_back(StartJob{job.id, event.executor, 1});
  record_all(job, {JobHandedOut{event.executor, 1}});
}

void Stepper::operator()(const ExecutorHeard& event) {
  const auto holds = [&](const Job& job) {
    return std::any_of(event.held.begin(), event.held.end(),
                       [&](const HeldJob& held) { return held.job == job.id && held.epoch == job.epoch; });
  };
  // What it holds and should not is stopped: cancelled or given up while it did not listen.
  for (const HeldJob& held : event.held) {
    const auto at = board_.jobs.find(held.job);
    const bool is_its =
        at != board_.jobs.end() && !is_final(at->second.status) && at->second.epoch == held.epoch && at->second.executor == event.executor;
    if (!is_its || at->second.cancel_asked) effects_.push_back(StopJob{held.job, event.executor});
  }
  const auto handed = board_.handed_out.find(event.executor);
  if (handed == board_.handed_out.end()) return;
  for (const JobId& id : std::set(handed->second)) {
    Job& job = board_.jobs.at(id);
    if (holds(job)) {
      job.heard = now_;
      board_.agenda.set(stream_of(id), flow::next_look(job, board_.waits_of_job.contains(id)));
    } else if (is_begun(job.status)) {
      record_all(job, {JobEnded{.status = JobStatus::lost, .reason = fmt::format("'{}' does not have it any more", event.executor)}});
    } else {
      effects_.push_back(StartJob{id, event.executor, job.epoch});  // the order never arrived
    }
  }
}

void Stepper::operator()(const ExecutorGone& event) {
  const auto handed = board_.handed_out.find(event.executor);
  if (handed == board_.handed_out.end()) return;
  for (const JobId& id : std::set(handed->second))
    record_all(board_.jobs.at(id), {JobEnded{.status = JobStatus::lost, .reason = event.reason}});
}

}  // namespace tamarack::flow
