// Answers that take seconds to make and are the same for everybody who may have them: reports. Made once for all who ask at the same time,
// kept for a while, and not made for those who have left. On the loop, but for the making.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "io/http_server.h"
#include "io/lane.h"

namespace tamarack::coordinator {

struct RenderingLimits {
  std::size_t bytes_max = 64 << 20;  // of all that is kept; what is larger by itself is not kept
  std::size_t kept_max = 16;
  Millis kept_for{600'000};  // links inside live longer
};

class Renderings {
 public:
  // Both outlive it; the lane is closed before.
  Renderings(io::Lane& lane, const Clock& clock, RenderingLimits limits = {}) : lane_(lane), clock_(clock), limits_(limits) {}

  // Equal keys are equal answers. `make` runs on the lane. 503 when too much waits there already. Only good answers (200) are kept.
  void answer(const std::string& key, const std::shared_ptr<io::Exchange>& exchange, std::function<io::Answer()> make);

  std::uint64_t made() const { return made_; }      // so far
  std::uint64_t shared() const { return shared_; }  // answers that needed no making

 private:
  struct Waiter {
    std::shared_ptr<io::Exchange> exchange;
    std::shared_ptr<bool> is_here;
  };
  struct Kept {
    std::string key;
    std::shared_ptr<const io::Answer> answer;
    Instant at;
  };
  void wait(const std::string& key, const std::shared_ptr<io::Exchange>& exchange);
  bool is_wanted(const std::string& key);
  void made(const std::string& key, const std::shared_ptr<io::Answer>& answer);
  void keep(const std::string& key, const std::shared_ptr<const io::Answer>& answer);
  void forget_old();

  io::Lane& lane_;
  const Clock& clock_;
  RenderingLimits limits_;
  std::map<std::string, std::vector<Waiter>> waiting_;  // by key: being made, or about to be
  std::deque<Kept> kept_;                               // newest first
  std::uint64_t made_ = 0;
  std::uint64_t shared_ = 0;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::coordinator
