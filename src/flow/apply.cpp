#include <algorithm>

#include "base/check.h"
#include "flow/board.h"

namespace tamarack::flow {

using domain::JobId;
using domain::WaitId;

namespace {

constexpr std::string_view job_prefix = "job:";
constexpr std::string_view wait_prefix = "wait:";
constexpr std::string_view mail_prefix = "mail:";

void count(const Entry& entry, std::int64_t& last_seq) {
  CHECK(entry.seq == last_seq + 1, "entry {} after {} in stream '{}'", entry.seq, last_seq, entry.stream);
  last_seq = entry.seq;
}

template <class Map, class Key, class Value>
void erase_from(Map& map, const Key& key, const Value& value) {
  const auto at = map.find(key);
  if (at == map.end()) return;
  at->second.erase(value);
  if (at->second.empty()) map.erase(at);
}

void apply_job(Board& board, const Entry& entry, const JobId& id) {
  if (std::holds_alternative<JobSubmitted>(entry.record)) CHECK(!board.jobs.contains(id), "job '{}' is submitted twice", id.value);
  Job& job = board.jobs[id];
  count(entry, job.last_seq);
  apply(job, entry.record, entry.at);
  const std::string& processor = job.request.processor;
  if (std::holds_alternative<JobSubmitted>(entry.record)) {
    if (!job.request.idempotency_key.empty()) board.job_of_key[job.request.idempotency_key] = id;
    if (!processor.empty()) board.unclaimed[processor].insert({job.submitted, id});
  } else if (std::holds_alternative<JobHandedOut>(entry.record)) {
    erase_from(board.unclaimed, processor, std::pair{job.submitted, id});
    board.handed_out[job.executor].insert(id);
  } else if (std::holds_alternative<JobEnded>(entry.record)) {
    erase_from(board.unclaimed, processor, std::pair{job.submitted, id});
    erase_from(board.handed_out, job.executor, id);
  } else if (std::holds_alternative<JobForgotten>(entry.record)) {
    const auto key = board.job_of_key.find(job.request.idempotency_key);
    if (key != board.job_of_key.end() && key->second == id) board.job_of_key.erase(key);
    board.jobs.erase(id);
  }
}

void subscribe(Board& board, const Wait& wait) {
  for (std::size_t i = 0; i < wait.spec.conditions.size(); ++i) {
    const Condition& condition = wait.spec.conditions[i];
    const Subscriber subscriber{wait.id, static_cast<std::int32_t>(i)};
    if (condition.source == SourceKind::job) board.waits_of_job[JobId{condition.target}].insert(subscriber);
    if (condition.source == SourceKind::signal) board.waits_of_mailbox[condition.target].insert({wait.parked, subscriber});
  }
}

void unsubscribe(Board& board, const Wait& wait, std::size_t index) {
  const Condition& condition = wait.spec.conditions.at(index);
  const Subscriber subscriber{wait.id, static_cast<std::int32_t>(index)};
  if (condition.source == SourceKind::job) erase_from(board.waits_of_job, JobId{condition.target}, subscriber);
  if (condition.source == SourceKind::signal) erase_from(board.waits_of_mailbox, condition.target, std::pair{wait.parked, subscriber});
}

void apply_wait(Board& board, const Entry& entry, const WaitId& id) {
  if (std::holds_alternative<WaitParked>(entry.record)) CHECK(!board.waits.contains(id), "wait '{}' is parked twice", id.value);
  Wait& wait = board.waits[id];
  count(entry, wait.last_seq);
  apply(wait, entry.record, entry.at);
  if (std::holds_alternative<WaitParked>(entry.record)) {
    subscribe(board, wait);
  } else if (const auto* condition = std::get_if<ConditionEnded>(&entry.record)) {
    unsubscribe(board, wait, static_cast<std::size_t>(condition->condition));
  } else if (std::holds_alternative<WaitEnded>(entry.record)) {
    for (std::size_t i = 0; i < wait.spec.conditions.size(); ++i) unsubscribe(board, wait, i);
  } else if (std::holds_alternative<WaitForgotten>(entry.record)) {
    board.waits.erase(id);
  }
}

void apply_mail(Board& board, const Entry& entry, const std::string& key) {
  if (std::holds_alternative<MailboxOpened>(entry.record)) CHECK(!board.mailboxes.contains(key), "mailbox '{}' is opened twice", key);
  Mailbox& mailbox = board.mailboxes[key];
  count(entry, mailbox.last_seq);
  apply(mailbox, entry.record, entry.at);
  if (std::holds_alternative<MailboxForgotten>(entry.record)) board.mailboxes.erase(key);
}

}  // namespace

void apply(Board& board, const Entry& entry) {
  board.latest = std::max(board.latest, entry.at);
  const std::string_view stream = entry.stream;
  if (stream.starts_with(job_prefix)) return apply_job(board, entry, JobId{std::string(stream.substr(job_prefix.size()))});
  if (stream.starts_with(wait_prefix)) return apply_wait(board, entry, WaitId{std::string(stream.substr(wait_prefix.size()))});
  if (stream.starts_with(mail_prefix)) return apply_mail(board, entry, std::string(stream.substr(mail_prefix.size())));
  const auto* started = std::get_if<ClockStarted>(&entry.record);
  CHECK(stream == "clock" && started != nullptr, "entry of an unknown stream '{}'", entry.stream);
  count(entry, board.clock_seq);
  board.clock = ClockAnchor{entry.at, {started->wall, started->since_boot, started->boot}};
}

std::string stream_of(const JobId& job) {
  return std::string(job_prefix) + job.value;
}
std::string stream_of(const WaitId& wait) {
  return std::string(wait_prefix) + wait.value;
}
std::string stream_of_mailbox(const std::string& key) {
  return std::string(mail_prefix) + key;
}

void Agenda::set(const std::string& stream, Instant at) {
  erase(stream);
  if (at == Instant::max()) return;
  order_.insert({at, stream});
  at_.emplace(stream, at);
}

void Agenda::erase(const std::string& stream) {
  const auto found = at_.find(stream);
  if (found == at_.end()) return;
  order_.erase({found->second, stream});
  at_.erase(found);
}

std::optional<Instant> Agenda::next() const {
  if (order_.empty()) return std::nullopt;
  return order_.begin()->first;
}

std::vector<std::string> Agenda::take_due(Instant now) {
  std::vector<std::string> due;
  while (!order_.empty() && order_.begin()->first <= now) {
    due.push_back(order_.begin()->second);
    at_.erase(due.back());
    order_.erase(order_.begin());
  }
  return due;
}

}  // namespace tamarack::flow
