// Waits on behalf of the tests on this machine: one board over a memory, for all workers of this agent, so that a thousand tests that look
// at one address ask once. Nothing of it survives the process; neither do the tests that wait.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "board/board_host.h"

namespace tamarack::agent {

struct LocalWaitsParts {
  io::Loop& loop;
  const Clock& clock;
  std::function<flow::ClockReading()> machine_clock;
  std::function<std::unique_ptr<store::FlowStore>()> make_memory;  // a new, empty one each time
  probe::Prober& prober;
  std::uint64_t seed = 0;
  std::size_t remembered_max = 2'000;  // waits that are over; with more, and none open, the memory begins anew
};

class LocalWaits {
 public:
  static constexpr std::size_t open_max = 10'000;  // of all tests together

  // What is referred to outlives it.
  explicit LocalWaits(LocalWaitsParts parts);
  ~LocalWaits();
  LocalWaits(const LocalWaits&) = delete;
  LocalWaits& operator=(const LocalWaits&) = delete;

  // The outcome as JSON (wire/local_wait.h); an error when there are too many or the memory is broken.
  using Over = std::function<void(Result<std::string>)>;
  // `over` comes once, never from inside, unless the wait is dropped before.
  domain::WaitId park(flow::WaitSpec spec, Over over);
  // It ends as cancelled, and `over` hears it.
  void cancel(const domain::WaitId& wait, std::string reason);
  // The same, and nobody wants to hear.
  void drop(const domain::WaitId& wait, std::string reason);

  std::size_t open() const { return listeners_.size(); }
  std::uint64_t memories() const { return memories_; }

 private:
  struct Memory;
  void begin_memory();
  void break_down(const Error& error);
  void is_over(const domain::WaitId& wait);
  void tell(const domain::WaitId& wait, Result<std::string> outcome);
  void forget_when_idle();

  LocalWaitsParts parts_;
  Random random_;
  std::unique_ptr<Memory> memory_;
  std::map<domain::WaitId, Over> listeners_;  // open waits; an empty one was dropped
  std::uint64_t numbers_ = 0;
  std::uint64_t memories_ = 0;
  std::size_t remembered_ = 0;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::agent
