// A wait of [[flow.phase]] as the JSON that everybody uses who wants to wait (wire/wait_wish.h, docs/design/2026-11-22-wait-wish.md). This
// room does not know what such a wish means; whoever reads it checks it as a whole.
#pragma once

#include <string>

#include "config/config.h"

namespace tamarack::config {

// Of a phase that is a wait. What the file leaves out is left out here, so that the wish's own defaults hold.
std::string wish_of(const FlowRule& flow, const FlowPhase& phase);

}  // namespace tamarack::config
