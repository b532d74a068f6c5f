#include "agent/left_behind.h"

#include <fmt/format.h>

#include "base/text.h"
#include "io/files.h"

namespace tamarack::agent {

LeftBehind::LeftBehind(io::Loop& loop, client::ApiClient& api, artifact::ArtifactStore& artifacts, LeftBehindSettings settings,
                       std::function<void(std::unique_ptr<Outgoing>)> take, io::Callback done)
    : loop_(loop), api_(api), artifacts_(artifacts), settings_(std::move(settings)), take_(std::move(take)), done_(std::move(done)) {}

void LeftBehind::start() {
  for (std::string& folder : Spool::find(settings_.folder)) folders_.push_back(std::move(folder));
  next();
}

void LeftBehind::next() {
  last_words_.reset();
  outgoing_.reset();
  if (folders_.empty())
    return loop_.post([this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) done_();
    });
  const std::string folder = std::move(folders_.front());
  folders_.pop_front();
  auto spool = Spool::open(folder);
  if (!spool) {
    const bool is_useless = spool.error().code == ErrorCode::corrupt;
    settings_.say(fmt::format("cannot read what a former process has left in '{}'{}: {}", folder, is_useless ? " and removes it" : "",
                              spool.error().message));
    if (is_useless) (void)io::remove_tree(folder).has_value();
    return next();
  }
  outgoing_ = Outgoing::restore(loop_, api_, std::move(*spool), settings_.say);
  words_ = outgoing_->spool()->waiting();
  // The same server may have got another address: whether the run is known there is asked before anything is sent.
  if (!outgoing_->has_session() && is_for_this_server()) return hand_over();
  if (!outgoing_->has_session()) return keep_for_its_server();
  if (is_for_this_server()) outgoing_->send_owed(artifacts_);
  last_words_ = std::make_unique<LastWords>(
      loop_, *outgoing_->spool(), settings_.version,
      [this](auto opened) { api_.connect("/api/v1/runs/" + outgoing_->run().value + "/link", std::move(opened)); },
      LastWords::Callbacks{.say = settings_.say,
                           .before_home =
                               [this](io::Callback home) {
                                 outgoing_->send_owed(artifacts_);
                                 outgoing_->uploads().when_done(files_patience, files_quiet_max, std::move(home));
                               },
                           .done = [this](LastWords::End end, const std::string& why) { ended(end, why); }},
      LastWords::Rules{});
  last_words_->start();
}

void LeftBehind::ended(LastWords::End end, const std::string& why) {
  Spool& spool = *outgoing_->spool();
  const std::string& run = spool.head().run.value;
  const std::string words = count_of(static_cast<std::int64_t>(words_), "message");
  last_words_.reset();
  switch (end) {
    case LastWords::End::delivered:
      settings_.say(fmt::format("has told what its former process still had to say of {}: {}", run, words));
      break;
    case LastWords::End::run_is_over:
      settings_.say(fmt::format("drops what its former process still had to say of {}, which is over: {}", run, words));
      break;
    case LastWords::End::run_is_unknown:
      if (!is_for_this_server()) return keep_for_its_server();
      settings_.say(fmt::format("drops what its former process still had to say of {}, which the server does not know: {}", run, words));
      spool.remove();
      return next();
    case LastWords::End::given_up:
      settings_.say(fmt::format("cannot tell what its former process still had to say of {} and keeps it: {}", run, why));
      return next();
  }
  spool.end_session();
  hand_over();
}

void LeftBehind::keep_for_its_server() {
  const wire::SpoolHead& head = outgoing_->spool()->head();
  settings_.say(fmt::format("keeps what its former process still owes {} of {}", head.server, head.run.value));
  next();
}

void LeftBehind::hand_over() {
  outgoing_->send_owed(artifacts_);
  if (outgoing_->files_owed() == 0)
    outgoing_->spool()->remove();
  else
    take_(std::move(outgoing_));
  next();
}

}  // namespace tamarack::agent
