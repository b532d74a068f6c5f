// Any environment, one NAME=value per NUL: an identity or a reason, bounded and clean, and the same every time.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/text.h"
#include "domain/ci_identity.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::map<std::string, std::string> environment;
  for (const std::string& line : tamarack::split({reinterpret_cast<const char*>(data), size}, '\0')) {
    const std::size_t equals = line.find('=');
    if (equals != std::string::npos) environment[line.substr(0, equals)] = line.substr(equals + 1);
  }
  const tamarack::domain::CiRun run = tamarack::domain::read_ci(environment);
  if (run.identity.empty() == run.reason.empty()) __builtin_trap();
  if (run.identity.size() > tamarack::domain::ci_identity_bytes_max || run.attempt < 0 || run.pull_request < 0) __builtin_trap();
  for (const std::string& text : {run.identity, run.branch, run.commit, run.url, run.event_file}) {
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (!tamarack::is_valid_utf8(text) || std::any_of(text.begin(), text.end(), control)) __builtin_trap();
  }
  if (run.commit.find_first_not_of("0123456789abcdef") != std::string::npos) __builtin_trap();
  // What is not read changes nothing; another suite is another run.
  environment["UNRELATED"] = "x";
  if (tamarack::domain::read_ci(environment).identity != run.identity) __builtin_trap();
  if (!run.identity.empty() && tamarack::domain::read_ci(environment, "a suite of the fuzzer").identity == run.identity) __builtin_trap();
  return 0;
}
