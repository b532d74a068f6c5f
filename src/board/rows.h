// Between a board and its store: entries as rows, and rows as a board.
#pragma once

#include <functional>
#include <vector>

#include "flow/board.h"
#include "store/flow_store.h"

namespace tamarack::board {

store::FlowRow row_of(const flow::Entry& entry);

// The last entry of a stream: nothing of it is kept.
bool is_last(const flow::Record& record);

// Folds every stream of the store into an empty board; `each` hears every entry once it is folded. An error names the stream and the entry
// that cannot be read, or that does not follow the one before.
Result<> fold(store::FlowStore& store, flow::Board& board, const std::function<void(const flow::Entry&)>& each);

}  // namespace tamarack::board
