#include "coordinator/run_json.h"

#include <fmt/format.h>

#include "report/ledger_json.h"
#include "wire/journal.h"

namespace tamarack::coordinator {
namespace {

void write(report::JsonWriter& out, const store::RunRow& row) {
  out.begin_object();
  out.field("run_id", row.run.value);
  out.field("project", row.project);
  out.field("framework", row.framework);
  out.field("started_at", iso8601(row.started));
  if (row.finished) out.field("finished_at", iso8601(*row.finished));
  out.field("verdict", row.verdict);
  out.field("headline", row.headline);
  out.field("exit_code", row.exit_code);
  out.field("planned", row.ledger.planned);
  report::write_ledger(out, row.ledger);
  out.field("pending", row.ledger.count(domain::Outcome::pending));
  out.field("workers", row.workers);
  out.field("wall_ms", row.wall.count());
  out.field("lower_bound_ms", row.lower_bound.count());
  out.field("busy_ms", row.busy.count());
  out.field("attempts", row.attempts);
  out.field("branch", row.branch);
  out.field("commit", row.commit);
  if (!row.set_aside.empty()) out.field("set_aside", row.set_aside);
  if (!row.refused.empty()) {
    out.key("refused");
    out.begin_array();
    for (const std::string& line : row.refused) out.value(line);
    out.end_array();
  }
  out.end_object();
}

}  // namespace

std::string run_json(const store::RunRow& row) {
  report::JsonWriter out;
  write(out, row);
  return std::move(out).take();
}

std::string runs_json(const store::RunPage& page) {
  report::JsonWriter out;
  out.begin_object();
  out.key("runs");
  out.begin_array();
  for (const store::RunRow& row : page.runs) write(out, row);
  out.end_array();
  if (!page.next.empty()) out.field("next", page.next);
  out.end_object();
  return std::move(out).take();
}

std::string entry_json(const store::JournalRow& row) {
  // The body is JSON already.
  return fmt::format(R"({{"seq":{},"at":{},"kind":"{}","body":{}}})", row.seq, to_ms(row.at), row.kind, row.body);
}

std::string entry_json(const run::Entry& entry) {
  return entry_json(
      {.seq = entry.seq, .at = entry.at, .kind = std::string(wire::kind_of(entry.record)), .body = wire::encode_body(entry.record)});
}

}  // namespace tamarack::coordinator
