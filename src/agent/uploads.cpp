#include "agent/uploads.h"

#include <algorithm>

#include "client/api_client.h"

namespace tamarack::agent {

void Uploads::add(const std::string& sha256, const std::string& path) {
  if (settled_.contains(sha256) || !owed_.emplace(sha256, Content{.path = path}).second) return;
  callbacks_.on_owed(sha256);
  gather();
}

// What one turn brings is asked for together.
void Uploads::gather() {
  if (pausing_ || std::exchange(posted_, true)) return;
  loop_.post([this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    posted_ = false;
    send();
  });
}

void Uploads::try_now() {
  failures_ = 0;
  pausing_ = false;
  pause_.cancel();
  gather();
}

void Uploads::send() {
  std::vector<std::string> due;
  for (auto& [sha256, content] : owed_)
    if (!std::exchange(content.on_its_way, true)) due.push_back(sha256);
  if (due.empty()) return check_done();
  port_.missing(due, [this, due, alive = std::weak_ptr(alive_)](const Result<std::vector<wire::MissingBlob>>& missing) {
    if (alive.expired()) return;
    std::map<std::string, std::int64_t> offsets;
    if (missing)
      for (const wire::MissingBlob& blob : *missing) offsets[blob.sha256] = blob.bytes;
    for (const std::string& sha256 : due) {
      const auto content = owed_.find(sha256);
      if (content == owed_.end()) continue;
      if (!missing) {
        ended(sha256, missing.error());
      } else if (const auto offset = offsets.find(sha256); offset == offsets.end()) {
        ended(sha256, {});
      } else {
        port_.send(sha256, content->second.path, offset->second, [this, sha256, alive](const Result<>& outcome) {
          if (!alive.expired()) ended(sha256, outcome);
        });
      }
    }
  });
}

void Uploads::ended(const std::string& sha256, const Result<>& outcome) {
  const auto content = owed_.find(sha256);
  if (content == owed_.end()) return;
  content->second.on_its_way = false;
  if (outcome) {
    failures_ = 0;
    settle(sha256);
  } else if (client::is_passing(outcome.error())) {
    failed(outcome.error());
  } else {
    last_error_ = outcome.error();
    callbacks_.on_refused(sha256, outcome.error());
    settle(sha256);
  }
  check_done();
}

void Uploads::settle(const std::string& sha256) {
  owed_.erase(sha256);
  settled_.insert(sha256);
  callbacks_.on_settled(sha256);
  if (!waiting_.empty()) quiet_ = loop_.after(quiet_max_, [this] { let_go_of_waiting(); });
}

// One server is away for all of them: several failures of one try are one.
void Uploads::failed(const Error& error) {
  last_error_ = error;
  if (std::exchange(pausing_, true)) return;
  const int failures = ++failures_;  // told of trouble, somebody may have tried again and counted anew
  if (failures == 1) callbacks_.on_trouble(error);
  const Millis pause = rules_.first_pause * (1 << std::min(failures - 1, 20));
  pause_ = loop_.after(std::min(pause, rules_.pause_max), [this] {
    pausing_ = false;
    send();
  });
}

void Uploads::when_done(Millis patience, Millis quiet_max, io::Callback done) {
  waiting_.push_back(std::move(done));
  quiet_max_ = quiet_max;
  patience_ = loop_.after(patience, [this] { let_go_of_waiting(); });
  quiet_ = loop_.after(quiet_max, [this] { let_go_of_waiting(); });
  check_done();
}

void Uploads::check_done() {
  if (owed_.empty()) let_go_of_waiting();
}

void Uploads::let_go_of_waiting() {
  patience_.cancel();
  quiet_.cancel();
  for (io::Callback& one : std::exchange(waiting_, {})) loop_.post(std::move(one));
}

Result<artifact::Stored> UploadingStore::keep(const std::string& path) {
  artifact::Stored stored = TRY(inner_.keep(path));
  const std::string kept = TRY(inner_.locate(stored.sha256));
  loop_.post([weak = uploads_, sha256 = stored.sha256, kept] {
    if (const auto uploads = weak.lock()) uploads->add(sha256, kept);
  });
  return stored;
}

}  // namespace tamarack::agent
