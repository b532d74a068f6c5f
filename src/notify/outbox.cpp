#include "notify/outbox.h"

#include <algorithm>
#include <tuple>

#include "base/check.h"

namespace tamarack::notify {
namespace {

std::string key_of(const Delivery& delivery) {
  return "delivery/" + delivery.id;
}
std::string key_of(const std::string& remembered) {
  return "remembered/" + remembered;
}

}  // namespace

void Outbox::pop(Queue& queue, std::size_t at) {
  changes_.push_back({key_of(queue.waiting[at]), ""});
  queue.bytes -= queue.waiting[at].body.size();
  queue.waiting.erase(queue.waiting.begin() + static_cast<std::ptrdiff_t>(at));
}

void Outbox::make_room(Queue& queue) {
  while (queue.waiting.size() > limits_.deliveries_per_target || queue.bytes > limits_.bytes_per_target) {
    const std::size_t oldest = queue.under_way ? 1 : 0;
    if (oldest >= queue.waiting.size()) return;  // only the one that is under way is left
    pop(queue, oldest);
    ++dropped_;
  }
}

void Outbox::add(std::vector<Delivery> deliveries) {
  for (Delivery& delivery : deliveries) {
    Queue& queue = queues_[delivery.target];
    const auto same = [&](const Delivery& other) { return other.id == delivery.id; };
    if (queue.off || std::any_of(queue.waiting.begin(), queue.waiting.end(), same)) continue;
    changes_.push_back({key_of(delivery), to_json(delivery)});
    queue.bytes += delivery.body.size();
    queue.waiting.push_back(std::move(delivery));
    make_room(queue);
  }
}

bool Outbox::restore(const std::string& key, std::string_view json) {
  if (Result<Delivery> delivery = read_delivery(json)) {
    if (key_of(*delivery) == key) {
      Queue& queue = queues_[delivery->target];
      queue.bytes += delivery->body.size();
      queue.waiting.push_back(std::move(*delivery));
      return true;
    }
  } else if (const Result<Remembered> kept = read_remembered(json); kept && key_of(kept->name) == key) {
    remembered_[kept->name] = kept->value;
    remembered_order_.push_back(kept->name);
    return true;
  }
  changes_.push_back({key, ""});
  return false;
}

void Outbox::sort() {
  for (auto& [target, queue] : queues_) {
    std::sort(queue.waiting.begin(), queue.waiting.end(),
              [](const Delivery& a, const Delivery& b) { return std::tie(a.created, a.id) < std::tie(b.created, b.id); });
    make_room(queue);
  }
}

std::vector<Delivery> Outbox::take_due(Instant now) {
  std::vector<Delivery> due;
  for (auto& [target, queue] : queues_) {
    if (queue.under_way || queue.waiting.empty() || queue.waiting.front().next > now) continue;
    queue.under_way = true;
    due.push_back(queue.waiting.front());
  }
  return due;
}

std::optional<Instant> Outbox::next_due() const {
  std::optional<Instant> first;
  for (const auto& [target, queue] : queues_) {
    if (queue.under_way || queue.waiting.empty()) continue;
    const Instant next = queue.waiting.front().next;
    if (!first || next < *first) first = next;
  }
  return first;
}

void Outbox::settle(const Delivery& taken, const Decision& decision, const std::string& remembered) {
  Queue& queue = queues_[taken.target];
  CHECK(queue.under_way && !queue.waiting.empty() && queue.waiting.front().id == taken.id, "{}", taken.id);
  queue.under_way = false;
  if (!taken.remember.empty() && !remembered.empty()) remember(taken.remember, remembered);
  if (decision.then == Then::again) {
    Delivery& first = queue.waiting.front();
    ++first.attempts;
    first.next = decision.at;
    changes_.push_back({key_of(first), to_json(first)});
    make_room(queue);
    return;
  }
  pop(queue, 0);
  if (decision.then != Then::give_up_target) return;
  queue.off = true;
  while (!queue.waiting.empty()) pop(queue, 0);
}

std::size_t Outbox::drop_target(const std::string& target) {
  const auto found = queues_.find(target);
  if (found == queues_.end() || found->second.under_way) return 0;
  const std::size_t count = found->second.waiting.size();
  while (!found->second.waiting.empty()) pop(found->second, 0);
  queues_.erase(found);
  return count;
}

void Outbox::remember(const std::string& name, const std::string& value) {
  if (!remembered_.contains(name)) remembered_order_.push_back(name);
  remembered_[name] = value;
  changes_.push_back({key_of(name), to_json(Remembered{name, value})});
  while (remembered_order_.size() > limits_.remembered) {
    changes_.push_back({key_of(remembered_order_.front()), ""});
    remembered_.erase(remembered_order_.front());
    remembered_order_.pop_front();
  }
}

std::string Outbox::remembered(const std::string& name) const {
  const auto found = remembered_.find(name);
  return found == remembered_.end() ? std::string() : found->second;
}

std::vector<std::string> Outbox::targets() const {
  std::vector<std::string> names;
  for (const auto& [target, queue] : queues_) names.push_back(target);
  return names;
}

std::size_t Outbox::size() const {
  std::size_t count = 0;
  for (const auto& [target, queue] : queues_) count += queue.waiting.size();
  return count;
}

std::vector<Change> Outbox::take_changes() {
  return std::exchange(changes_, {});
}

}  // namespace tamarack::notify
