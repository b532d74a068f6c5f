// What a message of an agent means to the run. Pure, so that the simulated coordinator translates as the real one does.
#pragma once

#include <optional>
#include <variant>

#include "run/event.h"
#include "wire/message.h"

namespace tamarack::coordinator {
namespace detail {

inline run::Event to_event(const wire::WorkerUp& message) {
  return run::WorkerBecameReady{message.worker, message.app_start};
}
inline run::Event to_event(const wire::WorkerDown& message) {
  return run::WorkerFailed{message.worker, message.gone, message.message, message.log_tail, {}};
}
inline run::Event to_event(const wire::TestBegan& message) {
  return run::TestBegan{message.worker, message.term, message.test, message.retry};
}
inline run::Event to_event(const wire::TestEnded& message) {
  return run::TestEnded{message.worker, message.term, message.report};
}
inline run::Event to_event(const wire::Artifact& message) {
  return run::ArtifactArrived{message.worker, message.term, message.test, message.retry, message.attachment};
}
inline run::Event to_event(const wire::DisagreementSeen& message) {
  return run::DisagreementSeen{message.worker, message.term, message.disagreement};
}
inline run::Event to_event(const wire::InvocationEnded& message) {
  return run::InvocationEnded{message.worker, message.term, message.process_lost, message.invocation, message.disagreements};
}

}  // namespace detail

struct WorkerEvent {
  domain::WorkerId worker;  // an agent speaks for its own workers only; the caller looks whose it is
  run::Event event;
};

// None for what concerns the session alone: hello, heartbeat, acknowledgement.
inline std::optional<WorkerEvent> worker_event(const wire::FromAgent& message) {
  return std::visit(
      [](const auto& one) -> std::optional<WorkerEvent> {
        if constexpr (requires { detail::to_event(one); })
          return WorkerEvent{one.worker, detail::to_event(one)};
        else
          return std::nullopt;
      },
      message);
}

}  // namespace tamarack::coordinator
