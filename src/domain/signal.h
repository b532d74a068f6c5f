// A signal: something pushed from outside under a key. It is kept whether or not anybody waits for it yet.
#pragma once

#include <string>

#include "base/id.h"
#include "base/time.h"

namespace tamarack::domain {

using SignalId = TextId<struct SignalTag>;

struct Signal {
  SignalId id;         // the sender's; the same id is the same signal
  std::string key;     // names the mailbox: what waits ask for
  std::string type;    // of a CloudEvent, or how it came: cli, person
  std::string sender;  // for people
  std::string data;    // JSON text, or any text; may be empty
  Instant received;
  friend bool operator==(const Signal&, const Signal&) = default;
};

}  // namespace tamarack::domain
