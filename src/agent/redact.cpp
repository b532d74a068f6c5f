#include "agent/redact.h"

#include <utility>

namespace tamarack::agent {
namespace {

struct Redact {
  const Masker& masker;

  void clean(std::string& text) const {
    if (!text.empty()) text = masker.mask(text);
  }
  void clean(domain::TestError& error) const {
    clean(error.message);
    clean(error.stack);
    clean(error.snippet);
  }

  // A masked value would be a wrong one for the tests after this; a missing one is named by whoever needs it.
  bool is_secret(domain::TestReport& report, const domain::Capture& capture) const {
    if (masker.mask(capture.json) == capture.json) return false;
    report.annotations.push_back({"warning", "capture '" + capture.name + "' is not kept: it holds a secret of the environment"});
    return true;
  }

  void operator()(wire::TestEnded& message) const {
    domain::TestReport& report = message.report;
    for (domain::TestError& error : report.errors) clean(error);
    clean(report.output);
    clean(report.errput);
    clean(report.app_log);
    for (domain::Annotation& annotation : report.annotations) clean(annotation.description);
    for (domain::Step& step : report.steps) clean(step.title);
    std::erase_if(report.captures, [&](const domain::Capture& capture) { return is_secret(report, capture); });
  }
  void operator()(wire::DisagreementSeen& message) const { clean(message.disagreement.message); }
  void operator()(wire::InvocationEnded& message) const {
    clean(message.invocation.log_tail);
    for (run::Disagreement& disagreement : message.disagreements) clean(disagreement.message);
  }
  void operator()(wire::WorkerDown& message) const {
    clean(message.message);
    clean(message.log_tail);
  }
  void operator()(wire::Gone& message) const { clean(message.reason); }
  template <class Other>
  void operator()(Other&) const {}
};

}  // namespace

wire::FromAgent redacted(wire::FromAgent message, const Masker& masker) {
  std::visit(Redact{masker}, message);
  return message;
}

}  // namespace tamarack::agent
