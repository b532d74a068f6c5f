#include "coordinator/renderings.h"

#include <algorithm>
#include <utility>

#include "coordinator/asking.h"

namespace tamarack::coordinator {
namespace {

constexpr std::int64_t retry_s = 5;

}  // namespace

void Renderings::answer(const std::string& key, const std::shared_ptr<io::Exchange>& exchange, std::function<io::Answer()> make) {
  forget_old();
  const auto known = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& one) { return one.key == key; });
  if (known != kept_.end()) {
    ++shared_;
    return exchange->answer(*known->answer);
  }
  if (waiting_.contains(key)) {
    ++shared_;
    return wait(key, exchange);
  }
  auto answer = std::make_shared<io::Answer>();
  wait(key, exchange);
  const bool has_room = lane_.try_run([answer, make = std::move(make)] { *answer = make(); },
                                      [this, key, answer, alive = std::weak_ptr(alive_)] {
                                        if (!alive.expired()) made(key, answer);
                                      },
                                      [this, key] { return is_wanted(key); });
  if (has_room) return;
  waiting_.erase(key);
  exchange->answer(busy("too many reports are being made", retry_s));
}

void Renderings::wait(const std::string& key, const std::shared_ptr<io::Exchange>& exchange) {
  auto is_here = std::make_shared<bool>(true);
  exchange->on_gone([is_here] { *is_here = false; });
  waiting_[key].push_back({exchange, std::move(is_here)});
}

// Asked on the loop, right before it would be made; when nobody is left, whoever asks next begins anew.
bool Renderings::is_wanted(const std::string& key) {
  const auto found = waiting_.find(key);
  if (found == waiting_.end()) return false;
  std::erase_if(found->second, [](const Waiter& one) { return !*one.is_here; });
  if (!found->second.empty()) return true;
  waiting_.erase(found);
  return false;
}

void Renderings::made(const std::string& key, const std::shared_ptr<io::Answer>& answer) {
  ++made_;
  const auto waiters = waiting_.extract(key);
  if (!waiters.empty())
    for (const Waiter& one : waiters.mapped()) one.exchange->answer(*answer);
  if (answer->status == 200) keep(key, answer);
}

void Renderings::keep(const std::string& key, const std::shared_ptr<const io::Answer>& answer) {
  if (answer->body.size() > limits_.bytes_max) return;
  kept_.push_front({key, answer, clock_.now()});
  std::size_t bytes = 0;
  std::size_t kept = 0;
  for (; kept < kept_.size() && kept < limits_.kept_max; ++kept) {
    bytes += kept_[kept].answer->body.size();
    if (bytes > limits_.bytes_max) break;
  }
  kept_.resize(kept);
}

void Renderings::forget_old() {
  while (!kept_.empty() && clock_.now() - kept_.back().at >= limits_.kept_for) kept_.pop_back();
}

}  // namespace tamarack::coordinator
