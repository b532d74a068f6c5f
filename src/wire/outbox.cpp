#include "wire/outbox.h"

#include "base/check.h"
#include "wire/outbox_fit.h"

namespace tamarack::wire {
namespace {

constexpr std::size_t number_bytes_max = 20;  // of a message's number, which fitted() does not know

}  // namespace

void Outbox::keep_on(OutboxDisk& disk) {
  disk_ = &disk;
  put_on_disk();
}

void Outbox::restore(OutboxDisk& disk, const std::vector<Kept>& kept, std::int64_t acknowledged) {
  CHECK(waiting_.empty() && last_ == 0, "an outbox is restored before it is used");
  disk_ = &disk;
  last_ = sent_ = on_disk_ = acknowledged;
  for (const Kept& one : kept) {
    waiting_.push_back({.seq = one.seq, .bytes = one.bytes, .text = std::nullopt});
    last_ = on_disk_ = one.seq;
  }
  sent_ = first_waiting() - 1;
}

void Outbox::add(FromAgent message) {
  AgentEnvelope envelope{++last_, std::move(message)};
  std::string text = encode(envelope);
  if (text.size() > limits_.message_max) {
    envelope.message = fitted(envelope.message, limits_.message_max - number_bytes_max);
    text = encode(envelope);
  }
  const std::size_t bytes = text.size();
  memory_bytes_ += bytes;
  const bool is_goodbye = std::holds_alternative<Gone>(envelope.message);
  waiting_.push_back({.seq = last_, .bytes = bytes, .text = std::move(text), .is_kept = !is_goodbye});
  put_on_disk();
}

// In order: after what the disk refused nothing may lie there, or the number between them would be missing after a restart.
void Outbox::put_on_disk() {
  if (disk_ == nullptr) return;
  for (std::size_t i = waiting_.empty() || on_disk_ < waiting_.front().seq ? 0 : place_of(on_disk_) + 1; i < waiting_.size(); ++i) {
    Waiting& one = waiting_[i];
    if (!one.is_kept || !disk_->keep(one.seq, *one.text)) return;
    on_disk_ = one.seq;
    // The newest are wanted last.
    if (memory_bytes_ <= limits_.memory_max) continue;
    memory_bytes_ -= one.bytes;
    one.text.reset();
  }
}

// One that cannot be read back is lost, but its number is not: without it nothing after it would be heard.
std::string Outbox::text_of(const Waiting& one) {
  if (one.text) return *one.text;
  if (auto text = disk_->text_of(one.seq)) return *std::move(text);
  return encode(AgentEnvelope{one.seq, Beat{}});
}

std::vector<std::string> Outbox::due() {
  std::vector<std::string> texts;
  while (sent_ < last_) {
    const Waiting& next = waiting_[place_of(sent_ + 1)];
    if (on_their_way_bytes_ > 0 && on_their_way_bytes_ + next.bytes > limits_.window_max) break;
    texts.push_back(text_of(next));
    on_their_way_bytes_ += next.bytes;
    sent_ = next.seq;
  }
  return texts;
}

std::string Outbox::pack(FromAgent message) {
  add(std::move(message));
  on_their_way_bytes_ += waiting_.back().bytes;
  sent_ = last_;
  return text_of(waiting_.back());
}

void Outbox::acknowledged(std::int64_t seq) {
  const std::int64_t before = first_waiting();
  while (!waiting_.empty() && waiting_.front().seq <= seq) {
    const Waiting& one = waiting_.front();
    if (one.seq <= sent_) on_their_way_bytes_ -= one.bytes;
    if (one.text) memory_bytes_ -= one.bytes;
    waiting_.pop_front();
  }
  sent_ = std::max(sent_, first_waiting() - 1);
  // The coordinator has heard more than was left of it on a disk: its numbers are taken.
  if (seq > last_ && seq <= message_number_max) last_ = sent_ = seq;
  if (first_waiting() == before) return;
  heard_since_last_look_ = true;
  if (disk_ != nullptr) disk_->let_go(first_waiting() - 1);
}

std::vector<std::string> Outbox::repeat() {
  // While there is more than the window takes, the oldest changes with every acknowledgement and says nothing about the link.
  const bool is_behind = sent_ < last_ && heard_since_last_look_;
  const bool stalled = !waiting_.empty() && waiting_.front().seq <= sent_at_last_look_ && !is_behind;
  std::vector<std::string> texts = stalled ? all() : due();
  sent_at_last_look_ = sent_;
  heard_since_last_look_ = false;
  return texts;
}

std::vector<std::string> Outbox::all() {
  sent_ = first_waiting() - 1;
  on_their_way_bytes_ = 0;
  std::vector<std::string> texts = due();
  sent_at_last_look_ = sent_;
  return texts;
}

}  // namespace tamarack::wire
