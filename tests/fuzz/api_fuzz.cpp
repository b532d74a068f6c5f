// Any bytes as a body of the server's API, and as a page of journal entries: a value or a named complaint, never a crash. What was
// understood means the same after it was written and read again; a plan that is called good can be run.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "run/run.h"
#include "wire/api.h"
#include "wire/journal.h"

namespace {

using tamarack::wire::decode;

template <class T>
void check(std::string_view text) {
  const auto value = decode<T>(text);
  if (!value && value.error().message.empty()) __builtin_trap();
  if constexpr (requires(const T& one) { encode(one); })
    if (value) {
      const std::string written = encode(*value);
      const auto again = decode<T>(written);
      if (!again || encode(*again) != written) __builtin_trap();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace wire = tamarack::wire;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check<wire::RunRequest>(text);
  check<wire::RunStarted>(text);
  check<wire::RunSpec>(text);
  check<wire::AgentPoll>(text);
  check<wire::AgentOrder>(text);
  check<wire::AgentList>(text);
  check<wire::DrainWish>(text);
  check<wire::SessionWish>(text);
  check<wire::TokenWish>(text);
  check<wire::RotateWish>(text);
  check<wire::ImportAnswer>(text);
  check<wire::MissingQuery>(text);
  check<wire::MissingAnswer>(text);
  check<wire::RunFacts>(text);
  check<wire::Problem>(text);
  (void)wire::decode_entry(text).has_value();
  const auto request = decode<wire::RunRequest>(text);
  if (request && tamarack::domain::problems_of(request->plan).empty()) {
    auto step = tamarack::run::step({}, tamarack::run::Planned{request->run_id, request->plan, request->options, {}}, {});
    const tamarack::domain::WorkerId worker{"a/1"};
    step = tamarack::run::step(std::move(step.run), tamarack::run::WorkerAppeared{worker, tamarack::domain::AgentId{"a"}}, {});
    (void)tamarack::run::step(std::move(step.run), tamarack::run::WorkerBecameReady{worker, tamarack::Millis{0}}, {});
  }
  return 0;
}
