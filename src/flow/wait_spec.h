// What a wait waits for: a value that is journaled when the wait is parked, checked then, and never changed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "flow/pace.h"
#include "flow/rules.h"

namespace tamarack::flow {

inline constexpr std::size_t conditions_max = 16;
inline constexpr Millis wait_limit_max{30LL * 86'400'000};

enum class SourceKind {
  job,      // of Tamarack: the board itself knows it
  signal,   // in the mailbox `target`
  outside,  // looked at by probes
};
std::string_view to_string(SourceKind kind);

struct Condition {
  std::string name;
  SourceKind source = SourceKind::outside;
  std::string target;   // job id, key of a mailbox, or for outside the address as people read it
  std::string request;  // outside: everything the shell needs to ask; the same text is the same probe
  std::string host;     // outside: whose budget it is, such as "http://app:8000"
  bool pushed = false;  // outside: a push is expected, so probes are only the net
  ReadRules rules;
  std::int32_t hold_times = 1;       // outside: satisfied by so many answers in a row
  bool cancel_when_dropped = false;  // job: it is cancelled when the wait ends without it
  std::string cancel_request;        // outside: what the shell sends then; empty: nothing
  friend bool operator==(const Condition&, const Condition&) = default;
};

enum class Join { all, any };
std::string_view to_string(Join join);

struct WaitSpec {
  std::string name;
  std::string owner;  // for people: the run, flow or test that is parked
  Join join = Join::all;
  std::vector<Condition> conditions;
  Millis limit{600'000};  // until the deadline, from parking
  Pace pace;
  std::vector<std::string> problems;  // found by the caller when it filled in captures (placeholder.h): such a wait is invalid at once
  friend bool operator==(const WaitSpec&, const WaitSpec&) = default;
};

// Everything that makes it a wait that could never end well. Empty: nothing.
std::vector<std::string> problems_of(const WaitSpec& spec);

}  // namespace tamarack::flow
