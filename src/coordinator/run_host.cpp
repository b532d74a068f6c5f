#include "coordinator/run_host.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/check.h"
#include "base/text.h"
#include "coordinator/flow_json.h"
#include "coordinator/read_run.h"
#include "coordinator/request_checks.h"
#include "coordinator/start_decision.h"
#include "coordinator/test_figures.h"

namespace tamarack::coordinator {

namespace {

struct ArtifactClaim {
  domain::Term term;
  std::string name;
};

}  // namespace

struct RunHost::Active {
  RunWish wish;
  std::string spec;
  std::unique_ptr<Coordinator> coordinator;
  std::unique_ptr<RunWaits> waits;
  Answered on_durable;  // who asked hears of it once the plan is in the journal
  wire::RunStarted started;
  notify::News origin;
  RunAtWork at_work;
  std::unordered_map<std::string, ArtifactClaim> claims;  // by SHA-256: what agents said they would send
  bool closing = false;
};

namespace {

Heard heard_in(const std::vector<run::Entry>& journal) {
  Heard heard;
  for (const run::Entry& entry : journal)
    if (!entry.cause.session.empty()) heard[entry.cause.session] = std::max(heard[entry.cause.session], entry.cause.message);
  return heard;
}

}  // namespace

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
  auto decision = std::make_shared<Result<StartDecision>>(StartDecision{});
  writing_.run(
      [decider = StartDecider{store_, blobs_, clock_.now()}, asked, decision] { *decision = decider.decide(asked->request, asked->body); },
      [this, asked, decision, alive = std::weak_ptr(alive_)] {
        if (alive.expired()) return;
        if (let_go_) return asked->done(make_error(ErrorCode::unavailable, "the server stops"));
        decided(asked, *decision);
      });
}

void RunHost::decided(const std::shared_ptr<Asked>& asked, const Result<StartDecision>& outcome) {
  if (!outcome || outcome->known) {
    asked->done(outcome ? known_run(*outcome->known, asked->request.plan) : Result<wire::RunStarted>(outcome.error()));
    return next_is_due();
  }
  const StartDecision& decision = *outcome;
  wire::RunRequest& request = asked->request;
  request.options.lease_lifetime = settings_.lease_lifetime;
  request.options.no_worker_max = settings_.no_worker_max;
  request.options.workers_max = request.workers_max;
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
  active->at_work = {.run = run, .project = request.project, .workspace = request.workspace, .listing = request.listing};
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
      CoordinatorCallbacks{
          .on_entry = [this, run](const run::Entry& entry) { entered(run, entry); },
          .on_finished = [this, run] { finished(run); },
          .on_broken = [this, run](const Error& error) { broke(run, error); },
          .on_refused = [this] { ++refused_; },
          .on_begin_wait =
              [this, run](const run::BeginWait& order) {
                if (Active* found = find(run); found != nullptr && found->waits) found->waits->begin(found->coordinator->run().plan, order);
              },
          .on_drop_wait =
              [this, run](const run::DropWait& order) {
                if (Active* found = find(run); found != nullptr && found->waits) found->waits->drop(order);
              },
          .are_agents_elsewhere = [this, run] { return callbacks_.are_agents_elsewhere && callbacks_.are_agents_elsewhere(run); }});
  use_waits(*active);
  CHECK(!active_.contains(run), "run '{}' is worked on already", run.value);
  return *(active_[run] = std::move(active));
}

void RunHost::entered(const domain::RunId& run, const run::Entry& entry) {
  if (callbacks_.on_entry) callbacks_.on_entry(run, entry);
  Active* active = find(run);
  if (active == nullptr) return;
  if (const auto* stored = std::get_if<run::ArtifactStored>(&entry.record)) claimed(*active, *stored);
  if (const auto* ended = std::get_if<run::PhaseEnded>(&entry.record); ended != nullptr && active->waits) active->waits->taken(*ended);
  const auto done = std::exchange(active->on_durable, nullptr);
  const bool wishes_anew = wish_changed(*active);
  if (!done && wishes_anew) callbacks_.on_change();
  if (!done) return;
  done(active->started);
  if (callbacks_.on_begun) callbacks_.on_begun(run, active->origin);
  callbacks_.on_change();
  next_is_due();
}

// Its state is ahead of its entries; after the last of them it is looked at once more.
bool RunHost::wish_changed(Active& active) const {
  const run::Run& run = active.coordinator->run();
  const bool parked = run::only_waits(run);
  const bool hands_out = !run.queue.waiting.empty();
  RunWish& wish = active.wish;
  if (parked == wish.parked_since.has_value() && hands_out == wish.hands_out) return false;
  wish.hands_out = hands_out;
  if (parked != wish.parked_since.has_value()) wish.parked_since = parked ? std::optional(clock_.now()) : std::nullopt;
  return true;
}

void RunHost::claimed(Active& active, const run::ArtifactStored& artifact) {
  const domain::Attachment& attachment = artifact.attachment;
  if (attachment.sha256.empty()) return;
  active.claims.try_emplace(attachment.sha256, ArtifactClaim{artifact.term, attachment.name});
  const auto wrong = wrong_bytes_.find({active.wish.project, attachment.sha256});
  if (wrong == wrong_bytes_.end()) return;
  wrong_bytes_.erase(wrong);
  // Not from inside the coordinator's own callback.
  loop_.post([this, run = active.wish.run, sha256 = attachment.sha256, alive = std::weak_ptr(alive_)] {
    Active* claiming = alive.expired() ? nullptr : find(run);
    if (claiming == nullptr) return;
    const ArtifactClaim& claim = claiming->claims.at(sha256);
    claiming->coordinator->bytes_were_wrong(claim.term, claim.name);
  });
}

// Whose they were only a claim in a run's journal can tell, and that may still be on its way.
void RunHost::bytes_were_wrong(const std::string& project, const std::string& sha256) {
  for (const auto& [run, active] : active_) {
    const auto claim = active->claims.find(sha256);
    if (active->wish.project == project && claim != active->claims.end())
      return active->coordinator->bytes_were_wrong(claim->second.term, claim->second.name);
  }
  if (wrong_bytes_.size() >= wrong_bytes_max) wrong_bytes_.clear();
  wrong_bytes_.insert({project, sha256});
}

void RunHost::bytes_were_right(const std::string& project, const std::string& sha256) {
  wrong_bytes_.erase({project, sha256});
}

// ---- after a restart

std::vector<Error> RunHost::restore() {
  std::vector<Error> errors;
  const auto runs = interrupted_runs(store_, [](const domain::RunId&) { return true; });
  if (!runs) return {runs.error()};
  for (const InterruptedRun& run : *runs)
    if (const auto went_on = go_on(run); !went_on)
      errors.push_back(Error(went_on.error()).in(fmt::format("run '{}' cannot be gone on with", run.row.run.value)));
  if (!active_.empty()) callbacks_.on_change();
  return errors;
}

Result<> RunHost::go_on(const InterruptedRun& run) {
  if (!run.journal) return run.journal.error();
  if (run.journal->empty()) return make_error(ErrorCode::corrupt, "it has no journal");
  const auto request = TRY(wire::decode<wire::RunRequest>(run.row.body));
  Active& active = make_active(request, std::nullopt, run.row.at);
  if (callbacks_.on_begun) callbacks_.on_begun(run.row.run, active.origin);
  for (const run::Entry& entry : *run.journal)
    if (const auto* stored = std::get_if<run::ArtifactStored>(&entry.record)) claimed(active, *stored);
  active.coordinator->go_on_with_agents(fold(*run.journal), heard_in(*run.journal));
  wish_changed(active);
  return {};
}

// ---- after a write that failed: a full disk, say

void RunHost::broke(const domain::RunId& run, const Error& error) {
  Active* broken = find(run);
  const Answered done = broken != nullptr ? std::exchange(broken->on_durable, nullptr) : nullptr;
  callbacks_.on_broken(run, error);
  forget(run);
  if (done) {  // it was never there
    done(error);
    return next_is_due();
  }
  if (!broken_.insert(run).second || broken_.size() > 1) return;  // the timer is set
  broken_timer_ = loop_.after(settings_.broken_pause, [this] { go_on_with_broken(); });
}

// From what is in the journal. What was not written there never happened; agents have been told to ask again.
void RunHost::go_on_with_broken() {
  auto runs = std::make_shared<Result<std::vector<InterruptedRun>>>(std::vector<InterruptedRun>{});
  const auto is_wanted = [wanted = broken_](const domain::RunId& run) { return wanted.contains(run); };
  writing_.run([runs, store = &store_, is_wanted] { *runs = interrupted_runs(*store, is_wanted); },
               [this, runs, is_wanted, alive = std::weak_ptr(alive_)] {
                 if (alive.expired() || let_go_) return;
                 if (*runs) std::erase_if(broken_, is_wanted);
                 // It cannot be read either, or more broke meanwhile.
                 if (!broken_.empty()) broken_timer_ = loop_.after(settings_.broken_pause, [this] { go_on_with_broken(); });
                 if (!*runs) return;
                 for (const InterruptedRun& run : **runs)
                   if (const auto went_on = go_on(run); !went_on) callbacks_.on_broken(run.row.run, went_on.error());
                 callbacks_.on_change();
               });
}

// ---- waiting

void RunHost::use_waits(Active& active) {
  if (board_ == nullptr) return;
  active.waits = std::make_unique<RunWaits>(
      loop_, *board_, active.wish.run,
      [this, run = active.wish.run](const run::WaitConcluded& event) {
        if (Active* found = find(run)) found->coordinator->wait_concluded(event);
      },
      [this, project = active.wish.project](flow::WaitSpec& spec) {
        if (adapt_wait_) adapt_wait_(spec, project);
      });
}

bool RunHost::wait_over(const domain::WaitId& wait) {
  return std::any_of(active_.begin(), active_.end(), [&](const auto& one) { return one.second->waits && one.second->waits->over(wait); });
}

std::optional<Instant> RunHost::next_look(const domain::WaitId& id) const {
  if (board_ == nullptr) return std::nullopt;
  const auto wait = board_->board().waits.find(id);
  if (wait == board_->board().waits.end()) return std::nullopt;
  const auto due = next_look_of(board_->board(), wait->second);
  return due ? std::optional(clock_.now() + (*due - board_->now())) : std::nullopt;
}

// ---- working

bool RunHost::attach(const domain::RunId& run, std::unique_ptr<io::Link> link) {
  const auto found = active_.find(run);
  if (found == active_.end() || found->second->closing) return false;
  found->second->coordinator->attach(std::move(link));
  return true;
}

void RunHost::gave_up(const domain::RunId& run, const run::AgentGaveUp& event) {
  Active* found = find(run);
  if (found == nullptr) return;
  // Those who could begin before, and were sent home when there was nothing to do, come when they are done elsewhere.
  const auto& workers = found->coordinator->run().workers;
  const bool some_could = std::any_of(workers.begin(), workers.end(), [](const auto& one) { return one.second.released; });
  run::AgentGaveUp said = event;
  if (some_could && callbacks_.are_agents_elsewhere && callbacks_.are_agents_elsewhere(run)) said.is_last = false;
  found->coordinator->gave_up(said);
}

void RunHost::release(const domain::RunId& run, const domain::AgentId& agent) {
  if (Active* found = find(run); found != nullptr && !found->closing) found->coordinator->release(agent);
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

std::vector<RunAtWork> RunHost::at_work() const {
  std::vector<RunAtWork> all;
  for (const auto& [run, active] : active_) all.push_back(active->at_work);
  return all;
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
  if (active->waits && !active->coordinator->run().plan.flows.empty()) active->waits->drop_all("its run is over");
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
