// The port to everything that a wait looks at outside Tamarack. What is asked is a text (wire/probe_request.h); what comes back is an
// answer that flow/reading.h understands. A prober only asks and listens: when to ask, how often, and what an answer means is decided in
// flow/. All calls and callbacks are on the loop.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "flow/answer.h"

namespace tamarack::probe {

class Prober {
 public:
  virtual ~Prober() = default;

  using Answered = std::function<void(flow::Answer)>;
  // One look. `done` comes exactly once, never from inside this call, within `look_max` (below): what takes longer is a NoAnswer that says
  // so. A text that cannot be understood is a NoAnswer, too; wait wishes are checked long before.
  virtual void ask(const std::string& request, Answered done) = 0;

  // Arms the push of a request, if it has one: `pushed` is called, any number of times and never from inside this call, whenever something
  // may have changed behind it, and once after the push was armed or armed anew (what happened before is seen by the look that follows).
  // A lost connection is made again by itself. A second watch of the same request replaces the first.
  virtual void watch(const std::string& request, std::function<void()> pushed) = 0;
  virtual void unwatch(const std::string& request) = 0;
  // Whether the push of this request can be heard of at all, where the other side says so: `doubted` is called at most once, never from
  // inside this call, with the reason why not and what to do, for people. Not at all where it can, or where nobody knows.
  virtual void doubt(const std::string& /*request*/, std::function<void(std::string why)> /*doubted*/) {}

  // Sends something for its effect, such as the cancel of remote work; `done` once it was answered, or with the reason why it was not.
  virtual void send(const std::string& request, std::function<void(Result<>)> done) = 0;
};

inline constexpr int look_max_ms = 9'500;  // below flow::ProbeLimits::answer_max, so that the reason is told and not only the silence

}  // namespace tamarack::probe
