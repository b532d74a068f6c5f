#include "coordinator/signal_routes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "coordinator/answers.h"
#include "coordinator/asking.h"
#include "coordinator/flow_json.h"
#include "coordinator/flow_scope.h"
#include "io/crypto.h"
#include "report/json_writer.h"
#include "wire/flow_api.h"

namespace tamarack::coordinator {
namespace {

constexpr std::int64_t full_retry_s = 60;
constexpr std::size_t type_bytes_max = 200;

bool is_plain_line(std::string_view text, std::size_t bytes_max) {
  return text.size() <= bytes_max && is_valid_utf8(text) &&
         std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// What became of the wait that the signal was for; where it is not known any more, only that it is over.
io::Answer too_late(const std::string& key, const flow::Mailbox* mailbox) {
  if (mailbox == nullptr || !mailbox->closed)
    return io::problem(409, fmt::format("already_over: the wait for '{}' is over; the signal counts for nothing", key));
  const std::string_view outcome = to_string(mailbox->outcome);
  const std::string ended = iso8601(mailbox->closed_at);
  io::Answer answer = io::problem(
      409,
      fmt::format("already_over: the wait for '{}' ended at {}: {}; the signal came too late and counts for nothing", key, ended, outcome));
  report::JsonWriter members;
  members.begin_object();
  members.field("outcome", outcome);
  members.field("ended_at", ended);
  members.end_object();
  answer.body.back() = ',';
  answer.body += std::move(members).take().substr(1);
  return answer;
}

io::Answer answer_of(const flow::SignalAnswered& said, const flow::Mailbox* mailbox) {
  const std::string key = shown_name(said.key);
  const auto body = [&](int status) {
    report::JsonWriter out;
    out.begin_object();
    out.field("signal_id", said.id.value);
    out.field("key", key);
    if (const auto known = unscoped(said.key)) out.field("project", known->project);
    out.field("answer", to_string(said.answer));
    out.end_object();
    return json_answer(std::move(out).take(), status);
  };
  switch (said.answer) {
    case flow::SignalAnswer::stored:
      return body(202);
    case flow::SignalAnswer::repeated:
      return body(200);
    case flow::SignalAnswer::already_over:
      return too_late(key, mailbox);
    case flow::SignalAnswer::full:
      return busy(fmt::format("full: as many signals as may be wait for somebody under '{}'", key), full_retry_s);
    case flow::SignalAnswer::too_large:
      return io::problem(413, fmt::format("too_large: at most {} bytes of data, and {} of id, and of key with project",
                                          flow::signal_bytes_max, flow::signal_name_bytes_max));
  }
  return io::problem(500, "the signal was not answered");
}

}  // namespace

std::string problem_of_key(std::string_view key) {
  if (key.empty() || !is_plain_line(key, flow::signal_name_bytes_max))
    return fmt::format("/key: expected 1 to {} bytes in one line", flow::signal_name_bytes_max);
  return {};
}

void SignalRoutes::handle(const Call& call) {
  if (call.route->id == RouteId::mailboxes) return list(call);
  send(call);
}

void SignalRoutes::deliver(domain::Signal signal, std::function<void(const io::Answer&)> answered) {
  parts_.desk.feed(flow::SendSignal{std::move(signal)},
                   [this, answered = std::move(answered), alive = std::weak_ptr(alive_)](const Result<std::vector<flow::Effect>>& answers) {
                     if (!answers) return answered(board_trouble(answers.error()));
                     for (const flow::Effect& effect : *answers) {
                       const auto* said = std::get_if<flow::SignalAnswered>(&effect);
                       if (said == nullptr) continue;
                       if (alive.expired()) return answered(answer_of(*said, nullptr));
                       ++counts_[said->answer];
                       const auto& mailboxes = parts_.desk.shown().mailboxes;
                       const auto mailbox = mailboxes.find(said->key);
                       return answered(answer_of(*said, mailbox == mailboxes.end() ? nullptr : &mailbox->second));
                     }
                     answered(io::problem(500, "the signal was not answered"));
                   });
}

// A token of all projects need not say which one it means where only one project waits under this key.
std::string SignalRoutes::project_for(const Call& call, const std::string& wished, const std::string& key) const {
  const std::string own = call.caller.token ? call.caller.token->project : std::string(domain::all_projects);
  if (!wished.empty() || own != domain::all_projects || domain::is_open_caller(call.caller)) return wished.empty() ? own : wished;
  std::string found;
  for (const auto& [mailbox, waits] : parts_.desk.live().waits_of_mailbox) {
    const auto known = unscoped(mailbox);
    if (!known || known->name != key) continue;
    if (!found.empty()) return own;
    found = known->project;
  }
  return found.empty() ? own : found;
}

void SignalRoutes::send(const Call& call) {
  auto wish = wire::read_signal_wish(call.request.body);
  if (!wish) return call.exchange->answer(trouble(wish.error()));
  const auto idempotency = idempotency_key_of(call);
  if (!idempotency) return call.exchange->answer(trouble(idempotency.error()));
  std::vector<std::string> problems;
  if (const std::string problem = problem_of_key(wish->key); !problem.empty()) problems.push_back(problem);
  if (!is_plain_line(wish->id, flow::signal_name_bytes_max))
    problems.push_back(fmt::format("/id: expected at most {} bytes in one line", flow::signal_name_bytes_max));
  if (!is_plain_line(wish->type, type_bytes_max))
    problems.push_back(fmt::format("/type: expected at most {} bytes in one line", type_bytes_max));
  if (!problems.empty()) return call.exchange->answer(io::problem(400, join(problems, "; ")));
  const auto project = project_of_new(call.caller, project_for(call, wish->project, wish->key));
  if (!project) return call.exchange->answer(trouble(project.error()));
  std::string id = wish->id.empty() ? *idempotency : wish->id;
  if (id.empty()) id = new_flow_id("s-");
  deliver({.id = domain::SignalId{id},
           .key = scoped(*project, wish->key),
           .type = wish->type.empty() ? "api" : wish->type,
           .sender = asker_of(call),
           .data = wish->data.text,
           .received = {}},
          [exchange = call.exchange](const io::Answer& answer) { exchange->answer(answer); });
}

void SignalRoutes::list(const Call& call) {
  const auto page = page_of(call, "project");
  if (!page) return call.exchange->answer(trouble(page.error()));
  const auto project = call.request.head.parameter("project").value_or("");
  report::JsonWriter out;
  out.begin_object();
  out.key("mailboxes");
  out.begin_array();
  std::size_t count = 0;
  std::string next;
  for (const auto& [key, waits] : parts_.desk.shown().waits_of_mailbox) {
    const auto known = unscoped(key);
    const std::string of = known ? known->project : std::string{};
    if ((!page->before.empty() && key <= page->before) || !call.reaches(of) || (!project.empty() && of != project)) continue;
    if (++count > page->limit) break;
    next = key;
    out.begin_object();
    out.field("key", shown_name(key));
    out.field("project", of);
    out.key("waits");
    out.begin_array();
    for (const auto& [since, subscriber] : waits) {
      const flow::Wait* wait = parts_.desk.wait(subscriber.wait);
      if (wait == nullptr) continue;
      out.begin_object();
      out.field("wait_id", wait->id.value);
      out.field("name", wait->spec.name);
      out.field("owner", coordinator::project_of(*wait).empty() ? wait->spec.owner : shown_name(wait->spec.owner));
      out.field("condition", wait->spec.conditions.at(static_cast<std::size_t>(subscriber.condition)).name);
      out.field("parked_at", iso8601(since));
      out.field("deadline", iso8601(wait->deadline));
      out.end_object();
    }
    out.end_array();
    out.end_object();
  }
  out.end_array();
  if (count > page->limit) out.field("next", next);
  out.end_object();
  call.exchange->answer(json_answer(std::move(out).take()));
}

}  // namespace tamarack::coordinator
