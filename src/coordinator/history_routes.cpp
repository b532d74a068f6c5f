#include "coordinator/history_routes.h"

#include <fmt/format.h>

#include "base/text.h"
#include "config/quarantine.h"
#include "coordinator/answers.h"
#include "coordinator/asking.h"
#include "coordinator/history_json.h"
#include "coordinator/run_json.h"
#include "report/json_writer.h"
#include "wire/history.h"

namespace tamarack::coordinator {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

// The parameters every list has; true when it was one of them.
Result<bool> take_page_parameter(const std::string& name, const std::string& value, std::string& text, int& limit, std::string& before) {
  if (name == "text")
    text = value;
  else if (name == "before")
    before = value;
  else if (name == "limit") {
    const auto number = parse_integer(value);
    if (!number || *number < 1 || *number > store::page_max)
      return make_error(ErrorCode::invalid_argument,
                        fmt::format("limit: expected a number from 1 to {}, got '{}'", store::page_max, value));
    limit = static_cast<int>(*number);
  } else
    return false;
  return true;
}

Result<store::TestFilter> test_filter(const std::string& project, const Parameters& parameters) {
  static const std::map<std::string, store::TestSort> sorts{{"flaky", store::TestSort::flaky},
                                                            {"failures", store::TestSort::failures},
                                                            {"slow", store::TestSort::slow},
                                                            {"name", store::TestSort::name},
                                                            {"latest", store::TestSort::latest}};
  store::TestFilter filter{.project = project};
  for (const auto& [name, value] : parameters) {
    if (TRY(take_page_parameter(name, value, filter.text, filter.limit, filter.before))) continue;
    const auto sort = sorts.find(value);
    if (name != "sort")
      return make_error(ErrorCode::invalid_argument,
                        fmt::format("unknown parameter '{}', expected one of text, sort, limit, before", name));
    if (sort == sorts.end())
      return make_error(ErrorCode::invalid_argument, fmt::format("sort: expected flaky, failures, slow, name or latest, got '{}'", value));
    filter.sort = sort->second;
  }
  return filter;
}

Result<store::SpecFilter> spec_filter(const std::string& project, const Parameters& parameters) {
  store::SpecFilter filter{.project = project};
  for (const auto& [name, value] : parameters)
    if (!TRY(take_page_parameter(name, value, filter.text, filter.limit, filter.before)))
      return make_error(ErrorCode::invalid_argument, fmt::format("unknown parameter '{}', expected one of text, limit, before", name));
  return filter;
}

std::string projects_json(const std::vector<store::ProjectRow>& rows, const std::function<bool(const std::string&)>& reaches) {
  report::JsonWriter out;
  out.begin_object();
  out.key("projects");
  out.begin_array();
  for (const store::ProjectRow& row : rows) {
    if (!reaches(row.project)) continue;
    out.begin_object();
    out.field("project", row.project);
    out.field("runs", row.runs);
    out.field("last_run_id", row.newest.run.value);
    out.field("last_verdict", row.newest.finished ? row.newest.verdict : "running");
    out.field("last_started_at", iso8601(row.newest.started));
    out.end_object();
  }
  out.end_array();
  out.end_object();
  return std::move(out).take();
}

io::Answer one_test(store::Store& store, const std::string& project, const domain::TestId& test, const FindQuarantine& find_quarantine) {
  const auto row = store.tests().find_test(project, test);
  if (!row) return trouble(row.error());
  if (!*row) return io::problem(404, fmt::format("there is no test '{}' in this project", test.value));
  const auto executions = store.tests().executions(project, test, executions_shown_max);
  return executions ? json_answer(test_json(**row, *executions, find_quarantine)) : trouble(executions.error());
}

}  // namespace

void HistoryRoutes::answer_with(const Call& call, std::function<io::Answer(store::Store& store)> read) {
  auto answer = std::make_shared<io::Answer>();
  ask(
      call.exchange, parts_.reading, [&store = parts_.stores.data, answer, read = std::move(read)] { *answer = read(store); },
      [answer, exchange = call.exchange] { exchange->answer(*answer); });
}

// Of 100,000 tests it takes seconds.
void HistoryRoutes::whole_history(const Call& call) {
  auto answer = std::make_shared<io::Answer>();
  ask_patiently(
      call.exchange, parts_.rendering,
      [&store = parts_.stores.reports, answer, project = call.parameter("project")] {
        const auto history = store.history(project);
        *answer = history ? json_answer(wire::encode_history(*history)) : trouble(history.error());
      },
      [answer, exchange = call.exchange] { exchange->answer(*answer); });
}

// A list that cannot be had is no reason to show no tests.
std::function<FindQuarantine(store::Store& store)> HistoryRoutes::quarantine(const std::string& project) const {
  return [configs = configs_, project, today = iso8601(parts_.clock.now()).substr(0, 10)](store::Store& store) -> FindQuarantine {
    const auto config = configs->newest(store, project);
    if (!config || !*config) return nullptr;
    return [config = *config, today](const store::TestRow& row) -> std::optional<QuarantineNote> {
      const config::QuarantineRule* rule = config::quarantine_of(*config, row.test, row.identity, today);
      if (rule == nullptr) return std::nullopt;
      return QuarantineNote{.owner = rule->owner, .reason = rule->reason, .expires = rule->expires};
    };
  };
}

void HistoryRoutes::handle(const Call& call) {
  const std::string project = call.parameter("project");
  switch (call.route->id) {
    case RouteId::tests:
      return tests(call);
    case RouteId::specs:
      return specs(call);
    case RouteId::test:
      return answer_with(call, [project, test = domain::TestId{call.parameter("test")}, known = quarantine(project)](store::Store& store) {
        return one_test(store, project, test, known(store));
      });
    case RouteId::history:
      return whole_history(call);
    default:
      return answer_with(call, [token = call.caller.token](store::Store& store) {
        const auto rows = store.projects();
        const auto reaches = [&](const std::string& one) { return !token || domain::reaches_project(*token, one); };
        return rows ? json_answer(projects_json(*rows, reaches)) : trouble(rows.error());
      });
  }
}

void HistoryRoutes::take_report(const Call& call) {
  if (!parts_.settings.take_report) return call.exchange->answer(io::problem(501, "this server takes no reports"));
  ReportWish wish{.project = call.parameter("project"), .branch = {}, .commit = {}, .at = {}, .now = parts_.clock.now()};
  if (wish.project.size() > domain::project_bytes_max) return call.exchange->answer(io::problem(400, "the project's name is too long"));
  for (const auto& [name, value] : call.request.head.query) {
    std::string* field = name == "branch" ? &wish.branch : name == "commit" ? &wish.commit : name == "at" ? &wish.at : nullptr;
    if (field == nullptr)
      return call.exchange->answer(io::problem(400, fmt::format("unknown parameter '{}', expected one of branch, commit, at", name)));
    *field = value;
  }
  auto taken = std::make_shared<Result<TakenReport>>(TakenReport{});
  parts_.host.write([take = parts_.settings.take_report, wish, bytes = call.request.body,
                     taken](store::Store& store) { *taken = take(store, bytes, wish); },
                    [taken, exchange = call.exchange, room = call.request.room] {
                      if (!*taken) return exchange->answer(trouble(taken->error()));
                      const TakenReport& one = **taken;
                      exchange->answer(json_answer(fmt::format(R"({{"run":{},"is_new":{},"cases":{},"not_known":{}}})", run_json(one.run),
                                                               one.is_new, one.cases, one.not_known),
                                                   one.is_new ? 201 : 200));
                    });
}

void HistoryRoutes::tests(const Call& call) {
  const auto filter = test_filter(call.parameter("project"), call.request.head.query);
  if (!filter) return call.exchange->answer(trouble(filter.error()));
  answer_with(call, [filter = *filter, known = quarantine(filter->project)](store::Store& store) {
    const auto page = store.tests().find_tests(filter);
    return page ? json_answer(tests_json(*page, known(store))) : trouble(page.error());
  });
}

void HistoryRoutes::specs(const Call& call) {
  const auto filter = spec_filter(call.parameter("project"), call.request.head.query);
  if (!filter) return call.exchange->answer(trouble(filter.error()));
  answer_with(call, [filter = *filter](store::Store& store) {
    const auto page = store.tests().find_specs(filter);
    return page ? json_answer(specs_json(*page)) : trouble(page.error());
  });
}

}  // namespace tamarack::coordinator
