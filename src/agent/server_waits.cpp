#include "agent/server_waits.h"

#include <fmt/format.h>

#include <algorithm>

#include "io/http_message.h"

namespace tamarack::agent {
namespace {

constexpr int poll_seconds = 25;
constexpr Millis poll_silence{(poll_seconds + 20) * 1000};
constexpr Millis park_patience{30'000};
constexpr int failures_max = 40;  // pauses of ten seconds in the end: some six minutes without the server
constexpr std::uint64_t answer_max = 8 << 20;

std::string path_of(const std::string& there) {
  return "/api/v1/waits/" + io::url_segment(there);
}

}  // namespace

Decider decider_of(const flow::WaitSpec& spec) {
  const auto outside = std::ranges::count(spec.conditions, flow::SourceKind::outside, &flow::Condition::source);
  if (outside == std::ssize(spec.conditions)) return Decider::agent;
  return outside == 0 ? Decider::server : Decider::nobody;
}

ApiServerWaits::Open* ApiServerWaits::find(const domain::WaitId& wait) {
  const auto found = open_.find(wait);
  return found == open_.end() ? nullptr : &found->second;
}

domain::WaitId ApiServerWaits::park(const std::string& wish, const std::string& project, Over over) {
  const domain::WaitId wait{fmt::format("s-{}", ++numbers_)};
  open_[wait].over = std::move(over);
  // Sent again, it may be parked twice; what nobody follows ends by its own limit and takes nothing from anybody but signals.
  api_.call({.method = "POST",
             .path = project.empty() ? "/api/v1/waits" : "/api/v1/waits?project=" + io::url_segment(project),
             .body = wish,
             .patience = park_patience,
             .answer_max = answer_max},
            [this, wait](const Result<std::string>& body) { parked(wait, body); });
  return wait;
}

void ApiServerWaits::parked(const domain::WaitId& wait, const Result<std::string>& body) {
  Open* open = find(wait);
  if (open == nullptr) return;
  if (!body) return end(wait, body.error());
  open->there = wire::parked_wait_id(*body);
  if (open->there.empty()) return end(wait, make_error(ErrorCode::corrupt, "the server's answer names no wait"));
  if (open->cancelled) send_cancel(open->there);
  if (!open->over) return void(open_.erase(wait));
  follow(wait);
}

void ApiServerWaits::follow(const domain::WaitId& wait) {
  Open* open = find(wait);
  if (open == nullptr) return;
  io::ClientRequest request = api_.request("GET", path_of(open->there));
  request.fields.emplace_back("Prefer", fmt::format("wait={}", poll_seconds));
  request.silence_timeout = poll_silence;
  request.body_max = answer_max;
  io::http_call(api_.loop(), std::move(request), [this, wait, alive = std::weak_ptr(alive_)](const Result<io::ClientAnswer>& answer) {
    if (!alive.expired()) followed(wait, answer);
  });
}

void ApiServerWaits::followed(const domain::WaitId& wait, const Result<io::ClientAnswer>& answer) {
  Open* open = find(wait);
  if (open == nullptr) return;
  if (!answer || answer->status / 100 != 2) {
    const Error error = answer ? client::error_of(*answer) : answer.error();
    if (!client::is_passing(error) || ++open->failures > failures_max)
      return end(wait, Error(error).in("the server that knows jobs and signals cannot be asked"));
    open->pause = api_.loop().after(client::pause_before(open->failures), [this, wait] { follow(wait); });
    return;
  }
  open->failures = 0;
  if (wire::is_wait_over(answer->body)) return end(wait, answer->body);
  follow(wait);
}

void ApiServerWaits::cancel(const domain::WaitId& wait) {
  Open* open = find(wait);
  if (open == nullptr || std::exchange(open->cancelled, true)) return;
  if (!open->there.empty()) send_cancel(open->there);
}

void ApiServerWaits::drop(const domain::WaitId& wait) {
  Open* open = find(wait);
  if (open == nullptr) return;
  cancel(wait);
  open->over = nullptr;
  if (!open->there.empty()) open_.erase(wait);  // else once it is known what to cancel
}

void ApiServerWaits::send_cancel(const std::string& there) {
  api_.call({.method = "POST",
             .path = path_of(there) + "/cancel",
             .body = R"({"reason":"the test that asked has gone"})",
             .patience = park_patience},
            [](const Result<std::string>&) {});  // it ends by its own limit then
}

void ApiServerWaits::end(const domain::WaitId& wait, Result<std::string> outcome) {
  const auto found = open_.find(wait);
  const Over over = std::move(found->second.over);
  open_.erase(found);
  if (over) over(std::move(outcome));
}

}  // namespace tamarack::agent
