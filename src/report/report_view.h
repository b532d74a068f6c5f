// The one document every output of a run is made from: report.html reads it as JSON (web/ gets its TypeScript types from the
// schema of these structs), junit.xml, ctrf.json, the markdown summary and the terminal summary are rendered from it.
// Plain values only. Times: `*_ms` are milliseconds; `*_at_ms` count from the Unix epoch; `start_ms`/`end_ms`/`started_ms`/
// `deadline_ms` count from the start of the run.
//
// As JSON (report_json.h; its schema is web/src/model/report.schema.json) a field is left out when it holds the default it has
// below: an empty text or list, 0, false, but `test: -1`, `flow: -1` and `counted: true`. At 100,000 tests that halves the document. A
// reader takes a missing field for its default, and passes over fields it does not know. Two things are always written: the fields of
// ReportView itself, which tell a report from something else, and structs inside structs. A changed default is a new `version`.
// report_members.h lists every member for this.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tamarack::report {

struct LedgerView {
  std::int64_t passed = 0;
  std::int64_t failed = 0;
  std::int64_t flaky = 0;
  std::int64_t skipped = 0;
  std::int64_t timed_out = 0;
  std::int64_t lost = 0;
  std::int64_t cancelled = 0;
  std::int64_t never_ran = 0;
};

struct ErrorView {
  std::string message;
  std::string stack;
  std::string file;       // relative to the suite's root where possible; empty if unknown
  std::int64_t line = 0;  // 1-based, 0 if unknown
  std::int64_t column = 0;
  std::string snippet;
};

struct AttachmentView {
  std::string name;
  std::string content_type;
  std::string path;       // relative to the report's folder; empty when the bytes are only inside `data_uri`
  std::int64_t size = 0;  // bytes
  std::string sha256;
  std::string data_uri;  // the bytes themselves, for screenshots and traces of failed tests within the embedding budget; else empty
};

struct StepView {
  std::string title;
  std::string category;
  std::int64_t started_ms = 0;
  std::int64_t duration_ms = 0;
  bool failed = false;
};

struct AnnotationView {
  std::string type;
  std::string description;
};

struct AttemptView {
  std::int64_t number = 0;  // 1-based over all attempts of this test
  std::string worker;       // "local/1"
  std::string status;       // passed, failed, timed_out, skipped, interrupted, lost
  std::int64_t started_ms = 0;
  std::int64_t duration_ms = 0;
  std::vector<ErrorView> errors;
  std::string output;   // stdout of the test, cut
  std::string errput;   // stderr of the test, cut
  std::string app_log;  // the application's log during this attempt, cut; only for attempts that did not pass
  std::vector<AttachmentView> attachments;
  std::vector<StepView> steps;
  bool counted = true;  // false: recorded but not counted (late result of a lost lease)
};

struct TestView {
  std::string id;
  std::string spec;
  std::vector<std::string> title_path;
  std::string parameters;  // Playwright project, pytest parameters; often empty
  std::int64_t line = 0;
  std::vector<std::string> tags;
  std::vector<AnnotationView> annotations;
  std::string outcome;       // a word of the ledger; pending while the run goes on
  std::string reason;        // why it is lost, cancelled, never_ran; else empty
  std::string carried_from;  // the earlier run in which the outcome stands: it did not run in this one; empty: it did
  bool quarantined = false;
  std::int64_t duration_ms = 0;  // of the counted attempt
  std::int64_t unit = 0;         // index into ReportView::units
  std::int64_t flow = -1;        // index into RunView::flows; -1: it is an entry of the ledger itself
  std::vector<AttemptView> attempts;
};

struct UnitView {
  std::int64_t index = 0;
  std::string title;  // "checkout.spec.ts" or "checkout.spec.ts › guest"
  std::string spec;
  std::int64_t tests = 0;
  std::int64_t estimate_ms = 0;  // 0: nothing was known
  std::int64_t duration_ms = 0;
  std::string worker;
};

struct SpanView {
  std::string kind;  // app_start, app_reset, framework_start, test, waiting_lock, idle, lost
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
  std::int64_t test = -1;  // index into ReportView::tests for kind test, else -1
  std::string label;
};

struct WorkerView {
  std::string name;  // "local/1"
  std::vector<SpanView> spans;
  std::int64_t busy_ms = 0;
};

struct DisagreementView {
  std::string name;     // fewer_tests_than_planned, crash_after_last_test, truncated_report, stale_report, …
  std::string message;  // one sentence a person understands
  std::string unit;     // title of the unit it concerns; may be empty
};

struct FlowPhaseView {
  std::string name;
  bool wait = false;    // of a backend, holding no worker; else tests
  std::string source;   // of a wait: what it looks at, such as "http"; several: "redis, signal"; empty: not known
  std::string outcome;  // satisfied, skipped, failed, timed_out, lost, cancelled, never_ran, invalid; open: it goes on; empty: never began
  std::string message;  // what ended it
  std::string excerpt;  // of a wait: the last answer
  std::int64_t started_ms = 0;
  std::int64_t duration_ms = 0;     // from its beginning to its end
  std::int64_t deadline_ms = 0;     // of a wait: its own timeout, cut by the flow's limit; 0: none is known
  std::vector<std::int64_t> tests;  // indexes into ReportView::tests
};

// One entry of the ledger. Its tests stand in ReportView::tests, too, and count for nothing there.
struct FlowView {
  std::string name;
  std::string rule;     // the [[flow]] it was made from
  std::string outcome;  // a word of the ledger; pending while the run goes on
  std::string reason;   // empty: it passed
  std::string carried_from;
  bool quarantined = false;  // it is bad, and only because of tests in quarantine
  std::int64_t active_ms = 0;
  std::int64_t waited_ms = 0;
  std::vector<FlowPhaseView> phases;
};

struct RunView {
  std::string run_id;
  std::string project;
  std::string framework;
  std::string policy;
  std::string verdict;   // passed, failed, timed_out, incomplete, invalid, infrastructure, cancelled; without an end: running, interrupted
  std::string headline;  // "2 of 34 tests failed"
  std::int64_t exit_code = 0;
  std::string seed;
  std::int64_t started_at_ms = 0;
  std::int64_t wall_ms = 0;
  std::int64_t lower_bound_ms = 0;
  std::int64_t busy_ms = 0;
  std::int64_t workers = 0;
  std::int64_t planned = 0;
  std::int64_t attempts = 0;
  std::vector<std::string> held_back;  // sentences: what made the run longer than its lower bound
  std::string branch;
  std::string commit;
  std::string machine;
  std::string command;
  std::string tamarack_version;
  std::vector<FlowView> flows;
};

struct ReportView {
  std::int64_t version = 1;
  RunView run;
  LedgerView ledger;
  std::vector<DisagreementView> disagreements;
  std::vector<TestView> tests;
  std::vector<UnitView> units;
  std::vector<WorkerView> workers;
};

}  // namespace tamarack::report
