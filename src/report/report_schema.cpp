#include "report/report_schema.h"

#include <algorithm>
#include <array>
#include <boost/core/type_name.hpp>

#include "base/check.h"
#include "report/json_writer.h"
#include "report/report_members.h"

namespace tamarack::report {
namespace {

struct Note {
  std::string_view member;
  std::string_view text;
};

// What a name does not say by itself; these become the comments of the generated types.
constexpr Note notes[] = {
    {"ErrorView.file", "Relative to the suite's root where possible; empty if unknown."},
    {"ErrorView.line", "1-based, 0 if unknown."},
    {"AttachmentView.path", "Relative to the report's folder; empty when the bytes are only inside `data_uri`."},
    {"AttachmentView.size", "Bytes."},
    {"AttachmentView.data_uri",
     "The bytes themselves, for screenshots and traces of failed tests within the embedding budget; else empty."},
    {"AttemptView.number", "1-based over all attempts of this test."},
    {"AttemptView.worker", "Such as local/1."},
    {"AttemptView.status", "passed, failed, timed_out, skipped, interrupted or lost."},
    {"AttemptView.app_log", "The application's log during this attempt, cut; only for attempts that did not pass."},
    {"AttemptView.counted", "False: recorded but not counted, such as the late result of a lost lease."},
    {"TestView.parameters", "Playwright project, pytest parameters; often empty."},
    {"TestView.outcome", "A word of the ledger."},
    {"TestView.reason", "Why it is lost, cancelled, skipped or never ran; else empty."},
    {"TestView.carried_from", "The earlier run in which the outcome stands: the test did not run in this one; empty: it did."},
    {"TestView.duration_ms", "Of the counted attempt."},
    {"TestView.unit", "Index into the report's units."},
    {"TestView.flow", "Index into the run's flows; -1: the test is an entry of the ledger itself. Those of flows count for nothing there."},
    {"RunView.flows", "Each is one entry of the ledger; its tests are none."},
    {"FlowView.rule", "The [[flow]] of the configuration it was made from."},
    {"FlowView.outcome", "A word of the ledger."},
    {"FlowView.reason", "What ended it; empty: it passed."},
    {"FlowView.quarantined", "It is bad, and only because of tests in quarantine."},
    {"FlowView.active_ms", "Sum of the last counted executions of its tests."},
    {"FlowView.waited_ms", "Sum over its waits: time in which it held no worker."},
    {"FlowPhaseView.wait", "It waits for a backend; else it runs tests."},
    {"FlowPhaseView.source", "Of a wait: what it looks at, such as http, redis or signal; several with commas between; empty: not known."},
    {"FlowPhaseView.outcome",
     "satisfied, skipped, failed, timed_out, lost, cancelled, never_ran or invalid; open while it goes on; empty: it never began."},
    {"FlowPhaseView.excerpt", "Of a wait: the last answer."},
    {"FlowPhaseView.duration_ms", "From its beginning to its end."},
    {"FlowPhaseView.deadline_ms",
     "Of a wait: when its time is over, its own timeout or the flow's limit, counted from the run's start; 0: none is known."},
    {"FlowPhaseView.tests", "Indexes into the report's tests."},
    {"SpanView.kind", "app_start, app_reset, framework_start, test, waiting_lock, idle or lost."},
    {"SpanView.test", "Index into the report's tests for kind test, else -1."},
    {"DisagreementView.message", "One sentence a person understands."},
    {"DisagreementView.unit", "Title of the unit it concerns; may be empty."},
    {"RunView.verdict",
     "passed, failed, timed_out, incomplete, invalid, infrastructure or cancelled; of a run without an end running or interrupted."},
    {"RunView.held_back", "Sentences: what made the run longer than its lower bound."},
};

using Views = boost::mp11::mp_list<ReportView, RunView, LedgerView, DisagreementView, TestView, AnnotationView, AttemptView, ErrorView,
                                   AttachmentView, StepView, UnitView, WorkerView, SpanView, FlowView, FlowPhaseView>;

template <class View>
std::string name_of() {
  const std::string whole = boost::core::type_name<View>();
  return whole.substr(whole.rfind(':') + 1);
}

void write_shape(JsonWriter& json, const std::string*) {
  json.field("type", "string");
}
void write_shape(JsonWriter& json, const std::int64_t*) {
  json.field("type", "integer");
}
void write_shape(JsonWriter& json, const bool*) {
  json.field("type", "boolean");
}

template <class View>
  requires is_view<View>
void write_shape(JsonWriter& json, const View*) {
  static_assert(boost::mp11::mp_contains<Views, View>::value, "the schema refers to a struct that it does not define");
  json.field("$ref", "#/$defs/" + name_of<View>());
}

template <class T>
void write_shape(JsonWriter& json, const std::vector<T>*) {
  json.field("type", "array");
  json.key("items");
  json.begin_object();
  write_shape(json, static_cast<const T*>(nullptr));
  json.end_object();
}

template <class T>
void write_default(JsonWriter& json, const T& otherwise) {
  if constexpr (requires { json.value(otherwise); }) {
    json.field("default", otherwise);
  } else if constexpr (!is_view<T>) {
    CHECK(otherwise.empty(), "a list's default must be empty, got {} entries", otherwise.size());
    json.key("default");
    json.begin_array();
    json.end_array();
  }
}

template <class View>
void write_definition(JsonWriter& json, std::size_t& used_notes) {
  const View defaults{};
  json.key(name_of<View>());
  json.begin_object();
  json.field("type", "object");
  json.key("properties");
  json.begin_object();
  for_each_member<View>([&](std::string_view name, auto member) {
    const std::string whole = name_of<View>() + "." + std::string(name);
    json.key(name);
    json.begin_object();
    write_shape(json, &(defaults.*member));
    if (!is_outline<View>) write_default(json, defaults.*member);
    if (const auto* note = std::ranges::find(notes, whole, &Note::member); note != std::ranges::end(notes)) {
      json.field("description", note->text);
      ++used_notes;
    }
    json.end_object();
  });
  json.end_object();
  // Without a default a field must be there: the outline, and structs inside structs.
  json.key("required");
  json.begin_array();
  for_each_member<View>([&](std::string_view name, auto member) {
    if (is_outline<View> || is_view<std::remove_cvref_t<decltype(defaults.*member)>>) json.value(name);
  });
  json.end_array();
  json.end_object();
}

}  // namespace

std::string report_schema() {
  JsonWriter json;
  std::size_t used_notes = 0;
  json.begin_object();
  json.field("$schema", "https://json-schema.org/draft/2020-12/schema");
  json.field("title", "Tamarack run report, version " + std::to_string(ReportView{}.version));
  json.field("description",
             "Times: `*_ms` are milliseconds; `*_at_ms` count from the Unix epoch; `start_ms`, `end_ms` and `started_ms` from the start of "
             "the run. "
             "A field that is left out holds its default.");
  json.field("$ref", "#/$defs/" + name_of<ReportView>());
  json.key("$defs");
  json.begin_object();
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::add_pointer_t, Views>>(
      [&]<class View>(View*) { write_definition<View>(json, used_notes); });
  json.end_object();
  json.end_object();
  CHECK(used_notes == std::size(notes), "{} of {} notes name no member", std::size(notes) - used_notes, std::size(notes));
  return std::move(json).take();
}

}  // namespace tamarack::report
