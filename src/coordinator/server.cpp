#include "coordinator/server.h"

#include <fmt/format.h>

#include "base/text.h"
#include "coordinator/agent_routes.h"
#include "coordinator/answers.h"
#include "coordinator/asking.h"
#include "coordinator/authenticate.h"
#include "coordinator/blob_routes.h"
#include "coordinator/flow_server.h"
#include "coordinator/history_routes.h"
#include "coordinator/live_routes.h"
#include "coordinator/openapi.h"
#include "coordinator/request_checks.h"
#include "coordinator/run_news.h"
#include "coordinator/run_routes.h"
#include "coordinator/server_parts.h"
#include "coordinator/token_routes.h"

namespace tamarack::coordinator {
namespace {

using io::Answer;
using io::Exchange;

// "127.0.0.1:8420", "localhost", "[::1]:80"
bool is_loopback_name(std::string_view host) {
  const std::size_t end = host.starts_with('[') ? host.find(']') : host.rfind(':');
  const std::string_view name = host.starts_with('[') ? host.substr(0, end == std::string_view::npos ? end : end + 1) : host.substr(0, end);
  return name == "localhost" || name == "[::1]" ||
         (name.starts_with("127.") && name.find_first_not_of("0123456789.") == std::string_view::npos);
}

// Lookups take milliseconds, what goes into the other one seconds.
constexpr std::size_t reading_waiting_max = 1'000;
constexpr std::size_t rendering_waiting_max = 16;

bool changes_something(std::string_view method) {
  return method != "GET" && method != "HEAD";
}

Answer too_often(std::int64_t seconds) {
  Answer answer = io::problem(429, fmt::format("too many requests; wait {} s", seconds));
  answer.fields.emplace_back("Retry-After", std::to_string(seconds));
  return answer;
}

}  // namespace

struct Server::Core : std::enable_shared_from_this<Server::Core> {
  Core(io::Loop& loop, const Clock& clock, ServerStores stores, ServerSettings settings_, std::function<void(const Error&)> on_problem_)
      : settings(std::move(settings_)),
        on_problem(std::move(on_problem_)),
        started(clock.now()),
        reading(loop, reading_waiting_max),
        rendering(loop, rendering_waiting_max),
        writing(loop),
        flow_writing(loop),
        pool(settings.parked_min),
        host(loop, clock, stores.journal, writing, stores.blobs, settings.host,
             {.on_change = [this] { runs_changed(); },
              .on_entry = [this](const domain::RunId& run, const run::Entry& entry) { feeds.entered(run, entry); },
              .on_broken = [this](const domain::RunId& run,
                                  const Error& error) { on_problem(Error(error).in(fmt::format("run '{}'", run.value))); },
              .on_begun =
                  [this](const domain::RunId& run, const notify::News& origin) {
                    if (news) news->began(run, origin);
                  },
              .on_closed =
                  [this](const domain::RunId& run) {
                    if (news) news->closed(run);
                  },
              .are_agents_elsewhere = [this](const domain::RunId& run) { return pool.are_agents_elsewhere(run, parts.clock.now()); }}),
        guests(loop, clock, stores.access, settings.token_check),
        cleaner(loop, clock, stores.data, reading, stores.journal, writing, stores.blobs, settings.cleaner,
                {.at_work = [this] { return host.at_work(); },
                 .say =
                     [this](const std::string& line) {
                       if (settings.say) settings.say(line);
                     }}),
        parts{.loop = loop,
              .clock = clock,
              .stores = stores,
              .settings = settings,
              .reading = reading,
              .rendering = rendering,
              .host = host,
              .pool = pool,
              .guests = guests,
              .cleaner = cleaner},
        rate(settings.rate),
        failed_rate(settings.failed_rate) {
    flow = std::make_unique<FlowServer>(parts, flow_writing,
                                        FlowServer::Callbacks{.project_of_run = [this](const auto& run) { return project_of_run(run); },
                                                              .on_wait_over =
                                                                  [this](const auto& wait) {
                                                                    if (!host.wait_over(wait)) flow->desk().feed(flow::TakeWait{wait});
                                                                  },
                                                              .on_broken = [this](const Error& error) { on_problem(error); }});
    host.use_board(flow->desk().host(),
                   [this](flow::WaitSpec& spec, const std::string& project) { flow->adapt_wait_of_run(spec, project); });
    if (!settings.notifier) return;
    news = std::make_unique<RunNews>(
        loop, clock, stores.data, reading, stores.journal, writing,
        RunNewsSettings{.notifier = *settings.notifier, .machine = settings.machine, .version = settings.version, .warn = settings.warn});
  }

  ServerSettings settings;
  std::function<void(const Error&)> on_problem;
  Instant started;
  io::Lane reading;
  io::Lane rendering;
  io::Lane writing;
  io::Lane flow_writing;
  AgentPool pool;
  RunHost host;
  Guests guests;
  Cleaner cleaner;
  ServerParts parts;
  BlobRoutes blobs{parts};
  JournalFeeds feeds{parts};
  RunRoutes runs{parts, blobs, feeds};
  AgentRoutes agents{parts};
  TokenRoutes tokens{parts};
  HistoryRoutes history{parts};
  LiveRoutes live{parts};
  RateLimit rate;
  RateLimit failed_rate;
  std::set<domain::RunId> in_pool;
  std::unique_ptr<RunNews> news;  // null: nobody is told
  std::unique_ptr<FlowServer> flow;
  bool stopping = false;
  bool restored = false;  // the board
  std::unique_ptr<io::HttpServer> http;

  // While nothing else reads yet, the store may be asked here; later on whoever parks a wait is at work.
  std::string project_of_run(const domain::RunId& run) {
    for (const RunWish& wish : host.wishes())
      if (wish.run == run) return wish.project;
    const auto row = restored ? std::nullopt : parts.stores.data.run(run).value_or(std::nullopt);
    return row ? row->project : std::string{};
  }

  void runs_changed() {
    std::set<domain::RunId> now;
    for (const RunWish& wish : host.wishes()) {
      now.insert(wish.run);
      in_pool.insert(wish.run);
      pool.run_began(wish);
    }
    for (const domain::RunId& run : std::set(in_pool)) {
      if (now.contains(run)) continue;
      pool.run_ended(run);
      in_pool.erase(run);
    }
    agents.look_for_work();
  }

  // A token in the header, or the one a browser keeps as a cookie.
  Result<domain::Caller> caller_of(const io::RequestHead& head) {
    if (settings.open) return domain::open_caller();
    const std::string_view authorization = head.field("Authorization");
    const std::string kept = authorization.empty() ? token_in_cookie(head.field("Cookie")) : std::string{};
    const Instant now = parts.clock.now();
    return kept.empty() ? authenticate(parts.stores.access, authorization, now) : authenticate_token(parts.stores.access, kept, now);
  }

  // What can be said before the object is known: is there such a route, is the token of any use, does its role reach.
  io::Admission admit(const io::RequestHead& head) {
    const RouteMatch match = match_route(head.method, head.segments);
    if (match.route == nullptr && match.methods.empty())
      return {.refused = io::problem(404, fmt::format("there is nothing at '{}'", head.path))};
    if (match.route == nullptr) {
      Answer answer = io::problem(405, fmt::format("'{}' does not answer to {}", head.path, head.method));
      std::string allowed;
      for (const std::string_view method : match.methods)
        allowed += fmt::format("{}{}", allowed.empty() ? "" : ", ", method == "GET" ? "GET, HEAD" : method);
      answer.fields.emplace_back("Allow", allowed);
      return {.refused = answer};
    }
    if (auto refused = refuse(head, match)) return {.refused = std::move(refused)};
    const auto parameter = [&](std::string_view name) { return match.parameters.find(name)->second; };
    // A form of another site's page can send these without being asked, and nobody else has a reason to.
    const std::string type = lower(trim(head.field("Content-Type").substr(0, head.field("Content-Type").find(';'))));
    const bool is_form = type == "text/plain" || type == "multipart/form-data";
    if (match.route->id == RouteId::session_open ? !is_json_type(type)
                                                 : match.route->takes_json && is_form && changes_something(head.method))
      return {.refused = io::problem(415, fmt::format("expected Content-Type: application/json, got '{}'", type))};
    if (match.route->id == RouteId::job_process) {
      const auto caller = caller_of(head);
      return caller ? flow->admit_upload(head, *caller) : io::Admission{.refused = trouble(caller.error())};
    }
    if (match.route->id == RouteId::blob_put) return blobs.admit_upload(head, parameter("project"), parameter("sha256"));
    return {.refused = std::nullopt, .body_max = match.route->body_max};
  }

  // An open server trusts whoever is on this machine, but not the pages of other sites in a browser here, by whatever name they came.
  std::optional<Answer> refuse_foreign(const io::RequestHead& head) const {
    const std::string_view reached_as = head.field("Host");
    if (settings.open && !is_loopback_name(reached_as))
      return io::problem(403, "an open server is reached as localhost, 127.0.0.1 or [::1] only");
    const std::string_view origin = head.field("Origin");
    const bool foreign = !origin.empty() && !origin.ends_with(fmt::format("//{}", reached_as));
    if (head.wants_websocket() && foreign) return io::problem(403, "a page of another site may not open a link");
    return std::nullopt;
  }

  std::optional<Answer> refuse(const io::RequestHead& head, const RouteMatch& match) {
    if (auto foreign = refuse_foreign(head)) return foreign;
    // Another site's page can make a browser send its cookie, but not this header.
    const bool by_cookie = !settings.open && head.field("Authorization").empty() && !head.field("Cookie").empty();
    const bool is_ours = head.field("X-Tamarack") == "1";
    if ((by_cookie || settings.open) && changes_something(head.method) && !is_ours && !head.field("Origin").empty())
      return io::problem(403, "a browser's request that changes something needs the header X-Tamarack: 1");
    if (by_cookie && changes_something(head.method) && !is_ours && match.route->id != RouteId::session_open)
      return io::problem(403, "with the cookie, what changes something needs the header X-Tamarack: 1");
    if (match.route->id == RouteId::session_open)
      if (const auto wait = failed_rate.take(head.peer, parts.clock.now())) return too_often(*wait);
    // Anybody may try addresses of webhooks, so they have a rate of their own, by where they come from.
    if (match.route->id == RouteId::hook_call)
      if (const auto wait = rate.take("webhooks from " + head.peer, parts.clock.now())) return too_often(*wait);
    if (!match.route->needed) return std::nullopt;
    const Result<domain::Caller> caller = caller_of(head);
    if (!caller) return trouble(caller.error());
    const Instant now = parts.clock.now();
    if (!settings.open && !caller->token) {
      if (const auto wait = failed_rate.take(head.peer, now)) return too_often(*wait);
      return unauthenticated(caller->problem);
    }
    if (const auto wait = rate.take(caller->token ? caller->token->id.value : head.peer, now)) return too_often(*wait);
    // Objects with a project in their path are asked for here; those of runs, agents and tokens once they are looked up. Metrics tell of
    // all.
    const auto named = match.parameters.find("project");
    const std::string own = caller->token ? caller->token->project : std::string(domain::all_projects);
    const std::string project = named != match.parameters.end()       ? named->second
                                : match.route->id == RouteId::metrics ? std::string(domain::all_projects)
                                                                      : own;
    const auto decision = domain::decide_access(*caller, {.needed = *match.route->needed, .project = project, .now = now});
    if (decision.access == domain::Access::unauthenticated) return unauthenticated(decision.reason);
    if (decision.access == domain::Access::forbidden) return io::problem(403, decision.reason);
    return std::nullopt;
  }

  void handle(io::IncomingRequest request, const std::shared_ptr<Exchange>& exchange) {
    RouteMatch match = match_route(request.head.method, request.head.segments);
    const Result<domain::Caller> caller = match.route != nullptr && match.route->needed ? caller_of(request.head) : domain::Caller{};
    // It was admitted a moment ago; a token may have been revoked since, and a database may be gone.
    if (match.route == nullptr || !caller) return exchange->answer(io::problem(500, "the request was admitted and cannot be answered"));
    if (match.route->needed && !settings.open && !caller->token) return exchange->answer(unauthenticated(caller->problem));
    if (stopping) return exchange->answer(io::problem(503, "the server stops"));
    dispatch({.route = match.route,
              .parameters = std::move(match.parameters),
              .caller = *caller,
              .request = std::move(request),
              .exchange = exchange});
  }

  void dispatch(Call call) {
    if (FlowServer::is_mine(call.route->id)) return flow->handle(std::move(call));
    switch (call.route->id) {
      case RouteId::health:
        return call.exchange->answer(text_answer("text/plain", "ok\n"));
      case RouteId::ready:
        return ready(call.exchange);
      case RouteId::openapi:
        return call.exchange->answer(json_answer(openapi_document(settings.version)));
      case RouteId::metrics:
        return call.exchange->answer(text_answer(call.route->produces, metrics()));
      case RouteId::session_open:
      case RouteId::session:
      case RouteId::session_close:
      case RouteId::tokens:
      case RouteId::token_create:
      case RouteId::token_rotate:
      case RouteId::token_revoke:
        return tokens.handle(call);
      case RouteId::runs:
        return runs.list(call);
      case RouteId::run_start:
        return runs.start(std::move(call));
      case RouteId::run:
      case RouteId::report:
      case RouteId::report_page:
      case RouteId::run_test:
      case RouteId::journal:
      case RouteId::events:
      case RouteId::cancel:
      case RouteId::spec:
      case RouteId::link:
        return runs.handle(std::move(call));
      case RouteId::live:
        return live.watch(std::move(call));
      case RouteId::projects:
      case RouteId::history:
      case RouteId::tests:
      case RouteId::test:
      case RouteId::specs:
        return history.handle(call);
      case RouteId::take_report:
        return history.take_report(call);
      case RouteId::blobs_missing:
      case RouteId::blob_put:
      case RouteId::blob:
        return blobs.handle(call);
      case RouteId::blob_link:
        return blobs.open_link(call);
      case RouteId::agents:
      case RouteId::agents_poll:
      case RouteId::agent_drain:
        return agents.handle(call);
      case RouteId::page:
        return page(call);
      default:
        return call.exchange->answer(io::problem(500, "nobody answers this request"));
    }
  }

  void ready(const std::shared_ptr<Exchange>& exchange) {
    auto outcome = std::make_shared<bool>(false);
    ask(
        exchange, reading, [this, outcome] { *outcome = parts.stores.data.runs(1).has_value(); },
        [outcome, exchange] {
          exchange->answer(*outcome ? text_answer("text/plain", "ready\n") : io::problem(503, "the database does not answer"));
        });
  }

  // The files of the dashboard; every other path is one of its pages.
  void page(const Call& call) const {
    for (const Asset& asset : settings.assets)
      if (asset.path == call.request.head.path) return call.exchange->answer(file_answer(asset.content_type, asset.body));
    if (call.request.head.path.starts_with("/assets/"))
      return call.exchange->answer(io::problem(404, fmt::format("there is nothing at '{}'", call.request.head.path)));
    call.exchange->answer(file_answer("text/html; charset=utf-8", settings.dashboard));
  }

  static Answer file_answer(std::string_view content_type, const std::string& body) {
    Answer answer = text_answer(content_type, body);
    answer.fields.emplace_back("Content-Security-Policy",
                               "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
                               "media-src 'self'; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
                               "form-action 'self'");
    answer.fields.emplace_back("Referrer-Policy", "no-referrer");
    return answer;
  }

  std::string metrics() const {
    const io::ServerCounts counts = http->counts();
    std::string out;
    const auto add = [&](std::string_view name, std::string_view type, std::string_view help, std::uint64_t value) {
      out += fmt::format("# HELP tamarack_{0} {1}\n# TYPE tamarack_{0} {2}\ntamarack_{0} {3}\n", name, help, type, value);
    };
    add("uptime_seconds", "gauge", "Since the server was started.",
        static_cast<std::uint64_t>((parts.clock.now() - started).count() / 1000));
    add("runs_active", "gauge", "Runs this server works on now.", host.active().size());
    add("agents", "gauge", "Agents heard of lately.", present_agents());
    add("http_connections", "gauge", "Open now.", counts.connections);
    add("event_streams", "gauge", "Open now.", counts.feeds);
    add("websockets", "gauge", "Open now: links of agents.", counts.websockets);
    add("http_requests_total", "counter", "Requests that were read.", counts.requests);
    add("http_malformed_total", "counter", "Requests that could not be read.", counts.malformed);
    add("http_timed_out_total", "counter", "Connections closed for their slowness.", counts.timed_out);
    add("http_turned_away_total", "counter", "Connections over the limit.", counts.turned_away);
    add("http_bodies_refused_total", "counter", "Requests whose bodies found no room in memory.", counts.bodies_refused);
    add("agent_messages_refused_total", "counter", "What agents said that cannot be true, or cannot be read.", host.refused());
    add("blobs_refused_total", "counter", "Uploads whose bytes are not what their name says.", blobs.refused());
    add("reports_made_total", "counter", "Reports that were made.", runs.renderings().made());
    add("reports_shared_total", "counter", "Answers with a report that was made for somebody else.", runs.renderings().shared());
    add("lookups_waiting", "gauge", "Requests that wait for the database.", reading.waiting());
    add("reports_waiting", "gauge", "Reports, journals and histories that wait to be read.", rendering.waiting());
    const CleanerCounts tidied = cleaner.counts();
    add("retention_runs_removed_total", "counter", "Old runs that were removed.", tidied.runs_removed);
    add("retention_bytes_freed_total", "counter", "Bytes of files that nobody needed any more.", tidied.bytes_freed);
    add("blob_bytes", "gauge", "Bytes of all projects' files, as far as counted.", tidied.bytes_held);
    out += flow->metrics();
    if (!news) return out;
    const notify::NotifierCounts told = news->counts();
    add("notifications_delivered_total", "counter", "Requests to others that were taken.", told.delivered);
    add("notifications_failed_attempts_total", "counter", "Attempts that failed; each is tried again or given up.", told.attempts_failed);
    add("notifications_given_up_total", "counter", "Requests that will not be sent again.", told.given_up);
    add("notifications_dropped_total", "counter", "Requests dropped for want of room.", told.dropped);
    add("notifications_waiting", "gauge", "Requests that are owed now.", told.waiting);
    return out;
  }

  std::uint64_t present_agents() const {
    const auto rows = pool.rows(parts.clock.now());
    return static_cast<std::uint64_t>(std::count_if(rows.begin(), rows.end(), [](const AgentRow& row) { return !row.away; }));
  }
};

Server::Server(std::shared_ptr<Core> core) : core_(std::move(core)) {}

Server::~Server() {
  core_->http.reset();
  // What reads or writes on other threads uses the parts below.
  core_->reading.close();
  core_->rendering.close();
  core_->writing.close();
  core_->flow_writing.close();
}

Result<std::unique_ptr<Server>> Server::listen(io::Loop& loop, const Clock& clock, ServerStores stores, ServerSettings settings,
                                               std::function<void(const Error&)> on_problem) {
  auto core = std::make_shared<Core>(loop, clock, stores, std::move(settings), std::move(on_problem));
  io::HttpHandler handler{.admit =
                              [weak = std::weak_ptr(core)](const io::RequestHead& head) {
                                const auto alive = weak.lock();
                                return alive ? alive->admit(head) : io::Admission{.refused = io::problem(503, "the server stops")};
                              },
                          .handle =
                              [weak = std::weak_ptr(core)](io::IncomingRequest request, const std::shared_ptr<Exchange>& exchange) {
                                if (const auto alive = weak.lock()) alive->handle(std::move(request), exchange);
                              }};
  core->http = TRY(io::HttpServer::listen(loop, core->settings.http, std::move(handler)));
  TRY_VOID(core->flow->restore());
  core->restored = true;
  if (core->news) core->news->restore();
  for (const Error& error : core->host.restore()) core->on_problem(error);
  if (core->news) core->news->catch_up(core->host.active());
  core->cleaner.begin();
  return std::unique_ptr<Server>(new Server(std::move(core)));
}

int Server::port() const {
  return core_->http->port();
}

void Server::stop(Millis grace, io::Callback done) {
  core_->stopping = true;
  core_->agents.send_away();
  core_->host.let_go();
  core_->flow->stop();
  core_->http->stop(grace, std::move(done));
}

}  // namespace tamarack::coordinator
