#include "board/clean.h"

#include <fmt/format.h>

#include "base/text.h"

namespace tamarack::board {
namespace {

class Cleaner {
 public:
  void operator()(flow::SubmitJob& event) {
    domain::JobRequest& request = event.request;
    names(event.job.value, request.idempotency_key, request.processor, request.digest);
    texts(request.kind, request.owner, request.input);
  }
  void operator()(flow::ReportJob& event) {
    domain::JobReport& report = event.report;
    texts(report.status, report.stage, report.executor, report.result, report.result_location, report.error);
  }
  void operator()(flow::CancelJob& event) { texts(event.reason); }
  void operator()(flow::ClaimJob& event) { names(event.executor); }
  void operator()(flow::ExecutorHeard&) {}
  void operator()(flow::ExecutorGone& event) { texts(event.reason); }
  void operator()(flow::ParkWait& event) {
    names(event.wait.value);
    texts(event.spec.name, event.spec.owner);
    for (std::string& problem : event.spec.problems) texts(problem);
    for (flow::Condition& condition : event.spec.conditions) clean(condition);
  }
  void operator()(flow::CancelWait& event) { texts(event.reason); }
  void operator()(flow::TakeWait&) {}
  void operator()(flow::Pushed&) {}
  void operator()(flow::PushDoubted& event) { texts(event.why); }
  void operator()(flow::CancelUnanswered& event) { texts(event.why); }
  void operator()(flow::Answered& event) {
    if (auto* http = std::get_if<flow::HttpAnswer>(&event.answer))
      texts(http->content_type, http->retry_after, http->location, http->operation_location, http->body);
    if (auto* found = std::get_if<flow::ValueAnswer>(&event.answer)) texts(found->body);
    if (auto* none = std::get_if<flow::NoAnswer>(&event.answer)) texts(none->what);
  }
  void operator()(flow::OpenMailbox& event) { names(event.key); }
  void operator()(flow::SendSignal& event) {
    names(event.signal.id.value, event.signal.key);
    texts(event.signal.type, event.signal.sender, event.signal.data);
  }
  void operator()(flow::Restarted&) {}
  void operator()(flow::Tick&) {}

  std::string refused;  // the first name that is no text

 private:
  template <class... Texts>
  void texts(Texts&... all) {
    (text(all), ...);
  }
  static void text(std::string& one) {
    if (!is_valid_utf8(one)) one = to_valid_utf8(one);
  }
  template <class... Names>
  void names(const Names&... all) {
    (name(all), ...);
  }
  void name(const std::string& one) {
    if (refused.empty() && !is_valid_utf8(one)) refused = to_valid_utf8(one);
  }

  void clean(flow::Condition& condition) {
    names(condition.target, condition.request, condition.host, condition.cancel_request);
    flow::ReadRules& rules = condition.rules;
    names(rules.field, rules.error_field, rules.heartbeat_field);
    texts(condition.name);
    for (const flow::MappedStatus& status : rules.map) names(status.text);
    for (const auto* predicates : {&rules.until, &rules.fail_when})
      for (const flow::Predicate& predicate : *predicates) names(predicate.path, predicate.value);
    for (const flow::CaptureRule& capture : rules.captures) names(capture.name, capture.path);
  }
};

}  // namespace

Result<> clean(flow::Event& event) {
  Cleaner cleaner;
  std::visit(cleaner, event);
  if (cleaner.refused.empty()) return {};
  return make_error(ErrorCode::invalid_argument, fmt::format("'{}' is not valid UTF-8", cleaner.refused));
}

}  // namespace tamarack::board
