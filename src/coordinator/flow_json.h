// Jobs, waits and mailboxes as the API shows them. Pure. Projects are taken from names: who sees a thing knows whose it is.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/flow_desk.h"
#include "report/json_writer.h"

namespace tamarack::coordinator {

enum class WithResult { no, yes };
// {"job_id","kind","status","stage","progress":0..100|null,"result"?,"error"?,"reason"?,"executor"?,…,"status_url","result_url"?}
std::string job_status_json(const flow::Job& job, WithResult with_result);
// A step that is over; the newest one is shown by job_status_json.
std::string job_step_json(const flow::Job& job, const JobStep& step);
// The same and what was asked for, and the steps so far.
std::string job_json(const flow::Job& job, const std::deque<JobStep>& steps, bool has_log);
void write_job_row(report::JsonWriter& out, const flow::Job& job);

struct WaitLook {
  Instant now;
  std::optional<Instant> next_look;
  std::int64_t probes = 0;  // answers heard until now
};
// When something that it looks at outside is due next, on the board's own line; nothing: nobody looks, it waits for a push.
std::optional<Instant> next_look_of(const flow::Board& board, const flow::Wait& wait);
std::string wait_json(const flow::Wait& wait, const WaitLook& look);
void write_wait_row(report::JsonWriter& out, const flow::Wait& wait, const WaitLook& look);

std::string tag_of(const flow::Job& job);
std::string tag_of(const flow::Wait& wait);
std::string project_of(const flow::Job& job);
// Empty: it is the wait of a run.
std::string project_of(const flow::Wait& wait);

}  // namespace tamarack::coordinator
