// Whether [workspace] setup (such as `npm ci`) has to run again in a folder: its result is good for one command, one platform and one
// content of its inputs. Pure; what a folder was set up with is the caller's to remember (agent/workspace.h).
#pragma once

#include <string>
#include <vector>

#include "domain/manifest.h"

namespace tamarack::domain {

struct SetupRule {
  std::string command;              // empty: nothing to set up
  std::vector<std::string> inputs;  // patterns of files, relative to the root
};

// The files whose content decides: those that match `inputs`, and those that the command itself names, such as `sh scripts/setup.sh`.
// If there are none, all files decide, because nobody knows what the command reads.
std::vector<const ManifestEntry*> setup_inputs(const SetupRule& rule, const Manifest& manifest);

// SHA-256 of command, inputs and platform; empty without a command. Equal keys: running it again would give the same.
std::string setup_key(const SetupRule& rule, const Manifest& manifest, const std::string& platform);

}  // namespace tamarack::domain
