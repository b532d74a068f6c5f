#include "coordinator/long_polls.h"

#include <algorithm>

#include "base/text.h"
#include "coordinator/answers.h"
#include "coordinator/asking.h"

namespace tamarack::coordinator {
namespace {

// Tags are compared weakly (RFC 9110, 13.1.2): whatever was sent as one, with or without W/.
bool is_same_tag(std::string_view field, std::string_view tag) {
  if (trim(field) == "*") return true;
  const auto strong = [](std::string_view one) { return one.starts_with("W/") ? one.substr(2) : one; };
  for (const std::string& one : split(field, ','))
    if (strong(trim(one)) == strong(tag)) return true;
  return false;
}

io::Answer with_tag(const LongPolls::Seen& seen) {
  io::Answer answer = seen.answer();
  answer.fields.emplace_back("ETag", seen.tag);
  return answer;
}

io::Answer not_modified(const std::string& tag) {
  return {.status = 304, .fields = {{"ETag", tag}, {"Cache-Control", "no-store"}}, .body = {}};
}

}  // namespace

io::Answer too_many_open() {
  io::Answer answer = io::problem(429, "so many requests of this caller wait already; let some of them end first");
  answer.fields.emplace_back("Retry-After", "1");
  return answer;
}

std::int64_t preferred_wait_s(std::string_view prefer) {
  for (const std::string& one : split(prefer, ',')) {
    const std::string_view word = trim(one);
    if (!starts_with_ignoring_case(word, "wait=")) continue;
    const auto seconds = parse_integer(trim(word.substr(5)));
    return seconds ? std::min(*seconds, long_poll_max_s) : 0;
  }
  return 0;
}

void LongPolls::answer(const Call& call, const std::string& stream, Look look) {
  const Seen seen = look();
  const std::string_view known = call.request.head.field("If-None-Match");
  const bool is_same = !known.empty() && is_same_tag(known, seen.tag);
  const std::int64_t seconds = preferred_wait_s(call.request.head.field("Prefer"));
  const bool waits = seconds > 0 && seen.may_change && (known.empty() || is_same);
  if (!waits) return call.exchange->answer(is_same ? not_modified(seen.tag) : with_tag(seen));
  auto place = limits_.take(CallerLimits::name_of(call));
  if (!place) return call.exchange->answer(too_many_open());
  const std::uint64_t number = ++last_;
  waiting_[number] = {.stream = stream,
                      .tag = seen.tag,
                      .has_seen = is_same,
                      .exchange = call.exchange,
                      .place = std::move(place),
                      .look = std::move(look),
                      .timer = loop_.after(Millis{seconds * 1000}, [this, number] { finish(number); })};
  of_stream_[stream].insert(number);
  call.exchange->on_gone([this, number, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) finish(number);  // the answer goes nowhere
  });
}

void LongPolls::finish(std::uint64_t number) {
  const auto found = waiting_.find(number);
  if (found == waiting_.end()) return;
  const Waiting one = std::move(found->second);
  waiting_.erase(found);
  auto& of_stream = of_stream_[one.stream];
  of_stream.erase(number);
  if (of_stream.empty()) of_stream_.erase(one.stream);
  const Seen seen = one.look();
  one.exchange->answer(one.has_seen && one.tag == seen.tag ? not_modified(seen.tag) : with_tag(seen));
}

void LongPolls::changed(const std::string& stream) {
  if (!of_stream_.contains(stream)) return;
  changed_.insert(stream);
  if (changed_.size() > 1) return;
  loop_.post([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) tell_changed();
  });
}

void LongPolls::tell_changed() {
  for (const std::string& stream : std::exchange(changed_, {})) {
    const auto found = of_stream_.find(stream);
    if (found == of_stream_.end()) continue;
    for (const std::uint64_t number : std::set(found->second)) {
      // Something that does not show, such as a report that was ignored, does not end the waiting.
      const auto one = waiting_.find(number);
      if (one != waiting_.end() && one->second.look().tag == one->second.tag) continue;
      finish(number);
    }
  }
}

void LongPolls::send_away() {
  const auto all = std::exchange(waiting_, {});
  of_stream_.clear();
  for (const auto& [number, one] : all) one.exchange->answer(busy("the server stops", 1));
}

}  // namespace tamarack::coordinator
