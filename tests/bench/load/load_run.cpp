#include "load_run.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/sha256.h"
#include "base/text.h"
#include "io/machine.h"

namespace tamarack::load {
namespace {

constexpr const char* workspace = "no workspace";
constexpr Millis ask_pause{20};
// Figures of tests are brought up to date after a run, a slice at a time.
constexpr Millis settle{500};
constexpr Millis home_max{10'000};

std::optional<std::int64_t> metric_in(std::string_view text, const std::string& name) {
  for (const std::string& line : split_lines(std::string(text)))
    if (line.starts_with(name + " ")) return parse_integer(line.substr(name.size() + 1));
  return std::nullopt;
}

// As `tamarack run` draws them: in the order of time, which is the order in which the journal keeps them.
domain::RunId new_run_id(Instant now) {
  std::string digits = iso8601(now);  // 2026-11-21T10:24:18.250Z
  std::erase_if(digits, [](char c) { return c == '-' || c == ':'; });
  return domain::RunId{fmt::format("r-{}-{}-{}", digits.substr(0, 8), digits.substr(9, 6), hex64(io::random_seed()).substr(0, 4))};
}

}  // namespace

domain::Plan plan_of(const LoadOptions& options) {
  domain::Plan plan{.framework = "command", .workers = options.agents * options.workers};
  plan.units_share_invocation = options.shared;
  for (std::int64_t u = 0; u < options.units; ++u) {
    const std::string spec = fmt::format("e2e/area{:02}/feature{:05}.spec.ts", u % 50, u);
    domain::Unit unit{.index = domain::UnitIndex{static_cast<std::size_t>(u)}, .title = spec, .spec = spec, .estimate = Millis{1000}};
    for (std::int64_t t = 0; t < options.tests_per_unit; ++t) {
      const domain::TestIdentity identity{spec, {"a signed-in customer", fmt::format("does thing number {} and sees it", t)}, "chromium"};
      unit.tests.push_back(domain::TestIndex{plan.tests.size()});
      plan.tests.push_back({.id = make_test_id(identity), .identity = identity, .line = 10 * t + 1});
    }
    plan.units.push_back(std::move(unit));
  }
  return plan;
}

LoadRun::LoadRun(io::Loop& loop, const Clock& clock, LoadOptions options, std::function<void(Result<std::string>)> done)
    : loop_(loop),
      options_(std::move(options)),
      done_(std::move(done)),
      api_(loop, options_.server),
      server_(options_.server_pid),
      run_(new_run_id(clock.now())),
      other_run_{run_.value + "-other"},
      crew_{.loop = loop,
            .clock = clock,
            .api = api_,
            .workers = options_.workers,
            .test_duration = options_.test_duration,
            .fetch_spec = options_.fetch_spec,
            .on_told =
                [this] {
                  if (told_++ == 0) measured_.told = moment();
                },
            .on_welcome = [this] { welcomed(); },
            .on_sent_home = [this] { verdict_is_there(); },
            .on_home = [this] { came_home(); }},
      audience_{.loop = loop, .clock = clock, .api = api_, .on_end = [this] {
                  if (++ended_ == options_.watchers && home_ == options_.agents) over();
                }} {}

void LoadRun::start() {
  server_.forget_peak();
  measured_.kb_before = server_.resident_kb();
  deadline(options_.join_max, "the server did not take a blob");
  api_.call(
      {.method = "PUT", .path = fmt::format("/api/v1/projects/{}/blobs/{}", options_.project, sha256_hex(workspace)), .body = workspace},
      [this](const Result<std::string>& stored) {
        if (!stored) return end(Error(stored.error()).in("a blob could not be stored"));
        options_.watchers > 0 ? ask_for_run() : bring_agents();
      });
}

void LoadRun::ask_for_run() {
  wire::RunRequest request{.run_id = run_,
                           .project = options_.project,
                           .branch = "main",
                           .commit = "load",
                           .command = "load",
                           .plan = plan_of(options_),
                           .workspace = sha256_hex(workspace),
                           .config = "tamarack.toml"};
  if (!options_.beside) return ask(request, [this] { asked_for(); });
  // First the one that waits: agents that are there already would begin before it is there.
  wire::RunRequest other = request;
  other.run_id = other_run_;
  other.requires_labels = {{"load", "nobody has this label"}};
  ask(other, [this, request = std::move(request)] { ask(request, [this] { asked_for(); }); });
}

void LoadRun::ask(const wire::RunRequest& request, io::Callback then) {
  api_.call({.method = "POST", .path = "/api/v1/runs", .body = encode(request)},
            [this, then = std::move(then)](const Result<std::string>& body) {
              if (!body) return end(Error(body.error()).in("the run could not be started"));
              then();
            });
}

void LoadRun::asked_for() {
  measured_.kb_planned = server_.resident_kb();
  if (options_.watchers > 0) bring_watchers();
}

void LoadRun::bring_watchers() {
  for (std::int64_t i = 0; i < options_.watchers; ++i) {
    watchers_.push_back(std::make_unique<Watcher>(audience_, run_));
    watchers_.back()->start();
  }
  await("tamarack_event_streams", options_.watchers, [this] { bring_agents(); });
}

void LoadRun::bring_agents() {
  deadline(options_.join_max, "not all agents came to their link");
  measured_.server_cpu_coming = server_.processor_ms();
  const std::string session = hex64(io::random_seed());
  for (std::int64_t i = 1; i <= options_.agents; ++i) {
    agents_.push_back(std::make_unique<SimAgent>(crew_, static_cast<std::size_t>(i), session));
    agents_.back()->poll();
  }
  if (options_.watchers == 0) await("tamarack_agents", options_.agents, [this] { ask_for_run(); });
}

void LoadRun::welcomed() {
  if (++welcomed_ < options_.agents) return;
  deadline(options_.work_max, "the run came to no end");
  measured_.server_cpu_ready = server_.processor_ms();
  measured_.own_cpu_ready = own_processor_ms();
  measured_.ready = moment();
  for (const auto& agent : agents_) agent->be_ready();
}

void LoadRun::verdict_is_there() {
  if (std::exchange(has_verdict_, true)) return;
  measured_.verdict = moment();
  measured_.server_cpu_verdict = server_.processor_ms();
  measured_.own_cpu_verdict = own_processor_ms();
  measured_.kb_verdict = server_.resident_kb();
  deadline(home_max, "not all agents were let go, or not all watchers told");
}

void LoadRun::came_home() {
  if (++home_ == options_.agents && ended_ == options_.watchers) over();
}

void LoadRun::over() {
  if (options_.beside)
    api_.call({.method = "POST", .path = "/api/v1/runs/" + other_run_.value + "/cancel", .body = "{}"}, [](const Result<std::string>&) {});
  await("tamarack_runs_active", 0, [this] {
    ask_again_ = loop_.after(settle, [this] {
      measured_.kb_after = server_.resident_kb();
      measured_.kb_peak = server_.peak_kb();
      end(figures());
    });
  });
}

std::string LoadRun::figures() const {
  const double work_ms = ms_between(measured_.ready, measured_.verdict);
  Spans all = crew_.first_lease;
  all.ms.insert(all.ms.end(), crew_.next_lease.ms.begin(), crew_.next_lease.ms.end());
  std::int64_t behind = 0;  // watchers that did not see all that others saw
  std::int64_t newest = 0;
  for (const auto& watcher : watchers_) newest = std::max(newest, watcher->last());
  for (const auto& watcher : watchers_) behind += watcher->last() < newest ? 1 : 0;
  std::string out = fmt::format(R"({{"run":"{}","agents":{},"workers":{},"units":{},"tests":{},"watchers":{},"test_ms":{},)", run_.value,
                                options_.agents, options_.workers, options_.units, options_.units * options_.tests_per_unit,
                                options_.watchers, options_.test_duration.count());
  out +=
      fmt::format(R"("join_ms":{:.1f},"work_ms":{:.1f},"leases":{},"results":{},"links_lost":{},"calls_failed":{},)",
                  ms_between(measured_.told, measured_.ready), work_ms, crew_.leases, crew_.results, crew_.links_lost, crew_.calls_failed);
  out += fmt::format(R"("lease":{},"first_lease":{},"next_lease":{},)", all.json(), crew_.first_lease.json(), crew_.next_lease.json());
  out += fmt::format(R"("join_cpu_ms":{:.1f},"server_cpu_ms":{:.1f},"own_cpu_ms":{:.1f},)",
                     measured_.server_cpu_ready - measured_.server_cpu_coming, measured_.server_cpu_verdict - measured_.server_cpu_ready,
                     measured_.own_cpu_verdict - measured_.own_cpu_ready);
  out += fmt::format(R"("kb":{{"before":{},"planned":{},"verdict":{},"after":{},"peak":{}}},)", measured_.kb_before, measured_.kb_planned,
                     measured_.kb_verdict, measured_.kb_after, measured_.kb_peak);
  out += fmt::format(R"("events":{},"events_cut":{},"events_fetched":{},"events_gaps":{},"watchers_behind":{}}})", audience_.age.json(),
                     audience_.cuts, audience_.fetched, audience_.gaps, behind);
  return out;
}

// ---- ends and patience

void LoadRun::end(Result<std::string> outcome) {
  deadline_.cancel();
  if (const auto done = std::exchange(done_, nullptr)) done(std::move(outcome));
}

void LoadRun::fail(const std::string& what) {
  std::string message = fmt::format(
      "{}: {} of {} agents were told of the run, {} have their link, {} tests have ended, {} are home, {} of {} watchers were "
      "told of the end; {} calls failed, {} links were lost",
      what, told_, options_.agents, welcomed_, crew_.results, home_, ended_, options_.watchers, crew_.calls_failed, crew_.links_lost);
  if (!crew_.last_trouble.empty()) message += "; the last trouble: " + crew_.last_trouble;
  end(make_error(ErrorCode::unavailable, message));
}

void LoadRun::deadline(Millis patience, const std::string& what) {
  deadline_ = loop_.after(patience, [this, what] { fail(what); });
}

void LoadRun::await(const std::string& metric, std::int64_t value, io::Callback then) {
  api_.call({.path = "/metrics"}, [this, metric, value, then = std::move(then)](const Result<std::string>& text) {
    if (!done_) return;
    if (!text) crew_.last_trouble = text.error().message;
    if (text && metric_in(*text, metric) == value) return then();
    ask_again_ = loop_.after(ask_pause, [this, metric, value, then] { await(metric, value, then); });
  });
}

}  // namespace tamarack::load
