#include "wire/flow_journal.h"

#include "wire/flow_described.h"
#include "wire/tagged.h"

namespace tamarack::wire {
namespace {

constexpr std::array<std::string_view, 21> flow_kinds{
    "clock_started",  "job_submitted", "job_handed_out",  "job_advanced",    "job_cancel_asked", "job_ended",      "job_report_ignored",
    "job_forgotten",  "wait_parked",   "wait_noted",      "condition_ended", "wait_ended",       "wait_taken",     "wait_forgotten",
    "mailbox_opened", "signal_stored", "signal_repeated", "signal_consumed", "signal_expired",   "mailbox_closed", "mailbox_forgotten"};

// Where the records of each kind of stream stand in flow::Record.
struct Family {
  std::string_view prefix;
  std::size_t first;
  std::size_t last;
};
constexpr std::array<Family, 4> families{{{"clock", 0, 0}, {"job:", 1, 7}, {"wait:", 8, 13}, {"mail:", 14, 20}}};

bool belongs(std::string_view stream, const flow::Record& record) {
  for (const Family& family : families)
    if (stream.starts_with(family.prefix)) return record.index() >= family.first && record.index() <= family.last;
  return false;
}

Result<flow::Record> decode_flow_record(std::string_view kind, std::string_view body) {
  const boost::json::value value = TRY(json::parse(body));
  return read_alternative<flow::Record>(flow_kinds, kind, value);
}

}  // namespace

std::string_view kind_of(const flow::Record& record) {
  return tag_of(flow_kinds, record);
}

std::string encode_body(const flow::Record& record) {
  std::string out;
  write_alternative(out, record);
  return out;
}

Result<flow::Entry> decode_flow_entry(std::string stream, std::int64_t seq, Instant at, std::string_view kind, std::string_view body) {
  const auto place = [&] { return fmt::format("entry {} of stream '{}' cannot be read", seq, to_valid_utf8(stream)); };
  Result<flow::Record> record = decode_flow_record(kind, body);
  if (!record) return Error(std::move(record).error()).in(place());
  if (!belongs(stream, *record)) return make_error(ErrorCode::corrupt, fmt::format("'{}' does not belong there", kind)).in(place());
  return flow::Entry{std::move(stream), seq, at, std::move(*record)};
}

std::string encode_entry(const flow::Entry& entry) {
  std::string out = "{\"stream\":";
  json::write(out, entry.stream);
  out += fmt::format(",\"seq\":{},\"at\":{},\"kind\":\"{}\",\"body\":", entry.seq, to_ms(entry.at), kind_of(entry.record));
  write_alternative(out, entry.record);
  out += '}';
  return out;
}

}  // namespace tamarack::wire
