#include "coordinator/openapi_shapes.h"

#include <fmt/format.h>

#include <set>

#include "base/check.h"
#include "base/text.h"
#include "report/json_writer.h"
#include "report/report_schema.h"
#include "wire/api.h"
#include "wire/flow_api.h"
#include "wire/schema.h"

namespace tamarack::coordinator {
namespace {

// "name:type name?:type …": a `?` may be missing. Types: text, instant (ISO 8601), int, number, flag, any, [T] a list, {T} a map, T| or
// null; anything else is the name of another shape.
struct Shape {
  std::string_view name;
  std::string_view members;
};

constexpr std::string_view figures =
    "runs:int passed:int failed:int flaky:int failure_rate:number flip_rate:number flaky_rate:number "
    "p50_ms:int p95_ms:int trend:number ";
constexpr std::string_view test_figures =
    "test_id:text spec:text title_path:[text] parameters:text {} last_outcome:text last_run_id:text "
    "last_at:text quarantine:Quarantine| ";
constexpr std::string_view job_status =
    "job_id:text project:text kind:text status:text stage:text progress:int| processor?:text executor?:text error?:text reason?:text "
    "cancel_asked?:flag submitted_at:instant updated_at:instant ended_at?:instant status_url:text result_url?:text "
    "result_location?:text result?:any ";
constexpr std::string_view wait_row =
    "wait_id:text project:text name:text owner:text state:text outcome?:text exit_code?:int message?:text parked_at:instant "
    "deadline:instant ended_at?:instant next_look_at?:instant probes:int waited_ms:int conditions:[ConditionState] ";

constexpr Shape shapes[] = {
    {"Problem", "type:text title:text status:int detail:text outcome?:text ended_at?:instant"},
    {"Nothing", ""},
    {"Session", "role:text project:text name:text open:flag"},

    {"Ledger", "passed:int failed:int flaky:int skipped:int timed_out:int lost:int cancelled:int never_ran:int"},
    {"Run",
     "run_id:text project:text framework:text started_at:instant finished_at?:instant verdict:text headline:text exit_code:int "
     "planned:int ledger:Ledger pending:int workers:int wall_ms:int lower_bound_ms:int busy_ms:int attempts:int branch:text "
     "commit:text set_aside?:text refused?:[text]"},
    {"RunList", "runs:[Run] next?:text"},
    {"TestOfRun", "run_id:text project:text test:ReportTest"},

    {"Project", "project:text runs:int last_run_id:text last_verdict:text last_started_at:instant"},
    {"ProjectList", "projects:[Project]"},
    {"Durations", "ms:[int] outcomes:text"},
    {"History", "version:int has_run:flag app_starts:[int] framework_starts:[int] failed:[text] tests:{Durations}"},
    {"Quarantine", "owner:text reason:text expires_at:instant"},
    {"Execution", "run_id:text at:instant branch:text commit:text outcome:text duration_ms:int attempts:int error:text counted:flag"},
    {"Spec", "spec:text tests:int runs:int failed:int flaky:int p50_ms:int last_outcome:text last_at:text"},
    {"SpecList", "specs:[Spec] next?:text"},
    {"TestList", "tests:[TestFigures] next?:text"},
    {"Imported", "run:Run is_new:flag cases:int not_known:int"},
    {"Blob", "sha256:text"},

    {"Agent",
     "agent:text machine:text platform:text tamarack:text workers:int labels:{text} state:text run_id:text last_seen_ms:int "
     "load_percent:int memory_free_mb:int draining:flag"},
    {"AgentList", "agents:[Agent]"},
    {"Token",
     "id:text name:text project:text role:text created_at:instant expires_at?:instant last_used_at?:instant "
     "previous_ends_at?:instant revoked:flag"},
    {"TokenList", "tokens:[Token]"},
    {"MadeToken", "id:text token:text"},
    {"ChangedToken", "id:text token:text previous_ends_at?:instant"},

    {"JobAccepted", "job_id:text status:text status_url:text result_url:text"},
    {"JobStep", "seq:int at:instant status:text stage:text progress:int| executor?:text"},
    {"JobList", "jobs:[JobRow] next?:text"},
    {"ConditionState", "name:text source:text target:text status:text over:flag outcome?:text message?:text"},
    {"Note", "at:instant what:text condition:int text:text excerpt:text"},
    {"WaitAccepted", "wait_id:text state:text deadline:instant"},
    {"WaitList", "waits:[WaitRow] next?:text"},
    {"SignalAnswer", "signal_id:text key:text project?:text answer:text"},
    {"Waiter", "wait_id:text name:text owner:text condition:text parked_at:instant deadline:instant"},
    {"Mailbox", "key:text project:text waits:[Waiter]"},
    {"MailboxList", "mailboxes:[Mailbox] next?:text"},
    {"Hook", "hook:text key:text project:text scheme:text once:flag created_at:instant expires_at?:instant"},
    {"HookList", "hooks:[Hook]"},
    {"MadeHook", "token:text url:text key:text project:text scheme:text once:flag header?:text secret?:text expires_at?:instant"},
};

// What a wait looks at has rules of its own: docs/design/2026-11-22-wait-wish.md.
constexpr std::string_view wait_wish =
    R"({"type":"object","required":["conditions"],"properties":{"name":{"type":"string"},"owner":{"type":"string"},)"
    R"("join":{"type":"string","enum":["all","any"]},"timeout_ms":{"type":"integer","minimum":0},)"
    R"("captures":{"type":"object","description":"values for {places}, by name"},)"
    R"("pace":{"type":"object","properties":{"min_ms":{"type":"integer"},"max_ms":{"type":"integer"},"net_ms":{"type":"integer"}}},)"
    R"("conditions":{"type":"array","minItems":1,"maxItems":16,"items":{"type":"object",)"
    R"("description":"one source (http, job, signal, …) and what its answers mean: docs/design/2026-11-22-wait-wish.md"}}}})";

void write_type(report::JsonWriter& out, std::string_view type);

void write_reference(report::JsonWriter& out, std::string_view shape) {
  out.field("$ref", fmt::format("#/components/schemas/{}", shape));
}

void write_list(report::JsonWriter& out, std::string_view items) {
  out.field("type", "array");
  out.key("items");
  write_type(out, items);
}

void write_map(report::JsonWriter& out, std::string_view values) {
  out.field("type", "object");
  out.key("additionalProperties");
  write_type(out, values);
}

// A schema that has a name of its own cannot say in place that it may be null.
void write_or_null(report::JsonWriter& out, std::string_view type) {
  out.key("anyOf");
  out.begin_array();
  write_type(out, type);
  out.begin_object();
  out.field("type", "null");
  out.end_object();
  out.end_array();
}

void write_plain(report::JsonWriter& out, std::string_view type) {
  if (type == "text" || type == "instant") out.field("type", "string");
  if (type == "instant") out.field("format", "date-time");
  if (type == "int") out.field("type", "integer");
  if (type == "number") out.field("type", "number");
  if (type == "flag") out.field("type", "boolean");
}

void write_type(report::JsonWriter& out, std::string_view type) {
  static const std::set<std::string_view> plain{"text", "instant", "int", "number", "flag", "any"};
  CHECK(!type.empty(), "a member of a shape has no type");
  out.begin_object();
  if (type.ends_with('|'))
    write_or_null(out, type.substr(0, type.size() - 1));
  else if (type.front() == '[')
    write_list(out, type.substr(1, type.size() - 2));
  else if (type.front() == '{')
    write_map(out, type.substr(1, type.size() - 2));
  else if (plain.contains(type))
    write_plain(out, type);
  else
    write_reference(out, type);
  out.end_object();
}

std::string schema_from(std::string_view members) {
  std::vector<std::string> required;
  report::JsonWriter out;
  out.begin_object();
  out.field("type", "object");
  out.key("properties");
  out.begin_object();
  for (const std::string& member : split(members, ' ')) {
    if (member.empty()) continue;
    const std::size_t colon = member.find(':');
    CHECK(colon != std::string::npos, "'{}' is no member of a shape", member);
    const bool may_miss = member[colon - 1] == '?';
    const std::string name = member.substr(0, colon - (may_miss ? 1 : 0));
    if (!may_miss) required.push_back(name);
    out.key(name);
    write_type(out, std::string_view(member).substr(colon + 1));
  }
  out.end_object();
  if (!required.empty()) {
    out.key("required");
    out.begin_array();
    for (const std::string& name : required) out.value(name);
    out.end_array();
  }
  out.end_object();
  return std::move(out).take();
}

// The report's own schema, made by its room, refers to its parts from the root of its file.
std::string report_shape() {
  std::string schema = report::report_schema();
  const std::string from = "\"#/$defs/";
  const std::string to = "\"#/components/schemas/Report/$defs/";
  for (std::size_t at = schema.find(from); at != std::string::npos; at = schema.find(from, at + to.size()))
    schema.replace(at, from.size(), to);
  return schema;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> openapi_shapes() {
  std::vector<std::pair<std::string, std::string>> all;
  for (const Shape& shape : shapes) all.emplace_back(shape.name, schema_from(shape.members));
  const std::string row = fmt::format(fmt::runtime(test_figures), figures);
  all.emplace_back("TestFigures", schema_from(row));
  all.emplace_back("BranchFigures", schema_from(fmt::format("branch:text {}", figures)));
  all.emplace_back("TestHistory", schema_from(row + "executions:[Execution] branches:[BranchFigures]"));
  all.emplace_back("JobStatus", schema_from(job_status));
  all.emplace_back("JobReported", schema_from(fmt::format("{}taken:flag ignored?:text", job_status)));
  all.emplace_back("JobRow", schema_from(fmt::format("{}owner?:text", job_status)));
  all.emplace_back("Job", schema_from(fmt::format("{}owner?:text input:any heartbeat_ms:int cancel_grace_ms:int retention_ms:int "
                                                  "reports_ignored:int log_url?:text history:[JobStep]",
                                                  job_status)));
  all.emplace_back("WaitRow", schema_from(wait_row));
  all.emplace_back("Wait", schema_from(fmt::format("{}captures:{{any}} notes:[Note] excerpt:text", wait_row)));
  all.emplace_back("Report", report_shape());
  all.emplace_back("ReportTest", R"({"$ref":"#/components/schemas/Report/$defs/TestView"})");
  all.emplace_back("WaitWish", wait_wish);
  all.emplace_back("RunRequest", wire::schema_of<wire::RunRequest>());
  all.emplace_back("RunStarted", wire::schema_of<wire::RunStarted>());
  all.emplace_back("RunSpec", wire::schema_of<wire::RunSpec>());
  all.emplace_back("AgentPoll", wire::schema_of<wire::AgentPoll>());
  all.emplace_back("AgentOrder", wire::schema_of<wire::AgentOrder>());
  all.emplace_back("DrainWish", wire::schema_of<wire::DrainWish>());
  all.emplace_back("EmptyWish", wire::schema_of<wire::EmptyWish>());
  all.emplace_back("SessionWish", wire::schema_of<wire::SessionWish>());
  all.emplace_back("TokenWish", wire::schema_of<wire::TokenWish>());
  all.emplace_back("RotateWish", wire::schema_of<wire::RotateWish>());
  all.emplace_back("MissingQuery", wire::schema_of<wire::MissingQuery>());
  all.emplace_back("MissingAnswer", wire::schema_of<wire::MissingAnswer>());
  all.emplace_back("JobWish", wire::schema_of<wire::JobWish>());
  all.emplace_back("JobReportWish", wire::schema_of<wire::JobReportWish>());
  all.emplace_back("ReasonWish", wire::schema_of<wire::ReasonWish>());
  all.emplace_back("SignalWish", wire::schema_of<wire::SignalWish>());
  all.emplace_back("HookWish", wire::schema_of<wire::HookWish>());
  all.emplace_back("ClaimWish", wire::schema_of<wire::ClaimWish>());
  all.emplace_back("ClaimAnswer", wire::schema_of<wire::ClaimAnswer>());
  return all;
}

namespace {

// No entry: the body is no JSON, or any.
struct RouteShapes {
  RouteId route;
  std::string_view request;
  std::string_view answer;
};
constexpr RouteShapes of_routes[] = {
    {RouteId::session_open, "SessionWish", ""},
    {RouteId::session, "", "Session"},
    {RouteId::runs, "", "RunList"},
    {RouteId::run_start, "RunRequest", "RunStarted"},
    {RouteId::run, "", "Run"},
    {RouteId::report, "", "Report"},
    {RouteId::run_test, "", "TestOfRun"},
    {RouteId::cancel, "EmptyWish", "Nothing"},
    {RouteId::spec, "", "RunSpec"},
    {RouteId::projects, "", "ProjectList"},
    {RouteId::history, "", "History"},
    {RouteId::tests, "", "TestList"},
    {RouteId::test, "", "TestHistory"},
    {RouteId::specs, "", "SpecList"},
    {RouteId::take_report, "", "Imported"},
    {RouteId::blobs_missing, "MissingQuery", "MissingAnswer"},
    {RouteId::blob_put, "", "Blob"},
    {RouteId::agents, "", "AgentList"},
    {RouteId::agents_poll, "AgentPoll", "AgentOrder"},
    {RouteId::agent_drain, "DrainWish", ""},
    {RouteId::tokens, "", "TokenList"},
    {RouteId::token_create, "TokenWish", "MadeToken"},
    {RouteId::token_rotate, "RotateWish", "ChangedToken"},
    {RouteId::jobs, "", "JobList"},
    {RouteId::job_submit, "JobWish", "JobAccepted"},
    {RouteId::job_process, "", "JobAccepted"},
    {RouteId::job, "", "Job"},
    {RouteId::job_status, "", "JobStatus"},
    {RouteId::job_cancel, "ReasonWish", "JobStatus"},
    {RouteId::job_report, "JobReportWish", "JobReported"},
    {RouteId::executor_claim, "ClaimWish", "ClaimAnswer"},
    {RouteId::waits, "", "WaitList"},
    {RouteId::wait_park, "WaitWish", "WaitAccepted"},
    {RouteId::wait, "", "Wait"},
    {RouteId::wait_cancel, "ReasonWish", "Wait"},
    {RouteId::signal_send, "SignalWish", "SignalAnswer"},
    {RouteId::mailboxes, "", "MailboxList"},
    {RouteId::hooks, "", "HookList"},
    {RouteId::hook_create, "HookWish", "MadeHook"},
    {RouteId::hook_call, "", "SignalAnswer"},
};

const RouteShapes* shapes_of(RouteId route) {
  for (const RouteShapes& one : of_routes)
    if (one.route == route) return &one;
  return nullptr;
}

}  // namespace

std::string_view request_shape(RouteId route) {
  const RouteShapes* found = shapes_of(route);
  return found == nullptr ? std::string_view{} : found->request;
}

std::string_view answer_shape(RouteId route) {
  const RouteShapes* found = shapes_of(route);
  return found == nullptr ? std::string_view{} : found->answer;
}

bool answers_nothing(RouteId route) {
  return route == RouteId::session_open || route == RouteId::session_close || route == RouteId::agent_drain ||
         route == RouteId::token_revoke || route == RouteId::hook_remove;
}

}  // namespace tamarack::coordinator
