#include "coordinator/live_routes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "coordinator/answers.h"
#include "coordinator/read_run.h"
#include "report/json_writer.h"
#include "run/flows.h"

namespace tamarack::coordinator {
namespace {

constexpr Millis gathering{100};

// Of as many as the page shows by itself, and no more often than somebody reads.
constexpr std::size_t looks_max = 20;
constexpr Millis looks_interval{1'000};
// The board's line and the clock are read one after the other.
constexpr Millis same_look{100};

bool is_same(const LiveRoutes::Looks& left, const LiveRoutes::Looks& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](const auto& one, const auto& other) {
    return one.first == other.first && std::chrono::abs(one.second - other.second) < same_look;
  });
}

std::string looks_json(const LiveRoutes::Looks& looks, Instant started) {
  report::JsonWriter out;
  out.begin_object();
  out.key("waits");
  out.begin_array();
  for (const auto& [place, at] : looks) {
    out.begin_object();
    out.field("flow", std::int64_t{place.first});
    out.field("phase", std::int64_t{place.second});
    out.field("next_look_ms", (at - started).count());
    out.end_object();
  }
  out.end_array();
  out.end_object();
  return std::move(out).take();
}

}  // namespace

// `live` is touched on the reading lane only, one job at a time.
struct LiveRoutes::Channel {
  domain::RunId run;
  LiveRun live;
  bool begun = false;    // the journal as it was has been taken in
  std::int64_t seq = 0;  // of the last patch, as the loop knows it
  std::vector<std::shared_ptr<io::EventFeed>> feeds;
  std::vector<std::pair<std::shared_ptr<io::EventFeed>, std::int64_t>> joining;  // and what each has seen
  Looks looks;                                                                   // as they were told last
  Instant looks_told;
  io::Timer timer;
};

struct LiveRoutes::Looked {
  std::optional<Error> error;
  std::string patch;
  std::string whole;  // for those who have just come
  std::int64_t seq = 0;
  bool over = false;
  std::vector<LiveRun::Place> parked;
  Instant started;  // of the run
};

LiveRoutes::~LiveRoutes() = default;

void LiveRoutes::watch(Call call) {
  auto shared = std::make_shared<Call>(std::move(call));
  auto row = std::make_shared<Result<std::optional<store::RunRow>>>(std::nullopt);
  const domain::RunId run{shared->parameter("run")};
  parts_.reading.run([&store = parts_.stores.data, run, row] { *row = store.run(run); },
                     [this, shared, row, run, alive = std::weak_ptr(alive_)] {
                       if (alive.expired()) return;
                       if (!*row) return shared->exchange->answer(trouble(row->error()));
                       if (!**row || !shared->reaches((**row)->project)) return shared->exchange->answer(no_such_run(run.value));
                       join(*shared, run);
                     });
}

void LiveRoutes::join(const Call& call, const domain::RunId& run) {
  const std::int64_t seen = parse_integer(call.resume_point()).value_or(-1);
  const std::shared_ptr<io::EventFeed> feed = call.exchange->begin_events({});
  parts_.guests.admit(call.caller, feed);
  const bool is_first = !channels_.contains(run);
  std::shared_ptr<Channel>& channel = channels_[run];
  if (is_first) channel = std::make_shared<Channel>(Channel{.run = run});
  channel->joining.emplace_back(feed, seen);
  if (is_first) look(channel);
}

void LiveRoutes::look(const std::shared_ptr<Channel>& channel) {
  auto looked = std::make_shared<Looked>();
  const bool active = parts_.host.is_active(channel->run);
  const bool somebody_came = !channel->joining.empty();
  const Instant now = parts_.clock.now();
  parts_.reading.run(
      [&store = parts_.stores.data, &settings = parts_.settings, channel, looked, active, somebody_came, now] {
        const auto working = settings.run_at_work ? settings.run_at_work(store) : domain::RunId{};
        const bool at_work = active || (working && *working == channel->run);
        const auto entries = load_journal(store, channel->run, channel->live.seq());
        if (!entries) {
          looked->error = entries.error();
          return;
        }
        for (const run::Entry& entry : *entries) channel->live.take(entry);
        // Whoever comes first begins with the report, which has all of this.
        if (!channel->begun) channel->live.forget_changes();
        channel->begun = true;
        looked->patch = channel->live.take_patch(at_work, now);
        if (somebody_came) looked->whole = channel->live.whole_patch(at_work, now);
        looked->seq = channel->live.seq();
        looked->over = !at_work;
        if (active) looked->parked = channel->live.parked(looks_max);
        looked->started = channel->live.started();
      },
      [this, channel, looked, alive = std::weak_ptr(alive_)] {
        if (!alive.expired()) tell(channel, *looked);
      });
}

void LiveRoutes::tell(const std::shared_ptr<Channel>& channel, const Looked& looked) {
  if (looked.error) {
    channels_.erase(channel->run);  // dropping the feeds ends the streams; readers come back
    return;
  }
  channel->seq = looked.seq;
  if (!looked.patch.empty())
    for (const auto& feed : channel->feeds) feed->send(std::to_string(looked.seq), "patch", looked.patch);
  // Who came meanwhile is told with the next look.
  const auto joining = looked.whole.empty() ? decltype(channel->joining){} : std::exchange(channel->joining, {});
  for (const auto& [feed, seen] : joining) {
    channel->feeds.push_back(feed);
    if (seen == looked.seq) continue;
    feed->send(std::to_string(looked.seq), "snapshot", fmt::format(R"({{"seq":{}}})", looked.seq - 1));
    feed->send(std::to_string(looked.seq), "patch", looked.whole);
  }
  tell_looks(*channel, looked, !joining.empty());
  std::erase_if(channel->feeds, [](const auto& feed) { return !feed->open(); });
  if (looked.over)
    for (const auto& feed : channel->feeds) feed->send("", "end", "{}");
  if (looked.over) channel->feeds.clear();
  if (channel->feeds.empty() && channel->joining.empty()) {
    channels_.erase(channel->run);
    return;
  }
  // The timer holds the channel, and the channel the timer: broken when nobody watches, or when the run is over.
  channel->timer = parts_.loop.after(gathering, [this, channel, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) look(channel);
  });
}

// Nothing of this is in a journal: it has no number, and whoever comes back is told anew.
void LiveRoutes::tell_looks(Channel& channel, const Looked& looked, bool somebody_came) {
  const Instant now = parts_.clock.now();
  if (!somebody_came && now - channel.looks_told < looks_interval) return;
  Looks looks;
  for (const LiveRun::Place& place : looked.parked)
    if (const auto at = parts_.host.next_look(run::wait_id_of(channel.run, place.first, place.second))) looks[place] = *at;
  const bool is_news = somebody_came ? !looks.empty() : !is_same(looks, channel.looks);
  if (!is_news) return;
  for (const auto& feed : channel.feeds) feed->send("", "looks", looks_json(looks, looked.started));
  channel.looks = std::move(looks);
  channel.looks_told = now;
}

}  // namespace tamarack::coordinator
