#include "wire/journal.h"

#include "wire/tagged.h"

namespace tamarack::wire {
namespace {

constexpr std::array<std::string_view, 21> record_kinds{
    "run_planned",     "worker_joined", "worker_ready", "worker_ended",     "lease_granted", "test_started", "test_finished",
    "artifact_stored", "lease_ended",   "requeued",     "test_interrupted", "test_settled",  "disagreed",    "infrastructure_failed",
    "stop_requested",  "run_resumed",   "run_finished", "message_refused",  "phase_began",   "phase_ended",  "flow_ended"};

}  // namespace

std::string_view kind_of(const run::Record& record) {
  return tag_of(record_kinds, record);
}

std::string encode_body(const run::Record& record) {
  std::string out;
  write_alternative(out, record);
  return out;
}

Result<run::Record> decode_record(std::string_view kind, std::string_view body) {
  const boost::json::value value = TRY(json::parse(body));
  return read_alternative<run::Record>(record_kinds, kind, value);
}

Result<run::Entry> decode_entry(std::string_view text) {
  const boost::json::value value = TRY(json::parse(text));
  if (!value.is_object()) return make_error(ErrorCode::corrupt, "an entry must be a JSON object");
  const boost::json::object& object = value.get_object();
  run::Entry entry;
  std::string kind;
  json::Problems problems;
  const auto take = [&](std::string_view name, auto& out) {
    const auto* field = object.if_contains(name);
    if (field == nullptr)
      problems.push_back(fmt::format("/{}: missing", name));
    else
      json::read(*field, out, "/" + std::string(name), problems);
  };
  take("seq", entry.seq);
  take("at", entry.at);
  take("kind", kind);
  const auto* body = object.if_contains("body");
  if (body == nullptr) problems.emplace_back("/body: missing");
  if (!problems.empty()) return make_error(ErrorCode::corrupt, join(problems, "; "));
  entry.record = TRY(read_alternative<run::Record>(record_kinds, kind, *body));
  return entry;
}

std::string encode_discovery(const domain::Discovery& discovery) {
  std::string out;
  json::write(out, discovery);
  return out;
}

Result<domain::Discovery> decode_discovery(std::string_view text) {
  const boost::json::value value = TRY(json::parse(text));
  return json::read_as<domain::Discovery>(value);
}

}  // namespace tamarack::wire
