// Tells others what happened to runs: the shell around compose, outbox and retry. At least once and in order per target: a request is sent
// again until it is taken, given up, or a day old; what is owed survives a restart when the caller keeps what `keep` says. Telling never
// blocks and never fails a run; what goes wrong is a warning. On the loop's thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/time.h"
#include "config/server_file.h"
#include "io/loop.h"
#include "notify/news.h"
#include "notify/outbox.h"
#include "notify/secret_source.h"
#include "report/report_view.h"

namespace tamarack::notify {

struct NotifierHooks {
  // Keep `json` under `key`; an empty text: forget the key. Holds no secret. May be called from inside tell and restore. Not set: a restart
  // loses what is owed.
  std::function<void(const std::string& key, const std::string& json)> keep;
  // For the log; secrets are masked.
  std::function<void(const std::string&)> warn;
};

struct NotifierSettings {
  config::ServerFile file;
  SecretSource secrets;
  RetryRules retries;
  OutboxLimits limits;
};

struct NotifierCounts {
  std::uint64_t delivered = 0;
  std::uint64_t attempts_failed = 0;  // each is tried again or given up
  std::uint64_t given_up = 0;
  std::uint64_t dropped = 0;  // for want of room
  std::size_t waiting = 0;    // now
};

class Notifier {
 public:
  // Loop and clock outlive it.
  Notifier(io::Loop& loop, const Clock& clock, Random random, NotifierSettings settings, NotifierHooks hooks);
  ~Notifier();  // what is under way counts as not delivered
  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  // What was kept before the restart, in any order; before the first tell. Sending begins from here.
  struct Kept {
    std::string key;
    std::string json;
  };
  void restore(const std::vector<Kept>& kept);

  void tell(const report::ReportView& view, const News& news);
  // The same in two steps, for a caller who composes (compose.h) on another thread: a large run takes a second.
  void deliver(std::vector<Delivery> deliveries);

  NotifierCounts counts() const;

 private:
  struct Core;
  std::shared_ptr<Core> core_;
};

}  // namespace tamarack::notify
