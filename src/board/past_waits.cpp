#include "board/past_waits.h"

#include <set>

#include "board/rows.h"

namespace tamarack::board {
namespace {

const flow::Wait* satisfied_wait(const flow::Board& board, const flow::Entry& entry) {
  const auto* ended = std::get_if<flow::WaitEnded>(&entry.record);
  if (ended == nullptr || ended->outcome != domain::WaitOutcome::satisfied) return nullptr;
  const auto wait = board.waits.find(domain::WaitId{entry.stream.substr(entry.stream.find(':') + 1)});
  return wait == board.waits.end() ? nullptr : &wait->second;
}

}  // namespace

void learn(flow::Durations& durations, const flow::Board& board, const flow::Entry& entry) {
  const flow::Wait* wait = satisfied_wait(board, entry);
  if (wait != nullptr && !wait->spec.name.empty()) durations.add(wait->spec.name, entry.at - wait->parked);
}

Result<std::map<std::string, Millis>> usual_waits(store::FlowStore& store) {
  flow::Board board;
  flow::Durations durations;
  std::set<std::string> names;
  TRY_VOID(fold(store, board, [&](const flow::Entry& entry) {
    learn(durations, board, entry);
    if (const flow::Wait* wait = satisfied_wait(board, entry)) names.insert(wait->spec.name);
  }));
  std::map<std::string, Millis> usual;
  for (const std::string& name : names)
    if (const auto quantiles = durations.quantiles(name); quantiles.size() == 3) usual[name] = quantiles[1];
  return usual;
}

}  // namespace tamarack::board
