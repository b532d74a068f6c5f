#include "coordinator/server.h"

#include <fmt/format.h>

#include <deque>

#include "base/text.h"
#include "coordinator/authenticate.h"
#include "coordinator/read_run.h"
#include "coordinator/run_json.h"
#include "report/report_json.h"
#include "wire/journal.h"

namespace tamarack::coordinator {
namespace {

using io::Answer;
using io::Exchange;

constexpr std::int64_t runs_default = 50;
constexpr std::int64_t runs_max = 1000;

Answer text(std::string_view content_type, std::string body) {
  return {.status = 200,
          .fields = {{"Content-Type", std::string(content_type)}, {"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}},
          .body = std::move(body)};
}

Answer unauthenticated(const std::string& reason) {
  Answer answer = io::problem(401, reason);
  answer.fields.emplace_back("WWW-Authenticate", "Bearer");
  return answer;
}

// A run that exists and a run that does not look the same to a token that does not reach it.
Answer no_such_run(std::string_view run) {
  return io::problem(404, fmt::format("there is no run '{}'", run));
}

Answer trouble(const Error& error) {
  return io::problem(error.code == ErrorCode::not_found ? 404 : 500, error.message);
}

}  // namespace

struct Server::Core : std::enable_shared_from_this<Server::Core> {
  Core(io::Loop& loop_, const Clock& clock_, store::Store& data_, store::AccessStore& access_, ServerSettings settings_)
      : loop(loop_), clock(clock_), data(data_), access(access_), settings(std::move(settings_)), started(clock.now()) {}

  io::Loop& loop;
  const Clock& clock;
  store::Store& data;
  store::AccessStore& access;
  ServerSettings settings;
  Instant started;
  std::unique_ptr<io::HttpServer> http;

  // One read at a time: a connection to the database belongs to one thread at a time.
  std::deque<std::pair<io::Callback, io::Callback>> reads;
  bool reading = false;

  void read(io::Callback work, io::Callback done) {
    reads.emplace_back(std::move(work), std::move(done));
    read_next();
  }
  void read_next() {
    if (reading || reads.empty()) return;
    reading = true;
    std::pair<io::Callback, io::Callback> next = std::move(reads.front());
    reads.pop_front();
    loop.background(std::move(next.first), [self = shared_from_this(), done = std::move(next.second)] {
      self->reading = false;
      done();
      self->read_next();
    });
  }

  Result<domain::Caller> caller_of(const io::RequestHead& head) {
    if (settings.open) return domain::open_caller();
    return authenticate(access, head.field("Authorization"), clock.now());
  }

  // What can be said before the object is known: is there such a route, is the token of any use, does its role reach.
  std::optional<Answer> refuse(const io::RequestHead& head) {
    const RouteMatch match = match_route(head.method, head.path);
    if (match.route == nullptr && match.methods.empty()) return io::problem(404, fmt::format("there is nothing at '{}'", head.path));
    if (match.route == nullptr) {
      Answer answer = io::problem(405, fmt::format("'{}' does not answer to {}", head.path, head.method));
      answer.fields.emplace_back("Allow", "GET, HEAD");
      return answer;
    }
    if (!match.route->needed) return std::nullopt;
    const Result<domain::Caller> caller = caller_of(head);
    if (!caller) return io::problem(500, "the token cannot be checked right now");
    // Of runs each token sees its own project's; what is the server's only those for all projects see.
    const bool of_server = match.route->id == RouteId::metrics;
    const std::string project = caller->token && !of_server ? caller->token->project : std::string(domain::all_projects);
    const auto decision = domain::decide_access(*caller, {.needed = *match.route->needed, .project = project, .now = clock.now()});
    if (decision.access == domain::Access::unauthenticated) return unauthenticated(decision.reason);
    if (decision.access == domain::Access::forbidden) return io::problem(403, decision.reason);
    return std::nullopt;
  }

  void handle(const io::IncomingRequest& request, const std::shared_ptr<Exchange>& exchange) {
    const RouteMatch match = match_route(request.head.method, request.head.path);
    const Result<domain::Caller> caller = match.route != nullptr && match.route->needed ? caller_of(request.head) : domain::Caller{};
    if (match.route == nullptr || !caller) return exchange->answer(io::problem(500, "the request was admitted and cannot be answered"));
    const auto run = match.parameters.find("run");
    if (run != match.parameters.end()) return about_run(*match.route, run->second, *caller, request.head, exchange);
    switch (match.route->id) {
      case RouteId::health:
        return exchange->answer(text("text/plain", "ok\n"));
      case RouteId::ready:
        return ready(exchange);
      case RouteId::openapi:
        return exchange->answer(text(match.route->produces, openapi_document(settings.version)));
      case RouteId::metrics:
        return exchange->answer(text(match.route->produces, metrics()));
      default:
        return list_runs(request.head, *caller, exchange);
    }
  }

  void ready(const std::shared_ptr<Exchange>& exchange) {
    auto outcome = std::make_shared<bool>(false);
    read([self = shared_from_this(), outcome] { *outcome = self->data.runs(1).has_value(); },
         [outcome, exchange] {
           exchange->answer(*outcome ? text("text/plain", "ready\n") : io::problem(503, "the database does not answer"));
         });
  }

  Result<domain::RunId> run_at_work() { return settings.run_at_work ? settings.run_at_work(data) : domain::RunId{}; }

  std::string metrics() const {
    const io::ServerCounts counts = http->counts();
    std::string out;
    const auto add = [&](std::string_view name, std::string_view type, std::string_view help, std::uint64_t value) {
      out += fmt::format("# HELP tamarack_{0} {1}\n# TYPE tamarack_{0} {2}\ntamarack_{0} {3}\n", name, help, type, value);
    };
    add("uptime_seconds", "gauge", "Since the server was started.", static_cast<std::uint64_t>((clock.now() - started).count() / 1000));
    add("http_connections", "gauge", "Open now.", counts.connections);
    add("event_streams", "gauge", "Open now.", counts.feeds);
    add("http_requests_total", "counter", "Requests that were read.", counts.requests);
    add("http_malformed_total", "counter", "Requests that could not be read.", counts.malformed);
    add("http_timed_out_total", "counter", "Connections closed for their slowness.", counts.timed_out);
    add("http_turned_away_total", "counter", "Connections over the limit.", counts.turned_away);
    return out;
  }

  void list_runs(const io::RequestHead& head, const domain::Caller& caller, const std::shared_ptr<Exchange>& exchange) {
    const auto wanted = read_run_query(head.query);
    if (!wanted) return exchange->answer(io::problem(400, wanted.error().message));
    auto answer = std::make_shared<Answer>();
    read(
        [self = shared_from_this(), answer, query = *wanted, token = caller.token] {
          const auto at_work = self->run_at_work();
          const auto rows = at_work ? find_runs(self->data, query, token, *at_work) : at_work.error();
          *answer = rows ? text("application/json", runs_json(*rows)) : trouble(rows.error());
        },
        [answer, exchange] { exchange->answer(*answer); });
  }

  static Result<RunQuery> read_run_query(const std::vector<std::pair<std::string, std::string>>& parameters) {
    RunQuery query{.limit = runs_default};
    for (const auto& [name, value] : parameters) {
      if (name == "project")
        query.project = value;
      else if (name == "branch")
        query.branch = value;
      else if (name == "verdict")
        query.verdict = value;
      else if (name == "limit") {
        const auto number = parse_integer(value);
        if (!number || *number < 1 || *number > runs_max)
          return make_error(ErrorCode::invalid_argument, fmt::format("limit: expected a number from 1 to {}, got '{}'", runs_max, value));
        query.limit = *number;
      } else
        return make_error(ErrorCode::invalid_argument,
                          fmt::format("unknown parameter '{}', expected one of project, branch, verdict, limit", name));
    }
    return query;
  }

  void about_run(const Route& route, const std::string& run, const domain::Caller& caller, const io::RequestHead& head,
                 const std::shared_ptr<Exchange>& exchange) {
    std::int64_t after = 0;
    const std::string_view since = route.id == RouteId::events ? head.field("Last-Event-ID") : head.parameter("after").value_or("");
    if (!since.empty()) {
      const auto number = parse_integer(since);
      if (!number || *number < 0) return exchange->answer(io::problem(400, fmt::format("expected an entry number, got '{}'", since)));
      after = *number;
    }
    auto answer = std::make_shared<Answer>();
    auto row = std::make_shared<std::optional<store::RunRow>>();
    read([self = shared_from_this(), answer, row, id = route.id, run, caller,
          after] { *answer = self->read_run(id, domain::RunId{run}, caller, after, *row); },
         [self = shared_from_this(), answer, row, id = route.id, after, exchange] {
           if (id == RouteId::events && answer->status == 200) return self->follow((*row)->run, after, exchange);
           exchange->answer(*answer);
         });
  }

  // On the reading thread.
  Answer read_run(RouteId route, const domain::RunId& run, const domain::Caller& caller, std::int64_t after,
                  std::optional<store::RunRow>& row) {
    auto found = data.run(run);
    if (!found) return trouble(found.error());
    row = *found;
    if (!row || (caller.token && !domain::reaches_project(*caller.token, row->project))) return no_such_run(run.value);
    const auto working = run_at_work();
    if (!working) return trouble(working.error());
    const bool at_work = *working == row->run;
    switch (route) {
      case RouteId::run:
        if (const auto completed = complete_row(data, *row, at_work); !completed) return trouble(completed.error());
        return text("application/json", run_json(*row));
      case RouteId::journal: {
        const auto rows = data.journal(run, after);
        if (!rows) return trouble(rows.error());
        std::string lines;
        for (const store::JournalRow& one : *rows) lines += entry_json(one) + "\n";
        return text("application/x-ndjson", std::move(lines));
      }
      case RouteId::events:
        return {.status = 200};
      default:
        break;
    }
    const auto view = load_view(data, *row, {.machine = settings.machine, .version = settings.version, .at_work = at_work});
    if (!view) return trouble(view.error());
    if (route == RouteId::report) return text("application/json", report::to_json(*view));
    Answer page = text("text/html; charset=utf-8", report::embed_report(settings.page_template, *view));
    // One file with everything inside: nothing is loaded from anywhere, and nothing it shows can run.
    page.fields.emplace_back("Content-Security-Policy",
                             "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; media-src data:; "
                             "font-src data:; connect-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
    page.fields.emplace_back("Referrer-Policy", "no-referrer");
    return page;
  }

  // ---- a journal as it grows

  struct Watcher {
    domain::RunId run;
    std::int64_t after = 0;
    std::shared_ptr<io::EventFeed> feed;
    io::Timer timer;
  };

  void follow(const domain::RunId& run, std::int64_t after, const std::shared_ptr<Exchange>& exchange) {
    auto watcher = std::make_shared<Watcher>(Watcher{.run = run, .after = after, .feed = exchange->begin_events({})});
    watcher->feed->on_close([weak = std::weak_ptr(watcher)] {
      if (const auto left = weak.lock()) left->timer.cancel();
    });
    look(watcher);
  }

  void look(const std::shared_ptr<Watcher>& watcher) {
    auto rows = std::make_shared<Result<std::vector<store::JournalRow>>>(std::vector<store::JournalRow>{});
    read([self = shared_from_this(), watcher, rows] { *rows = self->data.journal(watcher->run, watcher->after); },
         [self = shared_from_this(), watcher, rows] { self->tell(watcher, *rows); });
  }

  void tell(const std::shared_ptr<Watcher>& watcher, const Result<std::vector<store::JournalRow>>& rows) {
    if (!rows || !watcher->feed->open()) return;  // dropping the feed ends the stream; the reader comes back with its last number
    bool finished = false;
    for (const store::JournalRow& row : *rows) {
      watcher->feed->send(std::to_string(row.seq), row.kind, entry_json(row));
      watcher->after = row.seq;
      finished = finished || row.kind == "run_finished";
    }
    if (finished) return watcher->feed->send("", "end", "{}");
    // The timer holds the watcher, and the watcher the timer: broken when the feed closes, or when the run has ended.
    watcher->timer = loop.after(settings.poll, [weak = weak_from_this(), watcher] {
      if (const auto self = weak.lock(); self && watcher->feed->open()) self->look(watcher);
    });
  }
};

Server::Server(std::shared_ptr<Core> core) : core_(std::move(core)) {}

Server::~Server() {
  core_->http.reset();
}

Result<std::unique_ptr<Server>> Server::listen(io::Loop& loop, const Clock& clock, store::Store& data, store::AccessStore& access,
                                               ServerSettings settings) {
  auto core = std::make_shared<Core>(loop, clock, data, access, std::move(settings));
  io::HttpHandler handler{.admit =
                              [weak = std::weak_ptr(core)](const io::RequestHead& head) {
                                const auto alive = weak.lock();
                                return io::Admission{.refused = alive ? alive->refuse(head) : io::problem(503, "the server stops"),
                                                     .body_max = 0};
                              },
                          .handle =
                              [weak = std::weak_ptr(core)](const io::IncomingRequest& request, const std::shared_ptr<Exchange>& exchange) {
                                if (const auto alive = weak.lock()) alive->handle(request, exchange);
                              }};
  core->http = TRY(io::HttpServer::listen(loop, core->settings.http, std::move(handler)));
  return std::unique_ptr<Server>(new Server(std::move(core)));
}

int Server::port() const {
  return core_->http->port();
}

void Server::stop(Millis grace, io::Callback done) {
  core_->http->stop(grace, std::move(done));
}

}  // namespace tamarack::coordinator
