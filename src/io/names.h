// Addresses of names. The system's look-up blocks for as long as a name server is silent, up to half a minute, and cannot be interrupted.
// So each name has a thread of its own while it is looked up, and who waits for a slow one waits alone. Asio's resolver has one thread for
// all names of a loop, which is why it is not used.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/loop.h"

namespace tamarack::io {

struct Address {
  std::string ip;  // "127.0.0.1", "::1", "fe80::1%eth0"
  std::uint16_t port = 0;
  friend bool operator==(const Address&, const Address&) = default;
};

// Blocks. In the order in which they are to be tried, at least one. Error: unavailable.
using Lookup = std::function<Result<std::vector<Address>>(const std::string& host, const std::string& port)>;
Result<std::vector<Address>> look_up_of_system(const std::string& host, const std::string& port);

// Names that are looked up at one time, of one loop. More wait until one of them ends: without a limit, a dead name server would cost a
// thread for every name there is.
inline constexpr int lookups_max = 64;

class Names {
 public:
  using Found = std::function<void(const Result<std::vector<Address>>&)>;

  explicit Names(Loop& loop, Lookup lookup = look_up_of_system);
  ~Names();  // no callback comes any more; threads that are at a look-up end by themselves and say nothing
  Names(const Names&) = delete;
  Names& operator=(const Names&) = delete;

  // `found` is called exactly once, on the loop, never from inside. Who asks for what is being looked up already shares the answer;
  // nothing is remembered after it. Numbers need no look-up.
  void look_up(const std::string& host, const std::string& port, Found found);

  struct State;

 private:
  std::shared_ptr<State> state_;
};

Names& names_of(Loop& loop);
// Tests say what names mean. Before the first look-up of this loop; the lookup is called on other threads, also after the loop has ended.
void use_lookup(Loop& loop, Lookup lookup);

}  // namespace tamarack::io
