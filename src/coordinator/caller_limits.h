// How much one caller may keep open at once: long-polls and streams. What is taken is given back when its place goes away. On the loop.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "coordinator/server_parts.h"

namespace tamarack::coordinator {

class CallerLimits {
 public:
  // Of one token, or of one address on an open server; and of all together.
  struct Limits {
    int each_max = 500;
    int all_max = 10'000;
  };
  explicit CallerLimits(Limits limits) : state_(std::make_shared<State>(limits)) {}

  static std::string name_of(const Call& call) {
    const bool is_known = call.caller.token && !domain::is_open_caller(call.caller);
    return is_known ? call.caller.token->id.value : call.request.head.peer;
  }

  // Null: there is no place left for this caller.
  std::shared_ptr<void> take(const std::string& caller) {
    int& own = state_->each[caller];
    if (own >= state_->limits.each_max || state_->all >= state_->limits.all_max) {
      if (own == 0) state_->each.erase(caller);
      return nullptr;
    }
    ++own;
    ++state_->all;
    return {state_.get(), [state = state_, caller](void*) {
              --state->all;
              if (--state->each[caller] == 0) state->each.erase(caller);
            }};
  }
  int all() const { return state_->all; }

 private:
  struct State {
    explicit State(Limits given) : limits(given) {}
    Limits limits;
    std::map<std::string, int> each;
    int all = 0;
  };
  std::shared_ptr<State> state_;
};

// 429: so many are open already.
io::Answer too_many_open();

}  // namespace tamarack::coordinator
