// How long waits of a name have taken, of those that were satisfied and are still remembered: what the pace of the next one and the order
// of a plan are made from.
#pragma once

#include <map>
#include <string>

#include "flow/board.h"
#include "store/flow_store.h"

namespace tamarack::board {

// Takes in an entry of a wait that stands on the board already; everything else is passed over.
void learn(flow::Durations& durations, const flow::Board& board, const flow::Entry& entry);

// By name, what half of them took at most; names with fewer than three are not there. Errors are those of the store, and of entries that
// cannot be read.
Result<std::map<std::string, Millis>> usual_waits(store::FlowStore& store);

}  // namespace tamarack::board
