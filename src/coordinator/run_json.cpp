#include "coordinator/run_json.h"

#include <fmt/format.h>

#include "report/json_writer.h"

namespace tamarack::coordinator {
namespace {

std::string verdict_of(const store::RunRow& row) {
  return row.finished ? row.verdict : "running";
}

void write(report::JsonWriter& out, const store::RunRow& row) {
  out.begin_object();
  out.field("run_id", row.run.value);
  out.field("project", row.project);
  out.field("framework", row.framework);
  out.field("started_at", iso8601(row.started));
  if (row.finished) out.field("finished_at", iso8601(*row.finished));
  out.field("verdict", verdict_of(row));
  out.field("headline", row.headline);
  if (row.finished) out.field("exit_code", row.exit_code);
  out.field("planned", row.ledger.planned);
  if (row.finished) {
    out.key("ledger");
    out.begin_object();
    for (const domain::Outcome outcome : domain::final_outcomes) out.field(to_string(outcome), row.ledger.count(outcome));
    out.end_object();
  }
  out.field("workers", row.workers);
  out.field("wall_ms", row.wall.count());
  out.field("lower_bound_ms", row.lower_bound.count());
  out.field("busy_ms", row.busy.count());
  out.field("attempts", row.attempts);
  out.field("branch", row.branch);
  out.field("commit", row.commit);
  out.end_object();
}

}  // namespace

std::string run_json(const store::RunRow& row) {
  report::JsonWriter out;
  write(out, row);
  return std::move(out).take();
}

std::string runs_json(const std::vector<store::RunRow>& newest_first, const RunQuery& query, const std::optional<domain::Token>& token) {
  report::JsonWriter out;
  out.begin_object();
  out.key("runs");
  out.begin_array();
  std::int64_t count = 0;
  for (const store::RunRow& row : newest_first) {
    if (token && !domain::reaches_project(*token, row.project)) continue;
    const bool wanted = (query.project.empty() || query.project == row.project) && (query.branch.empty() || query.branch == row.branch) &&
                        (query.verdict.empty() || query.verdict == verdict_of(row));
    if (!wanted) continue;
    if (++count > query.limit) break;
    write(out, row);
  }
  out.end_array();
  out.end_object();
  return std::move(out).take();
}

std::string entry_json(const store::JournalRow& row) {
  // The body is JSON already.
  return fmt::format(R"({{"seq":{},"at":{},"kind":"{}","body":{}}})", row.seq, to_ms(row.at), row.kind, row.body);
}

}  // namespace tamarack::coordinator
