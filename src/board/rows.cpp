#include "board/rows.h"

#include "wire/flow_journal.h"

namespace tamarack::board {

store::FlowRow row_of(const flow::Entry& entry) {
  return {entry.stream, entry.seq, entry.at, std::string(wire::kind_of(entry.record)), wire::encode_body(entry.record)};
}

bool is_last(const flow::Record& record) {
  return std::holds_alternative<flow::JobForgotten>(record) || std::holds_alternative<flow::WaitForgotten>(record) ||
         std::holds_alternative<flow::MailboxForgotten>(record);
}

Result<> fold(store::FlowStore& store, flow::Board& board, const std::function<void(const flow::Entry&)>& each) {
  return store.read_flow([&](const store::FlowRow& row) -> Result<> {
    const flow::Entry entry = TRY(wire::decode_flow_entry(row.stream, row.seq, row.at, row.kind, row.body));
    if (const std::string objection = flow::objection_to(board, entry); !objection.empty())
      return make_error(ErrorCode::corrupt,
                        fmt::format("entry {} of stream '{}' ({}) cannot be: {}", row.seq, row.stream, row.kind, objection));
    flow::apply(board, entry);
    if (each) each(entry);
    return {};
  });
}

}  // namespace tamarack::board
