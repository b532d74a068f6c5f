// Signals over HTTP: what somebody leaves under a key, and which keys are waited for.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "coordinator/flow_parts.h"

namespace tamarack::coordinator {

class SignalRoutes {
 public:
  explicit SignalRoutes(FlowParts& parts) : parts_(parts) {}

  void handle(const Call& call);
  // `key` with its project in front. `answered` gets the HTTP answer, once, on the loop, when the signal is durable.
  void deliver(domain::Signal signal, std::function<void(const io::Answer&)> answered);
  const std::map<flow::SignalAnswer, std::uint64_t>& answered() const { return counts_; }

 private:
  void send(const Call& call);
  void list(const Call& call);
  std::string project_for(const Call& call, const std::string& wished, const std::string& key) const;

  FlowParts& parts_;
  std::map<flow::SignalAnswer, std::uint64_t> counts_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

// What is wrong with the key of a mailbox; empty: nothing.
std::string problem_of_key(std::string_view key);

}  // namespace tamarack::coordinator
