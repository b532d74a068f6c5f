#include <algorithm>

#include "flow/board.h"

// The invariants that apply() checks, as questions to an entry that was read from outside: bytes on a disk can be anything.
namespace tamarack::flow {

using domain::JobId;
using domain::WaitId;

namespace {

template <class... Records>
bool is_one_of(const Record& record) {
  return (std::holds_alternative<Records>(record) || ...);
}

std::string wrong_number(const Entry& entry, std::int64_t last_seq) {
  if (entry.seq == last_seq + 1) return {};
  return fmt::format("it follows entry {}", last_seq);
}

// A stream begins with its opening and has no second one.
std::string wrong_place(bool is_known, bool is_opening) {
  if (is_known && is_opening) return "the stream was begun before";
  if (!is_known && !is_opening) return "the stream does not begin with it";
  return {};
}

std::string objection(const Job& job, const Record& record) {
  const bool is_over = is_final(job.status);
  if (const auto* handed = std::get_if<JobHandedOut>(&record))
    return job.epoch != 0 || handed->epoch == 0 || !may_follow(job.status, domain::JobStatus::queued) ? "the job is handed out twice" : "";
  if (const auto* advanced = std::get_if<JobAdvanced>(&record)) {
    const bool forward = advanced->status == job.status || may_follow(job.status, advanced->status);
    return !forward || is_final(advanced->status) ? "the job moves back" : "";
  }
  if (const auto* ended = std::get_if<JobEnded>(&record))
    return is_over || !is_final(ended->status) ? "the job ends twice, or does not end" : "";
  return {};
}

std::string objection(const Wait& wait, const Record& record) {
  const auto is_condition = [&](std::int32_t index) { return index >= 0 && static_cast<std::size_t>(index) < wait.conditions.size(); };
  if (const auto* noted = std::get_if<WaitNoted>(&record)) return is_condition(noted->condition) ? "" : "the wait has no such condition";
  if (const auto* ended = std::get_if<ConditionEnded>(&record)) {
    if (!is_condition(ended->condition)) return "the wait has no such condition";
    return wait.over || wait.conditions[static_cast<std::size_t>(ended->condition)].over ? "the condition ends twice" : "";
  }
  if (const auto* ended = std::get_if<WaitEnded>(&record)) {
    if (ended->condition != -1 && !is_condition(ended->condition)) return "the wait has no such condition";
    return wait.over ? "the wait ends twice" : "";
  }
  if (std::holds_alternative<WaitTaken>(record)) return wait.over && !wait.taken ? "" : "the wait is taken before its end, or twice";
  return {};
}

std::string objection(const Mailbox& mailbox, const Record& record) {
  if (const auto* stored = std::get_if<SignalStored>(&record))
    return mailbox.ids.contains(stored->signal.id) ? "the signal is stored twice" : "";
  const domain::SignalId* id = nullptr;
  if (const auto* consumed = std::get_if<SignalConsumed>(&record)) id = &consumed->id;
  if (const auto* expired = std::get_if<SignalExpired>(&record)) id = &expired->id;
  if (id == nullptr) return {};
  const auto counts = [&](const StoredSignal& one) { return one.signal.id == *id && !one.late && !one.expired && one.consumed_by.empty(); };
  return std::any_of(mailbox.signals.begin(), mailbox.signals.end(), counts) ? "" : "there is no such signal that counts";
}

template <class Map, class Key>
std::string objection_in(const Map& things, const Key& key, const Entry& entry, bool is_opening) {
  const auto known = things.find(key);
  const bool is_known = known != things.end();
  if (std::string place = wrong_place(is_known, is_opening); !place.empty()) return place;
  if (std::string number = wrong_number(entry, is_known ? known->second.last_seq : 0); !number.empty()) return number;
  return is_known ? objection(known->second, entry.record) : std::string{};
}

constexpr std::string_view other_name = "it names another stream";

std::string objection_to_wait(const Board& board, const Entry& entry, const WaitId& id) {
  const auto* parked = std::get_if<WaitParked>(&entry.record);
  if (parked != nullptr && parked->wait != id) return std::string(other_name);
  if (parked != nullptr && parked->spec.conditions.size() > 1'000) return "the wait has too many conditions";
  if (!is_one_of<WaitParked, WaitNoted, ConditionEnded, WaitEnded, WaitTaken, WaitForgotten>(entry.record)) return "it is not of a wait";
  return objection_in(board.waits, id, entry, parked != nullptr);
}

std::string objection_to_job(const Board& board, const Entry& entry, const JobId& id) {
  const auto* submitted = std::get_if<JobSubmitted>(&entry.record);
  if (submitted != nullptr && submitted->job != id) return std::string(other_name);
  if (!is_one_of<JobSubmitted, JobHandedOut, JobAdvanced, JobCancelAsked, JobEnded, JobReportIgnored, JobForgotten>(entry.record))
    return "it is not of a job";
  return objection_in(board.jobs, id, entry, submitted != nullptr);
}

std::string objection_to_mail(const Board& board, const Entry& entry, const std::string& key) {
  const auto* opened = std::get_if<MailboxOpened>(&entry.record);
  if (opened != nullptr && opened->key != key) return std::string(other_name);
  if (!is_one_of<MailboxOpened, SignalStored, SignalRepeated, SignalConsumed, SignalExpired, MailboxClosed, MailboxForgotten>(entry.record))
    return "it is not of a mailbox";
  return objection_in(board.mailboxes, key, entry, opened != nullptr);
}

}  // namespace

std::string objection_to(const Board& board, const Entry& entry) {
  if (entry.stream.starts_with("job:")) return objection_to_job(board, entry, JobId{entry.stream.substr(4)});
  if (entry.stream.starts_with("wait:")) return objection_to_wait(board, entry, WaitId{entry.stream.substr(5)});
  if (entry.stream.starts_with("mail:")) return objection_to_mail(board, entry, entry.stream.substr(5));
  if (entry.stream != "clock" || !std::holds_alternative<ClockStarted>(entry.record)) return "there are no such streams";
  return wrong_number(entry, board.clock_seq);
}

}  // namespace tamarack::flow
