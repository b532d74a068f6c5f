#include "coordinator/job_feeds.h"

#include <algorithm>

#include "base/text.h"
#include "coordinator/answers.h"
#include "coordinator/flow_json.h"

namespace tamarack::coordinator {

void JobFeeds::join(const Call& call, const flow::Job& job) {
  const std::string_view since = call.resume_point();
  const auto after = since.empty() ? std::optional<std::int64_t>(0) : parse_integer(since);
  if (!after) return call.exchange->answer(io::problem(400, fmt::format("expected an event's number, got '{}'", since)));
  Reader reader{.feed = nullptr, .place = parts_.limits.take(CallerLimits::name_of(call)), .after = *after};
  if (!reader.place) return call.exchange->answer(too_many_open());
  reader.feed = call.exchange->begin_events({});
  parts_.server.guests.admit(call.caller, reader.feed);
  // Who has left gives the place back at once, not with the next step of the job.
  reader.feed->on_close([this, id = job.id, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    const auto found = readers_.find(id);
    if (found == readers_.end()) return;
    std::erase_if(found->second, [](const Reader& one) { return !one.feed->open(); });
    if (found->second.empty()) readers_.erase(found);
  });
  if (tell(job, reader)) readers_[job.id].push_back(std::move(reader));
}

void JobFeeds::changed(const domain::JobId& job) {
  if (!readers_.contains(job)) return;
  changed_.insert(job);
  if (changed_.size() > 1) return;
  parts_.server.loop.post([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) tell_changed();
  });
}

void JobFeeds::tell_changed() {
  for (const domain::JobId& id : std::exchange(changed_, {})) {
    const auto found = readers_.find(id);
    if (found == readers_.end()) continue;
    const flow::Job* job = parts_.desk.job(id);
    std::vector<Reader> readers = std::move(found->second);
    readers_.erase(found);
    if (job == nullptr) continue;  // forgotten: the streams end with their feeds
    std::erase_if(readers, [&](Reader& reader) { return !reader.feed->open() || !tell(*job, reader); });
    auto& left = readers_[id];
    left.insert(left.end(), std::make_move_iterator(readers.begin()), std::make_move_iterator(readers.end()));
    if (left.empty()) readers_.erase(id);
  }
}

bool JobFeeds::tell(const flow::Job& job, Reader& reader) {
  const std::deque<JobStep>& steps = parts_.desk.steps_of(job.id);
  for (const JobStep& step : steps) {
    if (step.seq <= reader.after) continue;
    const bool is_newest = step.seq == steps.back().seq;
    reader.feed->send(std::to_string(step.seq), "status", is_newest ? job_status_json(job, WithResult::yes) : job_step_json(job, step));
    reader.after = step.seq;
  }
  if (!is_final(job.status)) return true;
  reader.feed->send("", "end", "{}");
  reader.feed->end();
  return false;
}

}  // namespace tamarack::coordinator
