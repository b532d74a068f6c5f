#include "coordinator/coordinator.h"

#include <set>

#include "base/check.h"
#include "base/text.h"
#include "coordinator/projection.h"

namespace tamarack::coordinator {
namespace {

constexpr Millis tick_interval{500};

}  // namespace

Coordinator::Coordinator(io::Loop& loop, const Clock& clock, store::Store& store, io::Lane& writing, CoordinatorSettings settings,
                         CoordinatorCallbacks callbacks)
    : loop_(loop),
      clock_(clock),
      store_(store),
      writing_(writing),
      settings_(std::move(settings)),
      callbacks_(std::move(callbacks)),
      sessions_({.heartbeat = settings_.heartbeat, .agents_may_come_back = settings_.agents_may_come_back}) {}

Coordinator::~Coordinator() = default;

void Coordinator::attach(std::unique_ptr<io::Link> link) {
  const LinkId id = sessions_.opened();
  io::Link& kept = *(links_[id] = std::move(link));
  kept.on_message([this, id](const std::string& text) { hear(id, text); });
  // On a later turn: a link is not destroyed from inside its own callback.
  kept.on_close([this, id, alive = std::weak_ptr(alive_)] {
    loop_.post([this, id, alive] {
      if (alive.expired()) return;
      links_.erase(id);
      obey(sessions_.closed(id, clock_.now()));
    });
  });
}

void Coordinator::hear(LinkId link, const std::string& text) {
  const Result<wire::AgentEnvelope> envelope = wire::decode_from_agent(text);
  if (envelope)
    obey(sessions_.heard(link, *envelope, clock_.now()));
  else
    obey(sessions_.unreadable(link, wire::number_of(text), envelope.error().message, clock_.now()));
  flush();
}

void Coordinator::obey(const SessionOrders& orders) {
  for (const SessionOrder& order : orders) {
    if (const auto* message = std::get_if<SendTo>(&order)) {
      send(message->link, message->message);
    } else if (const auto* to = std::get_if<AnnounceTo>(&order)) {
      announce(to->link);
    } else if (const auto* fed = std::get_if<FeedRun>(&order)) {
      cause_ = fed->cause;
      feed(fed->event);
      cause_ = {};
    } else if (const auto* closing = std::get_if<CloseLink>(&order)) {
      close(closing->link);
    }
  }
  note_who_left();
}

// It may be the one that is speaking right now.
void Coordinator::close(LinkId link) {
  loop_.post([this, link, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) links_.erase(link);
  });
}

void Coordinator::announce(LinkId link) {
  if (run_.is_planned() && settings_.announces_plan) send(link, wire::RunAnnounced{run_.id, run_.plan});
}

void Coordinator::note_who_left() {
  if (!all_home_ || sessions_.is_anybody_there()) return;
  home_timer_.cancel();
  loop_.post(std::exchange(all_home_, nullptr));
}

void Coordinator::begin(const domain::Plan& plan, const run::Options& options, const run::Carried& carried) {
  CHECK(!run_.is_planned(), "one coordinator, one run");
  feed(run::Planned{settings_.run, plan, options, carried});
  for (const LinkId link : sessions_.links()) announce(link);
  for (const run::Event& event : std::exchange(before_plan_, {})) feed(event);
  tick();
}

void Coordinator::go_on(run::Run folded, const std::vector<run::Event>& found) {
  run_ = std::move(folded);
  for (const run::Event& event : found) feed(event);
  feed(run::Resumed{});
  for (const LinkId link : sessions_.links()) announce(link);
  for (const run::Event& event : std::exchange(before_plan_, {})) feed(event);
  tick();
}

void Coordinator::go_on_with_agents(run::Run folded, const Heard& heard) {
  run_ = std::move(folded);
  sessions_.remember(heard);
  feed(run::Resumed{true});
  // Nothing is handed to an agent before it is back.
  std::set<domain::AgentId> agents;
  for (const auto& [id, worker] : run_.workers) agents.insert(worker.agent);
  for (const domain::AgentId& agent : agents) feed(run::AgentAway{agent, fmt::format("agent '{}' is not back yet", agent.value), true});
  for (const run::Event& event : std::exchange(before_plan_, {})) feed(event);
  tick();
}

void Coordinator::stop(run::StopCause cause, const std::string& reason) {
  feed(run::StopAsked{cause, reason});
}

void Coordinator::bytes_were_wrong(domain::Term term, const std::string& artifact) {
  if (term.value == 0 || term.value > run_.holders.size()) return;
  const domain::WorkerId& holder = run_.joined.at(run_.holders[term.value - 1].worker);
  feed(run::AgentLied{run_.workers.at(holder).agent, "wrong_bytes",
                      fmt::format("sent other bytes for artifact '{}' than its SHA-256 says", to_valid_utf8(artifact.substr(0, 100)))});
}

void Coordinator::feed(const run::Event& event) {
  if (broken_) return;
  if (!run_.is_planned() && !std::holds_alternative<run::Planned>(event)) {
    // There is no journal yet to note it in.
    if (!std::holds_alternative<run::AgentLied>(event)) before_plan_.push_back(event);
    return;
  }
  run::Step step = run::step(std::move(run_), event, clock_.now());
  run_ = std::move(step.run);
  for (run::Entry& entry : step.entries) entry.cause = cause_;
  std::move(step.entries.begin(), step.entries.end(), std::back_inserter(gathering_.entries));
  std::move(step.effects.begin(), step.effects.end(), std::back_inserter(gathering_.effects));
  flush();
}

// At the end of the current turn, so that everything this turn brought goes into one transaction.
void Coordinator::flush() {
  const bool nothing_to_do = gathering_.is_empty() && !sessions_.has_acknowledgements();
  if (committing_ || flush_posted_ || broken_ || nothing_to_do) return;
  flush_posted_ = true;
  loop_.post([this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    flush_posted_ = false;
    if (committing_ || broken_) return;
    in_flight_ = std::exchange(gathering_, {});
    in_flight_.acknowledgements = sessions_.take_acknowledgements();
    if (in_flight_.entries.empty()) return committed();
    committing_ = true;
    auto commit = std::make_shared<store::Commit>(project(settings_.row, run_, in_flight_.entries));
    commit->request = std::exchange(settings_.request, std::nullopt);
    auto outcome = std::make_shared<Result<>>();
    writing_.run([store = &store_, commit, outcome] { *outcome = store->commit(*commit); },
                 [this, outcome, still = std::weak_ptr(alive_)] {
                   if (still.expired()) return;
                   committing_ = false;
                   if (!*outcome) {
                     broken_ = true;
                     callbacks_.on_broken(Error(outcome->error()).in("the journal cannot be written"));
                     return;
                   }
                   committed();
                 });
  });
}

void Coordinator::committed() {
  const Batch batch = std::exchange(in_flight_, {});
  for (const run::Entry& entry : batch.entries)
    if (callbacks_.on_entry) callbacks_.on_entry(entry);
  for (const auto& [session, seq] : batch.acknowledgements)
    if (const auto link = sessions_.link_of_session(session)) send(*link, wire::Acknowledged{seq});
  for (const run::Effect& effect : batch.effects) obey(effect);
  flush();
}

void Coordinator::obey(const run::Effect& effect) {
  if (const auto* grant = std::get_if<run::GrantLease>(&effect))
    send(grant->worker, wire::Lease{grant->worker, grant->term, grant->pieces, grant->captures});
  else if (const auto* stop = std::get_if<run::StopLease>(&effect))
    send(stop->worker, wire::Stop{stop->worker, stop->term});
  else if (const auto* refused = std::get_if<run::RefuseMessage>(&effect)) {
    if (callbacks_.on_refused) callbacks_.on_refused();
    const auto link = sessions_.link_of_agent(refused->agent);
    if (!refused->too_often || !link) return;
    obey(sessions_.closed(*link, clock_.now()));
    close(*link);
  } else if (const auto* begun = std::get_if<run::BeginWait>(&effect)) {
    if (callbacks_.on_begin_wait) callbacks_.on_begin_wait(*begun);
  } else if (const auto* dropped = std::get_if<run::DropWait>(&effect)) {
    if (callbacks_.on_drop_wait) callbacks_.on_drop_wait(*dropped);
  } else if (const auto* home = std::get_if<run::SendHome>(&effect)) {
    if (const auto link = sessions_.link_of_agent(home->agent)) send(*link, wire::GoHome{});
  } else if (std::holds_alternative<run::FinishRun>(effect)) {
    tick_timer_.cancel();
    callbacks_.on_finished();
  }
}

void Coordinator::send(const domain::WorkerId& worker, const wire::ToAgent& message) {
  if (const auto link = sessions_.link_of_worker(worker)) send(*link, message);
}

void Coordinator::send(LinkId link, const wire::ToAgent& message) {
  if (const auto open = links_.find(link); open != links_.end()) open->second->send(wire::encode(message));
}

// Only asked where it matters: nothing runs, and something waits to be handed out.
bool Coordinator::are_agents_elsewhere() const {
  return callbacks_.are_agents_elsewhere && run_.leases.empty() && !run_.queue.waiting.empty() && callbacks_.are_agents_elsewhere();
}

void Coordinator::tick() {
  if (run_.finished) return;
  obey(sessions_.look_after(clock_.now()));
  feed(run::Tick{.agents_elsewhere = are_agents_elsewhere()});
  tick_timer_ = loop_.after(tick_interval, [this] { tick(); });
}

void Coordinator::send_home(Millis deadline, io::Callback done) {
  if (!sessions_.is_anybody_there()) {
    loop_.post(std::move(done));
    return;
  }
  all_home_ = std::move(done);
  home_timer_ = loop_.after(deadline, [this] {
    if (const auto late = std::exchange(all_home_, nullptr)) late();
  });
  for (const LinkId link : sessions_.links()) send(link, wire::GoHome{});
  watch_home();
}

// Those who cannot be reached are not waited for until the deadline.
void Coordinator::watch_home() {
  if (!all_home_) return;
  obey(sessions_.look_after(clock_.now()));
  home_watch_ = loop_.after(tick_interval, [this] { watch_home(); });
}

void Coordinator::close_row(const store::RunRow& row, std::function<void(Result<>)> done) {
  auto outcome = std::make_shared<Result<>>();
  writing_.run([store = &store_, row, outcome] { *outcome = store->commit({.run = row.run, .project = row.project, .run_row = row}); },
               [outcome, done = std::move(done)] { done(*outcome); });
}

}  // namespace tamarack::coordinator
