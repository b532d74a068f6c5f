// Webhooks: addresses at which somebody outside, who has no token of ours, may leave signals under one key. The address is the capability:
// who knows it may call it, and where a secret is agreed upon has to sign. Whoever calls in vain changes nothing, and is counted.
#pragma once

#include <memory>
#include <string>

#include "coordinator/flow_parts.h"
#include "coordinator/rate_limit.h"
#include "coordinator/signal_routes.h"
#include "store/hook_store.h"

namespace tamarack::coordinator {

class HookRoutes {
 public:
  // `hooks` is touched on the loop: rows by key, nothing long.
  HookRoutes(FlowParts& parts, store::HookStore& hooks, SignalRoutes& signals);

  void handle(const Call& call);
  std::uint64_t forged() const { return forged_; }
  std::uint64_t unknown() const { return unknown_; }

  static constexpr std::size_t hooks_max = 10'000;

 private:
  void create(const Call& call);
  // There may be one more; those that have expired make room.
  Result<> make_room(Instant now);
  void open_for_one_wait(const Call& call, store::HookRow hook, std::string token);
  io::Answer keep(const store::HookRow& hook, const std::string& token);
  void list(const Call& call);
  void remove(const Call& call);
  void called(const Call& call);
  void forged(const store::HookRow& hook, const std::string& why);

  FlowParts& parts_;
  store::HookStore& hooks_;
  SignalRoutes& signals_;
  std::uint64_t forged_ = 0;
  std::uint64_t unknown_ = 0;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
  RateLimit log_rate_{{.per_second = 0.2, .burst = 10}};  // lines about forged calls, of one hook
  RateLimit guess_rate_{{.per_second = 1, .burst = 60}};  // unknown tokens from one address
};

}  // namespace tamarack::coordinator
