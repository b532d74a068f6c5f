#include "coordinator/run_host.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/text.h"
#include "coordinator/read_run.h"
#include "coordinator/request_checks.h"
#include "coordinator/test_figures.h"
#include "run/carry.h"
#include "wire/manifest.h"

namespace tamarack::coordinator {

struct RunHost::Active {
  RunWish wish;
  std::string spec;
  std::unique_ptr<Coordinator> coordinator;
  Answered on_durable;  // who asked hears of it once the plan is in the journal
  wire::RunStarted started;
  notify::News origin;
  bool closing = false;
};

struct RunHost::Decided {
  std::optional<wire::RunStarted> known;  // no new run
  run::Carried carried;
  store::RequestRow row;
};

namespace {

std::string page_of(const domain::RunId& run) {
  return "/runs/" + run.value;
}

wire::RunStarted answer_of(const store::RunRow& row, wire::Started state) {
  return {.run_id = row.run, .url = page_of(row.run), .state = state, .verdict = row.verdict, .exit_code = row.exit_code};
}

constexpr std::string_view tell_apart = "tell the suites of one job apart: set TAMARACK_SUITE or pass --suite NAME";

// Every test of `wanted` is in `plan`.
bool holds_all(const domain::Plan& plan, const domain::Plan& wanted) {
  std::set<std::string_view> known;
  for (const domain::TestCase& test : plan.tests) known.insert(test.id.value);
  return std::all_of(wanted.tests.begin(), wanted.tests.end(), [&](const domain::TestCase& test) { return known.contains(test.id.value); });
}

Heard heard_in(const std::vector<run::Entry>& journal) {
  Heard heard;
  for (const run::Entry& entry : journal)
    if (!entry.cause.session.empty()) heard[entry.cause.session] = std::max(heard[entry.cause.session], entry.cause.message);
  return heard;
}

run::Run fold(const std::vector<run::Entry>& journal) {
  run::Run folded;
  for (const run::Entry& entry : journal) run::apply(folded, entry);
  return folded;
}

Result<store::RunRow> row_of(store::Store& store, const domain::RunId& run) {
  auto row = TRY(store.run(run));
  if (!row) return make_error(ErrorCode::not_found, fmt::format("there is no run '{}'", run.value));
  return *row;
}

// A client cannot claim a verdict: what stands is computed from the earlier run's own journal.
Result<run::Carried> carried_from(store::Store& store, const domain::RunId& run, const wire::RunRequest& request) {
  const auto row = TRY(store.run(run));
  if (!row || row->project != request.project)
    return make_error(ErrorCode::not_found, fmt::format("/carry_from: there is no run '{}' in this project", run.value));
  if (!row->finished) return make_error(ErrorCode::conflict, fmt::format("/carry_from: run '{}' is not finished", run.value));
  return run::carry_forward(fold(TRY(load_journal(store, run))), request.plan);
}

}  // namespace

// Not on the loop: what the store knows decides.
struct RunHost::Decider {
  store::Store& store;
  artifact::BlobStore& blobs;
  Instant now;

  Result<Decided> decide(const wire::RunRequest& request, const std::string& body) const {
    Decided decision;
    if (const auto same = TRY(store.request(request.run_id))) {
      if (same->body != body)
        return make_error(ErrorCode::conflict, fmt::format("run '{}' was asked for with another request", request.run_id.value));
      decision.known = answer_of(TRY(row_of(store, request.run_id)), wire::Started::same);
      return decision;
    }
    domain::RunId carry_from = request.carry_from;
    if (!request.identity.empty() && carry_from.empty() && !request.afresh) {
      decision.known = TRY(look_for_earlier(request, carry_from));
      if (decision.known) return decision;
    }
    if (!carry_from.empty()) {
      decision.carried = TRY(carried_from(store, carry_from, request));
      if (!run::leaves_work(decision.carried, request.plan)) {
        decision.known = answer_of(TRY(row_of(store, carry_from)), wire::Started::repeated);
        return decision;
      }
      if (decision.carried.tests.empty()) decision.carried.from = {};
    }
    for (const std::string& blob : {request.workspace, request.listing})
      if (!blob.empty() && !blobs.has(request.project, blob))
        return make_error(ErrorCode::not_found, fmt::format("blob '{}' is not here", blob), "send it before the run is started");
    decision.row = {.run = request.run_id,
                    .project = request.project,
                    .identity = request.identity,
                    .at = now,
                    .body = body,
                    .carried_from = decision.carried.from.value,
                    .config = request.config,
                    .workspace = request.workspace};
    return decision;
  }

  // Several suites of one job share its identity unless it is told them apart: the verdict of one is none for another.
  static Result<> check_same_suite(const wire::RunRequest& request, const store::RequestRow& before, const store::RunRow& row) {
    const std::string config = before.config.empty() ? TRY(wire::decode<wire::RunRequest>(before.body)).config : before.config;
    if (config == request.config && row.framework == request.plan.framework) return {};
    return make_error(ErrorCode::conflict,
                      fmt::format("run '{}' of this CI job is of another suite: '{}' ({}), this one is '{}' ({})", row.run.value, config,
                                  row.framework, request.config, request.plan.framework),
                      std::string(tell_apart));
  }

  // A retried CI job: it follows the run that goes on, repeats what is green, or carries what was good into a new one.
  Result<std::optional<wire::RunStarted>> look_for_earlier(const wire::RunRequest& request, domain::RunId& carry_from) const {
    const auto before = TRY(store.newest_request(request.project, request.identity));
    if (!before) return std::nullopt;
    const store::RunRow row = TRY(row_of(store, before->run));
    // Another commit is another question: nothing of it stands.
    if (row.commit != request.commit) return std::nullopt;
    TRY_VOID(check_same_suite(request, *before, row));
    if (!row.finished) return answer_of(row, wire::Started::joined);
    carry_from = row.run;
    // The same try of the job: a machine that comes late hears the verdict, whatever it is. Only another try runs anything again.
    const bool same_try = request.ci_attempt > 0 && TRY(attempt_of(*before)) == request.ci_attempt;
    if (row.exit_code != 0 && !same_try) return std::nullopt;
    // A verdict on other tests says nothing about these.
    if (!holds_all(fold(TRY(load_journal(store, row.run))).plan, request.plan)) return std::nullopt;
    return answer_of(row, wire::Started::repeated);
  }

  static Result<std::int64_t> attempt_of(const store::RequestRow& row) { return TRY(wire::decode<wire::RunRequest>(row.body)).ci_attempt; }
};

RunHost::RunHost(io::Loop& loop, const Clock& clock, store::Store& store, io::Lane& writing, artifact::BlobStore& blobs,
                 RunHostSettings settings, RunHostCallbacks callbacks)
    : loop_(loop),
      clock_(clock),
      store_(store),
      writing_(writing),
      blobs_(blobs),
      settings_(std::move(settings)),
      callbacks_(std::move(callbacks)) {}

RunHost::~RunHost() = default;

void RunHost::let_go() {
  let_go_ = true;
  active_.clear();
}

// ---- beginning

void RunHost::start(wire::RunRequest request, std::string body, Answered done) {
  if (let_go_) return done(make_error(ErrorCode::unavailable, "the server stops"));
  if (const auto good = check_request(request); !good) return done(good.error());
  asked_.push_back(std::make_shared<Asked>(Asked{std::move(request), std::move(body), std::move(done)}));
  next_start();
}

void RunHost::next_start() {
  if (deciding_ || asked_.empty()) return;
  deciding_ = true;
  const std::shared_ptr<Asked> asked = asked_.front();
  asked_.pop_front();
  auto decision = std::make_shared<Result<Decided>>(Decided{});
  writing_.run(
      [decider = Decider{store_, blobs_, clock_.now()}, asked, decision] { *decision = decider.decide(asked->request, asked->body); },
      [this, asked, decision, alive = std::weak_ptr(alive_)] {
        if (alive.expired()) return;
        if (let_go_) return asked->done(make_error(ErrorCode::unavailable, "the server stops"));
        decided(asked, *decision);
      });
}

void RunHost::decided(const std::shared_ptr<Asked>& asked, const Result<Decided>& outcome) {
  if (!outcome || outcome->known) {
    asked->done(outcome ? known_run(*outcome->known, asked->request.plan) : Result<wire::RunStarted>(outcome.error()));
    return next_is_due();
  }
  const Decided& decision = *outcome;
  wire::RunRequest& request = asked->request;
  request.options.lease_lifetime = settings_.lease_lifetime;
  request.options.no_worker_max = settings_.no_worker_max;
  const bool carries = !decision.carried.tests.empty();
  Active& active = make_active(request, decision.row, decision.row.at);
  active.on_durable = std::move(asked->done);
  active.started = {
      .run_id = request.run_id, .url = page_of(request.run_id), .state = carries ? wire::Started::continued : wire::Started::started};
  active.coordinator->begin(request.plan, request.options, decision.carried);
}

// The next request is looked at when this one is in the journal, or never will be: machines of one CI job ask in the same moment.
void RunHost::next_is_due() {
  deciding_ = false;
  next_start();
}

RunHost::Active* RunHost::find(const domain::RunId& run) const {
  const auto found = active_.find(run);
  return found == active_.end() ? nullptr : found->second.get();
}

// What another run stands for, if anybody still works on it.
Result<wire::RunStarted> RunHost::known_run(const wire::RunStarted& known, const domain::Plan& wanted) const {
  const bool goes_on = known.state == wire::Started::joined || (known.state == wire::Started::same && known.verdict.empty());
  const auto found = active_.find(known.run_id);
  if (found != active_.end() && known.state == wire::Started::joined && !holds_all(found->second->coordinator->run().plan, wanted))
    return make_error(ErrorCode::conflict, fmt::format("run '{}' of this CI job goes on with other tests than these", known.run_id.value),
                      std::string(tell_apart));
  if (!goes_on || found != active_.end()) return known;
  return make_error(ErrorCode::conflict, fmt::format("run '{}' has no end, and this server cannot go on with it", known.run_id.value),
                    "start a new one with --afresh");
}

RunHost::Active& RunHost::make_active(const wire::RunRequest& request, std::optional<store::RequestRow> row, Instant asked) {
  auto active = std::make_unique<Active>();
  const domain::RunId run = request.run_id;
  active->wish = {
      .run = run, .project = request.project, .asked = asked, .workers_max = request.workers_max, .labels = request.requires_labels};
  active->origin = {.suite_dir = request.suite_dir,
                    .ci_identity = request.identity,
                    .ci_url = request.ci_url,
                    .ci_attempt = request.ci_attempt,
                    .pull_request = request.pull_request};
  active->spec = encode(wire::RunSpec{.run_id = run,
                                      .project = request.project,
                                      .workspace = request.workspace,
                                      .listing = request.listing,
                                      .config = request.config,
                                      .setup = request.setup,
                                      .setup_inputs = request.setup_inputs,
                                      .seed = request.plan.seed,
                                      .plan = request.plan});
  active->coordinator = std::make_unique<Coordinator>(
      loop_, clock_, store_, writing_,
      CoordinatorSettings{.run = run,
                          .heartbeat = settings_.heartbeat,
                          .agents_may_come_back = true,
                          .announces_plan = false,
                          .row = {.run = run, .project = request.project, .branch = request.branch, .commit = request.commit},
                          .request = std::move(row)},
      CoordinatorCallbacks{.on_entry = [this, run](const run::Entry& entry) { entered(run, entry); },
                           .on_finished = [this, run] { finished(run); },
                           .on_broken =
                               [this, run](const Error& error) {
                                 Active* broken = find(run);
                                 const Answered done = broken != nullptr ? std::exchange(broken->on_durable, nullptr) : nullptr;
                                 callbacks_.on_broken(run, error);
                                 forget(run);
                                 if (!done) return;
                                 done(error);
                                 next_is_due();
                               }});
  CHECK(!active_.contains(run), "run '{}' is worked on already", run.value);
  return *(active_[run] = std::move(active));
}

void RunHost::entered(const domain::RunId& run, const run::Entry& entry) {
  if (callbacks_.on_entry) callbacks_.on_entry(run, entry);
  Active* active = find(run);
  if (active == nullptr) return;
  const auto done = std::exchange(active->on_durable, nullptr);
  if (!done) return;
  done(active->started);
  if (callbacks_.on_begun) callbacks_.on_begun(run, active->origin);
  callbacks_.on_change();
  next_is_due();
}

// ---- after a restart

std::vector<Error> RunHost::restore() {
  std::vector<Error> errors;
  const auto rows = store_.unfinished_requests();
  if (!rows) return {rows.error()};
  for (const store::RequestRow& row : *rows)
    if (const auto went_on = go_on(row); !went_on)
      errors.push_back(Error(went_on.error()).in(fmt::format("run '{}' cannot be gone on with", row.run.value)));
  if (!active_.empty()) callbacks_.on_change();
  return errors;
}

Result<> RunHost::go_on(const store::RequestRow& row) {
  const auto request = TRY(wire::decode<wire::RunRequest>(row.body));
  const std::vector<run::Entry> journal = TRY(load_journal(store_, row.run));
  if (journal.empty()) return make_error(ErrorCode::corrupt, "it has no journal");
  Active& active = make_active(request, std::nullopt, row.at);
  if (callbacks_.on_begun) callbacks_.on_begun(row.run, active.origin);
  active.coordinator->go_on_with_agents(fold(journal), heard_in(journal));
  return {};
}

// ---- working

bool RunHost::attach(const domain::RunId& run, std::unique_ptr<io::Link> link) {
  const auto found = active_.find(run);
  if (found == active_.end() || found->second->closing) return false;
  found->second->coordinator->attach(std::move(link));
  return true;
}

void RunHost::gave_up(const domain::RunId& run, const run::AgentGaveUp& event) {
  if (const auto found = active_.find(run); found != active_.end()) found->second->coordinator->gave_up(event);
}

bool RunHost::cancel(const domain::RunId& run, const std::string& reason) {
  const auto found = active_.find(run);
  if (found == active_.end()) return false;
  if (!found->second->coordinator->run().finished) found->second->coordinator->stop(run::StopCause::user, reason);
  return true;
}

std::set<domain::RunId> RunHost::active() const {
  std::set<domain::RunId> runs;
  for (const auto& [run, active] : active_) runs.insert(run);
  return runs;
}

const std::string* RunHost::spec(const domain::RunId& run) const {
  const auto found = active_.find(run);
  return found == active_.end() ? nullptr : &found->second->spec;
}

std::vector<RunWish> RunHost::wishes() const {
  std::vector<RunWish> wishes;
  for (const auto& [id, active] : active_)
    if (!active->coordinator->run().finished) wishes.push_back(active->wish);
  return wishes;
}

// ---- ending

// The verdict stands; agents stop their applications and send what is left of artifacts.
void RunHost::finished(const domain::RunId& run) {
  callbacks_.on_change();
  Active* active = find(run);
  if (active == nullptr) return;
  active->coordinator->send_home(settings_.home_deadline, [this, run, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) close(run);
  });
}

void RunHost::close(const domain::RunId& run) {
  Active* active = find(run);
  if (active == nullptr) return;  // let go of, or its journal broke
  active->closing = true;
  auto row = std::make_shared<std::optional<store::RunRow>>();
  writing_.run(
      [store = &store_, source = ViewSource{.machine = settings_.machine, .version = settings_.version}, run, row] {
        const auto stored = store->run(run);
        if (!stored || !*stored) return;
        const auto view = load_view(*store, **stored, source);
        if (!view) return;
        *row = **stored;
        (*row)->wall = Millis{view->run.wall_ms};
        (*row)->lower_bound = Millis{view->run.lower_bound_ms};
        (*row)->busy = Millis{view->run.busy_ms};
      },
      [this, run, row, alive = std::weak_ptr(alive_)] {
        if (alive.expired()) return;
        const auto over = [this, run, alive](const Result<>& written) {
          if (alive.expired()) return;
          if (!written) callbacks_.on_broken(run, written.error());
          if (written && callbacks_.on_closed) callbacks_.on_closed(run);
          forget(run);
          refresh_figures();
        };
        Active* closing = find(run);
        if (closing == nullptr) return;
        if (!*row) return over({});
        closing->coordinator->close_row(**row, over);
      });
}

// Figures of tests, a slice at a time, so that no run waits long for its journal.
void RunHost::refresh_figures() {
  auto left = std::make_shared<Result<std::int64_t>>(0);
  writing_.run([store = &store_, left] { *left = coordinator::refresh_figures(*store); },
               [this, left, alive = std::weak_ptr(alive_)] {
                 if (!alive.expired() && *left && **left > 0) refresh_figures();
               });
}

void RunHost::write(std::function<void(store::Store& store)> work, io::Callback done) {
  writing_.run([store = &store_, work = std::move(work)] { work(*store); },
               [this, done = std::move(done), alive = std::weak_ptr(alive_)] {
                 if (alive.expired()) return;
                 done();
                 refresh_figures();
               });
}

void RunHost::forget(const domain::RunId& run) {
  // Not from inside the coordinator's own callback.
  loop_.post([this, run, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    active_.erase(run);
    callbacks_.on_change();
  });
}

}  // namespace tamarack::coordinator
