#include "coordinator/run_waits.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "wire/wait_wish.h"

namespace tamarack::coordinator {
namespace {

// Addresses of a wish that begin with '/' are the application's, where its tests said where that is.
constexpr std::string_view app_url = "app_url";

std::vector<flow::Captured> for_places(const std::vector<domain::Capture>& captures) {
  std::vector<flow::Captured> places;
  for (const domain::Capture& capture : captures) places.push_back({capture.name, capture.json});
  return places;
}

std::string base_url_of(const std::vector<domain::Capture>& captures) {
  const auto found = std::find_if(captures.begin(), captures.end(), [](const domain::Capture& one) { return one.name == app_url; });
  if (found == captures.end() || found->json.size() < 2 || found->json.front() != '"') return {};
  return found->json.substr(1, found->json.size() - 2);
}

}  // namespace

std::string wait_owner_of(const domain::RunId& run) {
  return "run " + run.value;
}

RunWaits::RunWaits(io::Loop& loop, board::BoardHost& board, domain::RunId run, Concluded concluded, Adapt adapt)
    : loop_(loop), board_(board), run_(std::move(run)), concluded_(std::move(concluded)), adapt_(std::move(adapt)) {}

void RunWaits::begin(const domain::Plan& plan, const run::BeginWait& order) {
  const domain::Flow& flow = plan.flows.at(static_cast<std::size_t>(order.flow));
  const domain::FlowPhase& phase = flow.phases.at(static_cast<std::size_t>(order.phase));
  const domain::WaitId id = run::wait_id_of(run_, order.flow, order.phase);
  open_[id] = {order.flow, order.phase};
  const auto& waits = board_.board().waits;
  if (const auto known = waits.find(id); known != waits.end()) {
    if (known->second.over) conclude(order.flow, order.phase, known->second);
    return;
  }
  auto spec = wire::read_wait_wish(phase.wish, for_places(order.captures), base_url_of(order.captures));
  if (!spec) return refuse(order.flow, order.phase, spec.error().message);
  if (adapt_) adapt_(*spec);
  spec->owner = wait_owner_of(run_);
  if (spec->name.empty()) spec->name = fmt::format("{} › {}", flow.name, phase.name);
  if (spec->pace.past.empty()) spec->pace.past = board_.durations().quantiles(spec->name);
  if (order.limit.count() > 0) spec->limit = std::min(spec->limit, order.limit);
  board_.feed(flow::ParkWait{id, std::move(*spec)}, [this, order, alive = std::weak_ptr(alive_)](const auto& answers) {
    if (alive.expired() || !answers) return;  // a journal that cannot be written ends the run elsewhere
    for (const flow::Effect& answer : *answers)
      if (std::holds_alternative<flow::ParkRefused>(answer)) refuse(order.flow, order.phase, "there are too many waits already");
  });
}

void RunWaits::drop(const run::DropWait& order) {
  const domain::WaitId id = run::wait_id_of(run_, order.flow, order.phase);
  open_.erase(id);
  board_.feed(flow::CancelWait{id, order.reason});
  board_.feed(flow::TakeWait{id});
}

bool RunWaits::over(const domain::WaitId& id) {
  const auto open = open_.find(id);
  const auto wait = board_.board().waits.find(id);
  if (open == open_.end() || wait == board_.board().waits.end()) return false;
  conclude(open->second.first, open->second.second, wait->second);
  return true;
}

void RunWaits::taken(const run::PhaseEnded& ended) {
  const domain::WaitId id = run::wait_id_of(run_, ended.flow, ended.phase);
  if (open_.erase(id) > 0) board_.feed(flow::TakeWait{id});
}

void RunWaits::drop_all(const std::string& reason) {
  open_.clear();
  const std::string owner = wait_owner_of(run_);
  std::vector<domain::WaitId> left;
  for (const auto& [id, wait] : board_.board().waits)
    if (!wait.over && wait.spec.owner == owner) left.push_back(id);
  for (const domain::WaitId& id : left) {
    board_.feed(flow::CancelWait{id, reason});
    board_.feed(flow::TakeWait{id});
  }
}

void RunWaits::conclude(std::int32_t flow, std::int32_t phase, const flow::Wait& wait) {
  run::WaitConcluded concluded{
      .flow = flow, .phase = phase, .outcome = wait.outcome, .message = wait.message, .captures = {}, .excerpt = wait.excerpt};
  for (const flow::Captured& captured : wait.captures) concluded.captures.push_back({captured.name, captured.json});
  loop_.post([this, concluded = std::move(concluded), alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) concluded_(concluded);
  });
}

void RunWaits::refuse(std::int32_t flow, std::int32_t phase, const std::string& message) {
  run::WaitConcluded concluded{
      .flow = flow, .phase = phase, .outcome = domain::WaitOutcome::invalid, .message = message, .captures = {}, .excerpt = {}};
  loop_.post([this, concluded = std::move(concluded), alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) concluded_(concluded);
  });
}

}  // namespace tamarack::coordinator
