#include "wire/message_bounds.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/sha256.h"
#include "base/text.h"
#include "wire/json.h"

namespace tamarack::wire {
namespace {

constexpr Millis duration_max = std::chrono::days{3650};
constexpr Instant instant_max = from_ms(253'402'300'799'999);  // the last millisecond of the year 9999

void bound(Millis& duration) {
  duration = std::clamp(duration, Millis{0}, duration_max);
}
void bound(Instant& instant) {
  instant = std::clamp(instant, from_ms(0), instant_max);
}

// The hash names a file of the store and is a part of links: nothing else may stand there.
Result<> check(const domain::Attachment& attachment) {
  if (!attachment.sha256.empty() && !is_sha256(attachment.sha256))
    return make_error(ErrorCode::corrupt, fmt::format("the hash of an attachment must be 64 lower-case hexadecimal digits, got {} bytes",
                                                      attachment.sha256.size()));
  if (attachment.size < 0) return make_error(ErrorCode::corrupt, fmt::format("the size of an attachment is {}", attachment.size));
  return {};
}

constexpr std::size_t name_shown_max = 60;

// Why this capture cannot be kept; empty: it can.
std::string refusal_of(const domain::Capture& capture) {
  if (!domain::is_capture_name(capture.name)) return "a name has letters, digits and '_', and no digit first";
  if (capture.json.size() > domain::capture_bytes_max)
    return fmt::format("its value takes {}, at most {} are kept", human_bytes(capture.json.size()), human_bytes(domain::capture_bytes_max));
  if (!json::parse(capture.json)) return "its value is no JSON";
  return {};
}

// A bad capture is the test's, not the agent's: the result stands, the capture is left out, and the report says so.
void bound(domain::TestReport& report) {
  std::vector<domain::Capture> kept;
  std::vector<std::string> refused;
  for (const domain::Capture& capture : report.captures) {
    std::string refusal = refusal_of(capture);
    if (refusal.empty()) {
      put_capture(kept, capture);
      if (kept.size() <= domain::captures_of_test_max) continue;
      kept.pop_back();
      refusal = fmt::format("a test has at most {}", domain::captures_of_test_max);
    }
    const std::string name = to_valid_utf8(capture.name.substr(0, name_shown_max));
    if (refused.size() < domain::captures_of_test_max) refused.push_back(fmt::format("'{}': {}", name, refusal));
  }
  report.captures = std::move(kept);
  if (!refused.empty()) report.annotations.push_back({"captures left out", join(refused, "; ")});
}

Result<> bring(TestEnded& ended) {
  bound(ended.report);
  bound(ended.report.started);
  bound(ended.report.duration);
  for (domain::Step& step : ended.report.steps) {
    bound(step.started);
    bound(step.duration);
  }
  for (const domain::Attachment& attachment : ended.report.attachments) TRY_VOID(check(attachment));
  return {};
}
Result<> bring(Artifact& artifact) {
  return check(artifact.attachment);
}
Result<> bring(WorkerUp& up) {
  bound(up.app_start);
  return {};
}
Result<> bring(TestBegan& began) {
  bound(began.at);
  return {};
}
Result<> bring(InvocationEnded& ended) {
  bound(ended.invocation.framework_start);
  bound(ended.invocation.duration);
  return {};
}
template <class Other>
Result<> bring(Other&) {
  return {};
}

}  // namespace

Result<> bring_into_bounds(FromAgent& message) {
  return std::visit([](auto& one) { return bring(one); }, message);
}

}  // namespace tamarack::wire
