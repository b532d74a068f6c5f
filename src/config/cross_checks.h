// The rules that concern several keys, or the meaning of a value: a `command` suite needs its commands, [app] needs `start`, and so on.
#pragma once

#include <map>
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

CrossFindings cross_check(const Config& config, const Positions& positions);

}  // namespace tamarack::config
