// One kind of thing outside: asks and listens. Probes (probes.h) stands before it and makes one answer of whatever a source says: in time,
// never from inside, without passwords, and none after its end. So a source may answer at once, late, twice or never.
#pragma once

#include <functional>
#include <string>

#include "flow/answer.h"
#include "wire/probe_request.h"

namespace tamarack::probe {

class Source {
 public:
  using Answered = std::function<void(flow::Answer)>;
  using Pushed = std::function<void()>;  // any number of times, on the loop; also from inside watch()

  // Ends everything that is under way; no callback comes any more.
  virtual ~Source() = default;

  // `text` is the name of the request, and always comes with the same request.
  virtual void ask(const std::string& text, const wire::ProbeRequest& request, Answered done) = 0;
  // Never while a watch of this text is there. `pushed` once as soon as the push is armed, and again each time it was armed anew.
  virtual void watch(const std::string& text, const wire::ProbeRequest& request, Pushed pushed) = 0;
  // Also of texts that were only asked: what is remembered of them is forgotten.
  virtual void unwatch(const std::string& text) = 0;
  // See Prober::doubt; here `doubted` may also be called from inside.
  virtual void doubt(const wire::ProbeRequest& /*request*/, std::function<void(std::string why)> /*doubted*/) {}
};

// What is remembered between looks, for texts that nobody may ever unwatch: at most so many, then one of them is forgotten.
inline constexpr std::size_t remembered_max = 10'000;

}  // namespace tamarack::probe
