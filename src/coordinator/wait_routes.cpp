#include "coordinator/wait_routes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "coordinator/answers.h"
#include "coordinator/asking.h"
#include "coordinator/flow_scope.h"
#include "io/crypto.h"
#include "wire/flow_api.h"
#include "wire/wait_wish.h"

namespace tamarack::coordinator {
namespace {

constexpr std::string_view id_prefix = "w-";  // of waits that the API has parked: their outcome is told to whoever asks
constexpr std::string_view run_owner = "run ";

io::Answer no_such_wait(std::string_view wait) {
  return io::problem(404, fmt::format("there is no wait '{}'", wait));
}

bool is_from_api(const domain::WaitId& wait) {
  return wait.value.starts_with(id_prefix);
}

io::Answer parked(const flow::Wait& wait, bool is_replay) {
  io::Answer answer = json_answer(fmt::format(R"({{"wait_id":"{}","state":"{}","deadline":"{}"}})", wait.id.value,
                                              wait.over ? "over" : "parked", iso8601(wait.deadline)),
                                  is_replay ? 200 : 201);
  answer.fields.emplace_back("Location", fmt::format("/api/v1/waits/{}", wait.id.value));
  if (is_replay) answer.fields.emplace_back("Idempotency-Replayed", "true");
  return answer;
}

}  // namespace

WaitRoutes::WaitRoutes(FlowParts& parts, WaitRules rules, std::function<std::string(const domain::RunId&)> project_of_run)
    : parts_(parts), rules_(std::move(rules)), project_of_run_(std::move(project_of_run)) {
  parts_.desk.when_entered([this](const flow::Entry& entry) { entered(entry); });
  // Whoever asks is told the outcome for as long as it is remembered: nobody has to take it.
  parts_.desk.when_wait_over([this](const domain::WaitId& wait) {
    if (is_from_api(wait)) parts_.desk.feed(flow::TakeWait{wait});
  });
}

void WaitRoutes::entered(const flow::Entry& entry) {
  if (!entry.stream.starts_with("wait:")) return;
  if (const auto* parked = std::get_if<flow::WaitParked>(&entry.record); parked != nullptr && parked->spec.owner.starts_with(run_owner))
    of_runs_[parked->wait] = project_of_run_(domain::RunId{parked->spec.owner.substr(run_owner.size())});
  if (std::holds_alternative<flow::WaitForgotten>(entry.record)) of_runs_.erase(domain::WaitId{entry.stream.substr(5)});
  parts_.polls.changed(entry.stream);
}

std::string WaitRoutes::project_of(const flow::Wait& wait) const {
  if (const auto found = of_runs_.find(wait.id); found != of_runs_.end()) return found->second;
  return coordinator::project_of(wait);
}

void WaitRoutes::handle(const Call& call) {
  switch (call.route->id) {
    case RouteId::wait_park:
      return park(call);
    case RouteId::waits:
      return list(call);
    case RouteId::wait_cancel:
      return cancel(call);
    default:
      return show(call);
  }
}

const flow::Wait* WaitRoutes::find(const Call& call) {
  const domain::WaitId id{call.parameter("wait")};
  const flow::Wait* wait = parts_.desk.wait(id);
  if (wait != nullptr && call.reaches(project_of(*wait))) return wait;
  call.exchange->answer(no_such_wait(id.value));
  return nullptr;
}

// ---- parking

void WaitRoutes::park(const Call& call) {
  const auto project = project_of_new(call.caller, call.request.head.parameter("project").value_or(""));
  if (!project) return call.exchange->answer(trouble(project.error()));
  const auto key = idempotency_key_of(call);
  if (!key) return call.exchange->answer(trouble(key.error()));
  auto spec = wire::read_wait_wish(call.request.body, {}, call.request.head.parameter("base_url").value_or(""));
  if (!spec) return call.exchange->answer(trouble(spec.error()));
  if (const auto good = check(call, *spec); !good) return call.exchange->answer(trouble(good.error()));
  put_into_project(*spec, *project);
  // With a key the id follows from it, so that the same request twice is one wait.
  const std::string id =
      key->empty() ? new_flow_id(id_prefix) : std::string(id_prefix) + io::sha256_text(scoped(*project, *key)).substr(0, 32);
  park(call, domain::WaitId{id}, std::move(*spec));
}

// What depends on who asks.
Result<> WaitRoutes::check(const Call& call, const flow::WaitSpec& spec) const {
  std::vector<std::string> problems = problems_of(rules_, spec);
  for (std::size_t i = 0; i < spec.conditions.size(); ++i) {
    const flow::Condition& condition = spec.conditions[i];
    if (condition.source != flow::SourceKind::job) continue;
    const flow::Job* job = parts_.desk.job(domain::JobId{condition.target});
    if (job == nullptr || !call.reaches(coordinator::project_of(*job)))
      problems.push_back(fmt::format("conditions[{}].job: there is no job '{}'", i, condition.target));
  }
  if (problems.empty()) return {};
  return make_error(ErrorCode::invalid_argument, join(problems, "; "));
}

void WaitRoutes::park(const Call& call, const domain::WaitId& id, flow::WaitSpec spec) {
  const auto known = parts_.desk.live().waits.find(id);
  const bool is_replay = known != parts_.desk.live().waits.end();
  if (is_replay && !(known->second.spec == spec))
    return call.exchange->answer(io::problem(409, "Idempotency-Key: another wait was parked with this key; draw a new one"));
  parts_.desk.feed(flow::ParkWait{id, std::move(spec)}, [this, id, is_replay, exchange = call.exchange,
                                                         alive = std::weak_ptr(alive_)](const Result<std::vector<flow::Effect>>& answers) {
    if (!answers) return exchange->answer(board_trouble(answers.error()));
    for (const flow::Effect& effect : *answers)
      if (std::holds_alternative<flow::ParkRefused>(effect)) return exchange->answer(busy("the server has as many waits as it may", 60));
    const flow::Wait* wait = alive.expired() ? nullptr : parts_.desk.wait(id);
    exchange->answer(wait == nullptr ? busy("the server stops", 1) : parked(*wait, is_replay));
  });
}

// ---- what there is

WaitLook WaitRoutes::look_of(const flow::Wait& wait) const {
  WaitLook look{.now = parts_.desk.now(), .next_look = std::nullopt, .probes = wait.probes};
  const flow::Board& live = parts_.desk.live();
  const auto found = live.waits.find(wait.id);
  if (found == live.waits.end()) return look;
  look.probes = std::max(look.probes, found->second.probes);
  look.next_look = next_look_of(live, wait);
  return look;
}

void WaitRoutes::list(const Call& call) {
  const auto page = page_of(call, "owner, open, project");
  if (!page) return call.exchange->answer(trouble(page.error()));
  const auto owner = call.request.head.parameter("owner").value_or("");
  const auto open = call.request.head.parameter("open").value_or("");
  const auto project = call.request.head.parameter("project").value_or("");
  if (!open.empty() && open != "true" && open != "false")
    return call.exchange->answer(io::problem(400, fmt::format("open: expected true or false, got '{}'", open)));
  const auto body = page_json(
      "waits", parts_.desk.waits_by_time(), *page,
      [&](const domain::WaitId& id) -> const flow::Wait* {
        const flow::Wait& wait = *parts_.desk.wait(id);
        const std::string of = project_of(wait);
        if (!call.reaches(of) || (!project.empty() && of != project)) return nullptr;
        if (!open.empty() && wait.over == (open == "true")) return nullptr;
        return owner.empty() || wait.spec.owner == owner || shown_name(wait.spec.owner) == owner ? &wait : nullptr;
      },
      [&](report::JsonWriter& out, const flow::Wait& wait) { write_wait_row(out, wait, look_of(wait)); });
  call.exchange->answer(body ? json_answer(*body) : trouble(body.error()));
}

void WaitRoutes::show(const Call& call) {
  const flow::Wait* found = find(call);
  if (found == nullptr) return;
  parts_.polls.answer(call, flow::stream_of(found->id), [this, id = found->id]() -> LongPolls::Seen {
    const flow::Wait* wait = parts_.desk.wait(id);
    if (wait == nullptr) return {.tag = "\"gone\"", .may_change = false, .answer = [id] { return no_such_wait(id.value); }};
    return {
        .tag = tag_of(*wait), .may_change = !wait->over, .answer = [this, wait] { return json_answer(wait_json(*wait, look_of(*wait))); }};
  });
}

void WaitRoutes::cancel(const Call& call) {
  const flow::Wait* wait = find(call);
  if (wait == nullptr) return;
  const auto wish = wire::read_reason(call.request.body);
  if (!wish) return call.exchange->answer(trouble(wish.error()));
  const std::string by = asker_of(call);
  std::string reason = wish->reason.empty() ? "cancelled over the API" : wish->reason.substr(0, 500);
  if (!by.empty()) reason += fmt::format(" by '{}'", by);
  const bool was_over = wait->over;
  parts_.desk.feed(flow::CancelWait{wait->id, reason}, [this, id = wait->id, was_over, exchange = call.exchange,
                                                        alive = std::weak_ptr(alive_)](const auto& done) {
    if (!done) return exchange->answer(board_trouble(done.error()));
    const flow::Wait* now = alive.expired() ? nullptr : parts_.desk.wait(id);
    exchange->answer(now == nullptr ? no_such_wait(id.value) : json_answer(wait_json(*now, look_of(*now)), was_over ? 200 : 202));
  });
}

}  // namespace tamarack::coordinator
