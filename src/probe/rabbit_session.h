// One connection to RabbitMQ, for one thread, over librabbitmq. Every question has a time limit; after an error that is not about the
// question itself the session is broken and only good for being dropped.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "probe/side_thread.h"

namespace tamarack::probe {

// {"routing_key", "headers", "body"} as JSON; a body that is a JSON document is given as one.
struct RabbitMessage {
  bool exists = false;
  std::string json;
  bool truncated = false;  // the body was longer than an answer may be: only the rest is there
};

class RabbitSession {
 public:
  struct Options {
    std::string url;  // that wire/probe_request.h has accepted
    std::string ca_file;
    Millis answer_max{8'000};  // for each step
  };
  // Errors: unavailable, cancelled.
  static Result<std::unique_ptr<RabbitSession>> open(const Options& options, SideThread::Post& post);
  ~RabbitSession();
  RabbitSession(const RabbitSession&) = delete;
  RabbitSession& operator=(const RabbitSession&) = delete;

  // The oldest message of a queue, given back at once: it is marked as redelivered from then on. Errors: not_found (no such queue),
  // unavailable (refused with the broker's words, or lost).
  Result<RabbitMessage> peek(const std::string& queue);

  // A queue of our own that gets what the exchange sends to this key; it goes away with this session. The number comes with each message.
  // Errors: not_found (no such exchange), unavailable.
  Result<int> consume(const std::string& exchange, const std::string& routing_key);
  void stop(int number);
  // Messages as they come, until somebody rings or `patience` is over. Errors: unavailable.
  Result<> messages(Millis patience, const std::function<void(int number, const RabbitMessage& message)>& heard);
  bool broken() const { return broken_; }

 private:
  struct State;
  RabbitSession(std::unique_ptr<State> state, SideThread::Post& post);
  Result<> connect(const Options& options);
  Result<> log_in(const Options& options);
  // What the last answer was: nothing wrong, or an error. A channel that the broker has closed is closed on our side, too.
  Result<> outcome(int channel);
  Result<> open_channel(int channel);
  Result<> bind(int channel, const std::string& exchange, const std::string& routing_key);
  Result<bool> take_one(const std::function<void(int number, const RabbitMessage& message)>& heard);

  std::unique_ptr<State> state_;
  SideThread::Post& post_;
  bool broken_ = false;
};

}  // namespace tamarack::probe
