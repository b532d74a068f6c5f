#include "coordinator/journal_feeds.h"

#include <algorithm>

#include "coordinator/run_json.h"
#include "wire/journal.h"

namespace tamarack::coordinator {

struct JournalFeeds::Looked {
  Result<std::vector<store::JournalRow>> rows = std::vector<store::JournalRow>{};
  std::int64_t after = 0;  // what was looked for begins behind it
  bool over = false;       // nothing will be added any more
};

JournalFeeds::~JournalFeeds() = default;

void JournalFeeds::join(const domain::RunId& run, std::int64_t after, std::shared_ptr<io::EventFeed> feed) {
  std::shared_ptr<Channel>& channel = channels_[run];
  if (!channel) channel = std::make_shared<Channel>(Channel{.run = run});
  channel->readers.push_back({std::move(feed), after});
  look(channel);
}

// Those who have everything up to here get it now; the others when the store is read next.
void JournalFeeds::entered(const domain::RunId& run, const run::Entry& entry) {
  const auto found = channels_.find(run);
  if (found == channels_.end()) return;
  std::string text;
  for (Reader& reader : found->second->readers) {
    if (reader.after != entry.seq - 1) continue;
    if (text.empty()) text = entry_json(entry);
    reader.feed->send(std::to_string(entry.seq), wire::kind_of(entry.record), text);
    reader.after = entry.seq;
  }
}

void JournalFeeds::look(const std::shared_ptr<Channel>& channel) {
  if (std::exchange(channel->looking, true)) return;
  std::int64_t after = INT64_MAX;
  for (const Reader& reader : channel->readers) after = std::min(after, reader.after);
  auto looked = std::make_shared<Looked>();
  looked->after = after;
  const bool active = parts_.host.is_active(channel->run);
  parts_.reading.run(
      [&store = parts_.stores.data, &settings = parts_.settings, run = channel->run, after, looked, active] {
        // In this order: what came before it was over is in the rows.
        const auto row = store.run(run);
        const auto working = settings.run_at_work ? settings.run_at_work(store) : domain::RunId{};
        looked->over = !active && row && *row && (*row)->finished && working && *working != run;
        looked->rows = store.journal(run, after);
      },
      [this, channel, looked, alive = std::weak_ptr(alive_)] {
        if (!alive.expired()) tell(channel, *looked);
      });
}

void JournalFeeds::tell(const std::shared_ptr<Channel>& channel, const Looked& looked) {
  channel->looking = false;
  if (!looked.rows) {
    channels_.erase(channel->run);  // dropping the feeds ends the streams; readers come back with their last number
    return;
  }
  for (const store::JournalRow& row : *looked.rows) {
    std::string text;
    for (Reader& reader : channel->readers) {
      if (reader.after != row.seq - 1) continue;
      if (text.empty()) text = entry_json(row);
      reader.feed->send(std::to_string(row.seq), row.kind, text);
      reader.after = row.seq;
    }
  }
  const std::int64_t last = looked.rows->empty() ? looked.after : looked.rows->back().seq;
  if (looked.over)
    for (const Reader& reader : channel->readers)
      if (reader.after >= last) reader.feed->send("", "end", "{}");
  std::erase_if(channel->readers, [&](const Reader& reader) { return !reader.feed->open() || (looked.over && reader.after >= last); });
  if (channel->readers.empty()) {
    channels_.erase(channel->run);
    return;
  }
  // The timer holds the channel, and the channel the timer: broken when nobody watches any more.
  channel->timer = parts_.loop.after(parts_.settings.poll, [this, channel, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) look(channel);
  });
}

}  // namespace tamarack::coordinator
