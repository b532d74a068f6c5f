#include "agent/last_words.h"

#include "client/api_client.h"

namespace tamarack::agent {

LastWords::LastWords(io::Loop& loop, Spool& spool, std::string version, Connect connect, Callbacks callbacks, Rules rules)
    : loop_(loop),
      spool_(spool),
      version_(std::move(version)),
      connect_(std::move(connect)),
      callbacks_(std::move(callbacks)),
      rules_(rules) {
  spool_.restore(outbox_);
}

void LastWords::connect() {
  connect_([this, alive = std::weak_ptr(alive_)](Result<std::unique_ptr<io::Link>> link) {
    if (alive.expired() || over_) return;
    if (link) return open(std::move(*link));
    const Error& error = link.error();
    if (error.code == ErrorCode::not_found) return end(End::run_is_unknown);
    if (error.code == ErrorCode::conflict) return end(End::run_is_over);
    if (!client::is_passing(error)) return end(End::given_up, error.message);
    patience_.cancel();
    waits_ = false;
    if (++failures_ == 2) callbacks_.say("cannot reach the server and goes on trying: " + error.message);
    pause_ = loop_.after(client::pause_before(failures_), [this] { connect(); });
  });
}

void LastWords::open(std::unique_ptr<io::Link> link) {
  link_ = std::move(link);
  welcomed_ = false;
  link_->on_message([this](const std::string& text) { hear(text); });
  link_->on_close([this, which = link_.get(), alive = std::weak_ptr(alive_)] {
    // Not from inside the link's own callback.
    loop_.post([this, which, alive] {
      if (!alive.expired() && which == link_.get()) closed();
    });
  });
  if (!waits_) wait_for_progress();
  greet();
}

void LastWords::closed() {
  link_.reset();
  greeting_.cancel();
  if (over_) return;
  if (!said_goodbye_) was_heard_ = outbox_.is_empty();
  if (said_goodbye_ || sent_home_) return end(was_heard_ ? End::delivered : End::run_is_over);
  pause_ = loop_.after(client::pause_before(++failures_), [this] { connect(); });
}

void LastWords::greet() {
  if (welcomed_ || !link_ || over_) return;
  const wire::SpoolHead& head = spool_.head();
  link_->send(wire::encode(wire::AgentEnvelope{0, wire::Hello{.agent = head.agent,
                                                              .version = version_,
                                                              .workers = head.workers,
                                                              .labels = {},
                                                              .session = head.session,
                                                              .next = outbox_.first_waiting(),
                                                              .last_words = true}}));
  greeting_ = loop_.after(rules_.heartbeat, [this] { greet(); });
}

void LastWords::hear(const std::string& text) {
  if (over_) return;
  const auto message = wire::decode_to_agent(text);
  if (!message) return;
  if (const auto* refused = std::get_if<wire::Refused>(&*message)) return end(End::given_up, refused->reason);
  if (std::holds_alternative<wire::GoHome>(*message) && !std::exchange(sent_home_, true)) {
    patience_.cancel();
    if (!said_goodbye_) goodbye_.cancel();
    return callbacks_.before_home([this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) say_goodbye();
    });
  }
  if (std::holds_alternative<wire::Welcome>(*message) && !std::exchange(welcomed_, true)) {
    greeting_.cancel();
    for (std::string& one : outbox_.all()) link_->send(std::move(one));
    return say_due();
  }
  if (const auto* heard = std::get_if<wire::Acknowledged>(&*message)) {
    outbox_.acknowledged(heard->seq);
    failures_ = 0;
    if (!sent_home_) wait_for_progress();
    say_due();
  }
}

void LastWords::say_due() {
  if (!welcomed_ || !link_) return;
  if (outbox_.is_empty() && !sent_home_ && !said_goodbye_) goodbye_ = loop_.after(rules_.goodbye_pause, [this] { say_goodbye(); });
  for (std::string& one : outbox_.due()) link_->send(std::move(one));
}

void LastWords::say_goodbye() {
  if (over_ || !link_ || std::exchange(said_goodbye_, true)) return;
  was_heard_ = outbox_.is_empty();
  outbox_.add(wire::Gone{"its process had ended"});
  goodbye_ = loop_.after(rules_.goodbye_max, [this] { end(was_heard_ ? End::delivered : End::run_is_over); });
  for (std::string& one : outbox_.due()) link_->send(std::move(one));
}

void LastWords::wait_for_progress() {
  waits_ = true;
  patience_ = loop_.after(rules_.patience, [this] { end(End::given_up, "the server does not acknowledge what it is told"); });
}

void LastWords::end(End end, std::string why) {
  if (std::exchange(over_, true)) return;
  greeting_.cancel();
  patience_.cancel();
  goodbye_.cancel();
  loop_.post([end, why = std::move(why), done = callbacks_.done, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) done(end, why);
  });
}

}  // namespace tamarack::agent
