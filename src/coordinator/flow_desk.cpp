#include "coordinator/flow_desk.h"

namespace tamarack::coordinator {
namespace {

template <class Told, class What>
void tell_all(const std::vector<Told>& all, const What& what) {
  for (const Told& told : all) told(what);
}

}  // namespace

FlowDesk::FlowDesk(io::Loop& loop, const Clock& clock, store::FlowStore& store, io::Lane& writing, probe::Prober& prober,
                   const FlowDeskSettings& settings, std::function<void(const Error&)> on_broken)
    : random_(settings.seed),
      host_(loop, clock, settings.machine_clock, random_, store, writing, prober, settings.options,
            {.on_entry = [this](const flow::Entry& entry) { take(entry); },
             .on_wait_over = [this](const domain::WaitId& wait) { tell_all(wait_over_, wait); },
             .on_start_job = [this](const flow::StartJob& start) { tell_all(start_, start); },
             .on_stop_job = [this](const flow::StopJob& stop) { tell_all(stop_, stop); },
             .on_broken = std::move(on_broken)}) {}

Result<> FlowDesk::restore() {
  const Result<> done = host_.restore();
  restored_ = true;
  return done;
}

void FlowDesk::take(const flow::Entry& entry) {
  const bool is_job = entry.stream.starts_with("job:");
  const bool is_wait = entry.stream.starts_with("wait:");
  // Before it is gone.
  if (std::holds_alternative<flow::JobForgotten>(entry.record)) {
    const domain::JobId id{entry.stream.substr(4)};
    jobs_by_time_.erase({shown_.jobs.at(id).submitted, id});
    steps_.erase(id);
  } else if (std::holds_alternative<flow::WaitForgotten>(entry.record)) {
    const domain::WaitId id{entry.stream.substr(5)};
    waits_by_time_.erase({shown_.waits.at(id).parked, id});
  }
  flow::apply(shown_, entry);
  if (is_job) note_step(entry);
  if (const auto* parked = std::get_if<flow::WaitParked>(&entry.record); is_wait && parked != nullptr)
    waits_by_time_.insert({entry.at, parked->wait});
  if (const auto* ended = std::get_if<flow::WaitEnded>(&entry.record); ended != nullptr && restored_) ++waits_ended_[ended->outcome];
  tell_all(entered_, entry);
}

void FlowDesk::note_step(const flow::Entry& entry) {
  const domain::JobId id{entry.stream.substr(4)};
  const flow::Job* now = job(id);
  if (now == nullptr || std::holds_alternative<flow::JobReportIgnored>(entry.record)) return;
  if (std::holds_alternative<flow::JobSubmitted>(entry.record)) jobs_by_time_.insert({entry.at, id});
  std::deque<JobStep>& steps = steps_[id];
  steps.push_back(
      {.seq = entry.seq, .at = entry.at, .status = now->status, .stage = now->stage, .progress = now->progress, .executor = now->executor});
  if (steps.size() > steps_max) steps.pop_front();
}

const flow::Job* FlowDesk::job(const domain::JobId& id) const {
  const auto found = shown_.jobs.find(id);
  return found == shown_.jobs.end() ? nullptr : &found->second;
}

const flow::Wait* FlowDesk::wait(const domain::WaitId& id) const {
  const auto found = shown_.waits.find(id);
  return found == shown_.waits.end() ? nullptr : &found->second;
}

const std::deque<JobStep>& FlowDesk::steps_of(const domain::JobId& id) const {
  static const std::deque<JobStep> none;
  const auto found = steps_.find(id);
  return found == steps_.end() ? none : found->second;
}

}  // namespace tamarack::coordinator
