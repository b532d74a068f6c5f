#include "store/memory/memory_flow.h"

#include <fmt/format.h>

#include <set>

namespace tamarack::store {

Result<> MemoryFlow::commit_flow(const std::vector<FlowRow>& rows, const std::vector<std::string>& forgotten) {
  std::set<std::pair<std::string_view, std::int64_t>> added;
  for (const FlowRow& row : rows) {
    const auto stream = streams_.find(row.stream);
    const bool is_there = stream != streams_.end() && stream->second.contains(row.seq);
    if (is_there || !added.insert({row.stream, row.seq}).second)
      return make_error(ErrorCode::conflict, fmt::format("entry {} of stream '{}' exists already", row.seq, row.stream));
  }
  for (const FlowRow& row : rows) streams_[row.stream].emplace(row.seq, row);
  for (const std::string& stream : forgotten) streams_.erase(stream);
  return {};
}

Result<> MemoryFlow::read_flow(const std::function<Result<>(const FlowRow&)>& take) {
  for (const auto& [name, rows] : streams_)
    for (const auto& [seq, row] : rows) TRY_VOID(take(row));
  return {};
}

}  // namespace tamarack::store
