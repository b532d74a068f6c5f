// The rules that concern several keys, or the meaning of a value: a `command` suite needs its commands, [app] needs `start`, and so on.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/text_checks.h"

namespace tamarack::config {

// Where keys and sections stand: "suite", "suite.run", "quarantine[0].expires". What is not in the file is not here.
using Positions = std::map<std::string, Position>;

struct CrossFindings {
  std::vector<TextProblem> problems;
  std::vector<TextProblem> warnings;
};

// A ready or health address of this machine without {port}: with several workers (`-w` counts, not only the file) the first application
// would answer for all of them. Nothing when there is none.
struct SharedAddress {
  std::string key;  // "app.ready.http"
  std::string message;
  std::string hint;
};
std::optional<SharedAddress> shared_ready_address(const Config& config, std::int64_t workers);

CrossFindings cross_check(const Config& config, const Positions& positions);

}  // namespace tamarack::config
