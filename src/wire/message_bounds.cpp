#include "wire/message_bounds.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/sha256.h"

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

Result<> bring(TestEnded& ended) {
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
