#include "coordinator/run_routes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "coordinator/answers.h"
#include "coordinator/asking.h"
#include "coordinator/request_checks.h"
#include "coordinator/run_json.h"
#include "report/json_writer.h"
#include "report/report_json.h"
#include "wire/outbox.h"

namespace tamarack::coordinator {
namespace {

Result<store::RunFilter> read_run_query(const std::vector<std::pair<std::string, std::string>>& parameters) {
  store::RunFilter query;
  for (const auto& [name, value] : parameters) {
    if (name == "project")
      query.project = value;
    else if (name == "branch")
      query.branch = value;
    else if (name == "verdict")
      query.verdict = value;
    else if (name == "text")
      query.text = value;
    else if (name == "before")
      query.before = value;
    else if (name == "limit") {
      const auto number = parse_integer(value);
      if (!number || *number < 1 || *number > store::page_max)
        return make_error(ErrorCode::invalid_argument,
                          fmt::format("limit: expected a number from 1 to {}, got '{}'", store::page_max, value));
      query.limit = static_cast<int>(*number);
    } else
      return make_error(ErrorCode::invalid_argument,
                        fmt::format("unknown parameter '{}', expected one of project, branch, verdict, text, limit, before", name));
  }
  return query;
}

// Everything inside one file: nothing is loaded from anywhere, and nothing it shows can run.
io::Answer page_answer(std::string html) {
  io::Answer page = text_answer("text/html; charset=utf-8", std::move(html));
  page.fields.emplace_back("Content-Security-Policy",
                           "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src 'self' data:; "
                           "media-src 'self' data:; font-src data:; connect-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
                           "form-action 'none'");
  page.fields.emplace_back("Referrer-Policy", "no-referrer");
  return page;
}

void link_attachments(report::TestView& test, const std::string& project, const BlobRoutes& blobs) {
  for (report::AttemptView& attempt : test.attempts)
    for (report::AttachmentView& attachment : attempt.attachments)
      if (!attachment.sha256.empty()) attachment.path = blobs.link_to(project, attachment.sha256, attachment.name);
}

}  // namespace

void RunRoutes::list(const Call& call) {
  const auto wanted = read_run_query(call.request.head.query);
  if (!wanted) return call.exchange->answer(trouble(wanted.error()));
  auto answer = std::make_shared<io::Answer>();
  ask(
      call.exchange, parts_.reading,
      [this, answer, query = *wanted, token = call.caller.token, active = parts_.host.active()] {
        const auto at_work = run_at_work();
        const auto is_at_work = [&](const domain::RunId& run) { return active.contains(run) || run == *at_work; };
        const auto page = at_work ? find_runs(parts_.stores.data, query, token, is_at_work, *folded_) : at_work.error();
        *answer = page ? json_answer(runs_json(*page)) : trouble(page.error());
      },
      [answer, exchange = call.exchange] { exchange->answer(*answer); });
}

// Somebody beside the server, with the same data folder.
Result<domain::RunId> RunRoutes::run_at_work() {
  return parts_.settings.run_at_work ? parts_.settings.run_at_work(parts_.stores.data) : domain::RunId{};
}

void RunRoutes::start(Call call) {
  auto request = std::make_shared<Result<wire::RunRequest>>(wire::RunRequest{});
  // A plan of 100,000 tests takes a moment to read.
  auto body = std::make_shared<std::string>(std::move(call.request.body));
  parts_.loop.background([body, request] { *request = wire::decode<wire::RunRequest>(*body); },
                         [this, alive = std::weak_ptr(alive_), body, request, call = std::move(call)] {
                           if (alive.expired()) return;
                           if (!*request) return call.exchange->answer(trouble(request->error()));
                           if (!call.reaches((*request)->project))
                             return call.exchange->answer(io::problem(403, "the token is for another project"));
                           parts_.host.start(std::move(**request), std::move(*body),
                                             [exchange = call.exchange, room = call.request.room](const auto& started) {
                                               if (!started) return exchange->answer(trouble(started.error()));
                                               const bool is_new =
                                                   started->state == wire::Started::started || started->state == wire::Started::continued;
                                               exchange->answer(json_answer(encode(*started), is_new ? 201 : 200));
                                             });
                         });
}

void RunRoutes::handle(Call call) {
  const bool is_feed = call.route->id == RouteId::events;
  const std::string_view since = is_feed ? call.resume_point() : call.request.head.parameter("after").value_or("");
  const auto after = since.empty() ? std::optional<std::int64_t>(0) : parse_integer(since);
  if (!after || *after < 0) return call.exchange->answer(io::problem(400, fmt::format("expected an entry number, got '{}'", since)));
  auto shared = std::make_shared<Call>(std::move(call));
  auto looked = std::make_shared<Looked>();
  const bool active = parts_.host.is_active(domain::RunId{shared->parameter("run")});
  ask(
      shared->exchange, parts_.reading, [this, shared, looked, active] { *looked = look(*shared, active); },
      [this, shared, looked, after, alive = std::weak_ptr(alive_)] {
        if (alive.expired()) return;
        if (looked->answer.status != 200) return shared->exchange->answer(looked->answer);
        act(*shared, *looked, *after);
      });
}

// On the reading lane. Whatever the route is, the run has to be there for this caller.
RunRoutes::Looked RunRoutes::look(const Call& call, bool active) {
  const domain::RunId run{call.parameter("run")};
  store::Store& store = parts_.stores.data;
  const auto found = store.run(run);
  if (!found) return {.answer = trouble(found.error())};
  if (!*found || !call.reaches((*found)->project)) return {.answer = no_run(call, run)};
  const auto working = run_at_work();
  if (!working) return {.answer = trouble(working.error())};
  Looked looked{.answer = {.status = 200}, .row = **found, .at_work = active || *working == run};
  if (call.route->id == RouteId::run) {
    const auto completed = complete_row(store, looked.row, looked.at_work, *folded_);
    if (!completed) return {.answer = trouble(completed.error())};
    looked.answer = json_answer(run_json(looked.row));
  }
  if (call.route->id == RouteId::report || call.route->id == RouteId::report_page || call.route->id == RouteId::run_test) {
    const auto seq = store.journal_end(run);
    if (!seq) return {.answer = trouble(seq.error())};
    looked.seq = *seq;
  }
  return looked;
}

// One that was here and is gone says so, to those whom it would have been shown to.
io::Answer RunRoutes::no_run(const Call& call, const domain::RunId& run) {
  const auto removed = parts_.stores.data.retention().removed_run(run);
  if (!removed) return trouble(removed.error());
  if (!*removed || !call.reaches((*removed)->project)) return no_such_run(run.value);
  return io::problem(410, fmt::format("run '{}' was old and has been removed on {}; what its tests did is in their history", run.value,
                                      iso8601((*removed)->at).substr(0, 10)));
}

void RunRoutes::act(const Call& call, const Looked& looked, std::int64_t after) {
  const domain::RunId& run = looked.row.run;
  switch (call.route->id) {
    case RouteId::events:
      return watch(call, run, after);
    case RouteId::link:
      return link(call, run);
    case RouteId::report:
    case RouteId::report_page:
      return report(call, looked);
    case RouteId::run_test:
      return one_test(call, looked);
    case RouteId::journal:
      return journal(call, run, after);
    case RouteId::spec: {
      const std::string* spec = parts_.host.spec(run);
      return call.exchange->answer(spec != nullptr ? json_answer(*spec) : is_over(run));
    }
    case RouteId::cancel: {
      if (const auto good = check_empty_wish(call.request.body); !good) return call.exchange->answer(trouble(good.error()));
      const std::string by = call.caller.token && !call.caller.token->label.empty() ? " by '" + call.caller.token->label + "'" : "";
      const bool done = parts_.host.cancel(run, "cancelled over the API" + by);
      return call.exchange->answer(done ? json_answer("{}", 202) : is_over(run));
    }
    default:
      return call.exchange->answer(looked.answer);
  }
}

// The same for everybody who asks while nothing is added to the run.
void RunRoutes::report(const Call& call, const Looked& looked) {
  const bool is_page = call.route->id == RouteId::report_page;
  const std::string key = fmt::format("{} {} {} {} {}", looked.row.run.value, looked.seq, is_page, looked.at_work, looked.row.wall.count());
  renderings_.answer(key, call.exchange, [this, row = looked.row, at_work = looked.at_work, is_page]() -> io::Answer {
    auto view = view_of(row, at_work);
    if (!view) return trouble(view.error());
    for (report::TestView& test : view->tests) link_attachments(test, row.project, blobs_);
    return is_page ? page_answer(report::embed_report(parts_.settings.report_template, *view)) : json_answer(report::to_json(*view));
  });
}

// For the page of a test, which shows one execution of many: a report of 100,000 tests would be tens of megabytes.
void RunRoutes::one_test(const Call& call, const Looked& looked) {
  const std::string id = call.parameter("test");
  const std::string key = fmt::format("{} {} test {} {} {}", looked.row.run.value, looked.seq, looked.at_work, looked.row.wall.count(), id);
  renderings_.answer(key, call.exchange, [this, row = looked.row, at_work = looked.at_work, id]() -> io::Answer {
    auto view = view_of(row, at_work);
    if (!view) return trouble(view.error());
    const auto test = std::find_if(view->tests.begin(), view->tests.end(), [&](const report::TestView& one) { return one.id == id; });
    if (test == view->tests.end()) return io::problem(404, fmt::format("run '{}' has no test '{}'", row.run.value, id));
    link_attachments(*test, row.project, blobs_);
    report::JsonWriter out;
    out.begin_object();
    out.field("run_id", row.run.value);
    out.field("project", row.project);
    out.key("test");
    out.raw(report::to_json(*test));
    out.end_object();
    return json_answer(std::move(out).take());
  });
}

Result<report::ReportView> RunRoutes::view_of(const store::RunRow& row, bool at_work) const {
  const ServerSettings& settings = parts_.settings;
  return load_view(parts_.stores.reports, row, {.machine = settings.machine, .version = settings.version, .at_work = at_work});
}

void RunRoutes::journal(const Call& call, const domain::RunId& run, std::int64_t after) {
  auto answer = std::make_shared<io::Answer>();
  ask_patiently(
      call.exchange, parts_.rendering,
      [&store = parts_.stores.reports, answer, run, after] {
        const auto rows = store.journal(run, after);
        std::string lines;
        if (rows)
          for (const store::JournalRow& one : *rows) lines += entry_json(one) + "\n";
        *answer = rows ? text_answer("application/x-ndjson", std::move(lines)) : trouble(rows.error());
      },
      [answer, exchange = call.exchange] { exchange->answer(*answer); });
}

io::Answer RunRoutes::is_over(const domain::RunId& run) const {
  if (parts_.host.will_go_on(run)) {
    io::Answer answer = io::problem(503, fmt::format("the journal of run '{}' could not be written; the server tries again", run.value));
    answer.fields.emplace_back("Retry-After", "5");
    return answer;
  }
  return io::problem(409, fmt::format("run '{}' is over, or nobody here works on it", run.value));
}

void RunRoutes::watch(const Call& call, const domain::RunId& run, std::int64_t after) {
  auto feed = call.exchange->begin_events({});
  parts_.guests.admit(call.caller, feed);
  feeds_.join(run, after, std::move(feed));
}

void RunRoutes::link(const Call& call, const domain::RunId& run) {
  if (!parts_.host.is_active(run)) return call.exchange->answer(is_over(run));
  auto link = call.exchange->accept_websocket(wire::agent_message_max);
  if (link) (void)parts_.host.attach(run, parts_.guests.admit(call.caller, std::move(*link)));
}

}  // namespace tamarack::coordinator
