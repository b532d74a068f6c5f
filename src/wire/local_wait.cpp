#include "wire/local_wait.h"

#include <fmt/format.h>

#include <cmath>

#include "wire/json.h"

namespace tamarack::wire {
namespace {

// Values only pass through: they keep their digits.
void write_captures(std::string& out, const std::vector<flow::Captured>& captures) {
  out += '{';
  for (const flow::Captured& capture : captures) {
    if (out.back() != '{') out += ',';
    json::write_string(out, capture.name);
    out += ':';
    out += json::parse(capture.json) ? capture.json : "null";
  }
  out += '}';
}

// The library writes 1.5 as 1.5E0, which nobody wants to find in an address.
std::string text_of(const boost::json::value& value) {
  const double* number = value.if_double();
  return number != nullptr && std::isfinite(*number) ? fmt::format("{}", *number) : boost::json::serialize(value);
}

std::string condition_name(const flow::Wait& wait, std::int32_t condition) {
  const auto index = static_cast<std::size_t>(condition);
  return condition >= 0 && index < wait.spec.conditions.size() ? wait.spec.conditions[index].name : std::string{};
}

void write_notes(std::string& out, const flow::Wait& wait) {
  out += '[';
  for (const flow::Note& note : wait.notes) {
    if (out.back() != '[') out += ',';
    out += "{\"at_ms\":";
    json::write(out, note.at);
    out += ",\"condition\":";
    json::write_string(out, condition_name(wait, note.noted.condition));
    out += ",\"what\":";
    json::write_string(out, flow::to_string(note.noted.what));
    out += ",\"text\":";
    json::write_string(out, note.noted.text);
    out += '}';
  }
  out += ']';
}

// Of the condition that decided, else of the last one that has any.
std::string last_status(const flow::Wait& wait) {
  const auto decided = static_cast<std::size_t>(wait.decided_by);
  if (wait.decided_by >= 0 && decided < wait.conditions.size()) return wait.conditions[decided].status;
  std::string status;
  for (const flow::ConditionState& condition : wait.conditions)
    if (!condition.status.empty()) status = condition.status;
  return status;
}

}  // namespace

Result<LocalWish> read_local_wish(std::string_view body) {
  auto parsed = json::parse(body);
  if (!parsed) return make_error(ErrorCode::invalid_argument, "the wish is no JSON: " + parsed.error().message);
  boost::json::object* wish = parsed->if_object();
  if (wish == nullptr) return make_error(ErrorCode::invalid_argument, "the wish must be a JSON object");
  LocalWish local;
  if (const boost::json::value* captures = wish->if_contains("captures")) {
    if (!captures->is_object()) return make_error(ErrorCode::invalid_argument, "captures: expected an object of names and values");
    for (const auto& [name, value] : captures->get_object()) local.captures.push_back({std::string(name), text_of(value)});
    wish->erase("captures");
  }
  local.wish = boost::json::serialize(*wish);
  return local;
}

std::string wish_for_server(const LocalWish& local, const flow::WaitSpec& spec) {
  auto wish = json::parse(local.wish);
  if (!wish || !wish->is_object()) return local.wish;
  boost::json::object& object = wish->get_object();
  if (!object.contains("owner") && !spec.owner.empty()) object["owner"] = spec.owner;
  if (boost::json::value* conditions = object.if_contains("conditions"); conditions != nullptr && conditions->is_array())
    for (std::size_t i = 0; i < std::min(conditions->get_array().size(), spec.conditions.size()); ++i)
      if (boost::json::object* one = conditions->get_array()[i].if_object())
        for (const char* source : {"job", "signal"})
          // In a wish a brace is written twice to mean itself.
          if (one->contains(source)) (*one)[source] = replace_all(replace_all(spec.conditions[i].target, "{", "{{"), "}", "}}");
  return boost::json::serialize(*wish);
}

std::string parked_wait_id(std::string_view body) {
  const auto answer = json::parse(body);
  const auto* id = answer && answer->is_object() ? answer->get_object().if_contains("wait_id") : nullptr;
  return id != nullptr && id->is_string() ? std::string(id->get_string()) : std::string{};
}

bool is_wait_over(std::string_view body) {
  const auto answer = json::parse(body);
  const auto* state = answer && answer->is_object() ? answer->get_object().if_contains("state") : nullptr;
  return state != nullptr && state->is_string() && state->get_string() == "over";
}

std::string local_wait_parked(std::string_view wait_id) {
  std::string out = "{\"wait_id\":";
  json::write_string(out, wait_id);
  return out + ",\"state\":\"parked\"}";
}

std::string local_wait_over(const flow::Wait& wait) {
  std::string out = "{\"wait_id\":";
  json::write_string(out, wait.id.value);
  out += ",\"state\":\"over\",\"outcome\":";
  json::write_string(out, domain::to_string(wait.outcome));
  out += ",\"message\":";
  json::write_string(out, wait.message);
  out += ",\"captures\":";
  write_captures(out, wait.captures);
  out += ",\"excerpt\":";
  json::write_string(out, wait.excerpt);
  out += ",\"notes\":";
  write_notes(out, wait);
  out += ",\"probes\":";
  json::write(out, wait.probes);
  out += ",\"waited_ms\":";
  json::write(out, std::max(wait.ended - wait.parked, Millis{0}));
  out += ",\"last_status\":";
  json::write_string(out, last_status(wait));
  return out + '}';
}

std::string local_wait_invalid(std::string_view message) {
  std::string out = R"({"wait_id":"","state":"over","outcome":"invalid","message":)";
  json::write_string(out, message);
  return out + R"(,"captures":{},"excerpt":"","notes":[],"probes":0,"waited_ms":0,"last_status":""})";
}

}  // namespace tamarack::wire
