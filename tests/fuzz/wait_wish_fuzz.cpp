// Any bytes as a wish: a spec that the board would park, or named problems, never a crash. What is called free of problems can be read
// with captures; filling never breaks out of the request it is for.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "wire/probe_request.h"
#include "wire/wait_wish.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace wire = tamarack::wire;
  namespace flow = tamarack::flow;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::vector<std::string> problems = wire::problems_of_wish(text);
  const std::vector<std::string> places = wire::places_of_wish(text);
  if (!std::is_sorted(places.begin(), places.end())) __builtin_trap();

  std::vector<flow::Captured> captures;
  for (const std::string& place : places) captures.push_back({place, R"x("v 1'\";$(x)")x"});
  for (const auto& captured : {std::vector<flow::Captured>{}, captures}) {
    const auto spec = wire::read_wait_wish(text, captured, "http://app:8000");
    if (!spec && spec.error().message.empty()) __builtin_trap();
    // What is wrong with the form is wrong whatever was captured; what was captured adds nothing to the form's problems.
    if (spec.has_value() != problems.empty()) __builtin_trap();
    if (!spec || !spec->problems.empty()) continue;
    if (spec->conditions.empty()) __builtin_trap();
    for (const flow::Condition& condition : spec->conditions)
      if (condition.source == flow::SourceKind::outside && !wire::parse_probe_request(condition.request)) __builtin_trap();
  }
  return 0;
}
