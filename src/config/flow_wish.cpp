#include "config/flow_wish.h"

#include <boost/json.hpp>

#include "base/check.h"

namespace tamarack::config {
namespace {

namespace json = boost::json;

json::object object_of(const std::map<std::string, std::string>& texts) {
  json::object object;
  for (const auto& [name, text] : texts) object[name] = text;
  return object;
}

json::object probe_of(const FlowProbe& probe) {
  json::object object = object_of(probe.texts);
  for (const auto& [name, flag] : probe.flags) object[name] = flag;
  if (!probe.headers.empty()) object["headers"] = object_of(probe.headers);
  if (!probe.env.empty()) object["env"] = object_of(probe.env);
  return object;
}

json::array predicates_of(const std::vector<FlowPredicate>& predicates) {
  json::array list;
  for (const FlowPredicate& predicate : predicates) {
    json::object one;
    if (!predicate.path.empty()) one["path"] = predicate.path;
    if (predicate.exists) one["exists"] = *predicate.exists;
    for (const auto& [comparison, value] : predicate.comparisons) {
      json::error_code failed;
      one[comparison] = json::parse(value, failed);
      CHECK(!failed, "the reader stored '{}', which is not JSON", value);
    }
    list.push_back(std::move(one));
  }
  return list;
}

json::object captures_of(const std::vector<Capture>& captures) {
  json::object object;
  for (const Capture& capture : captures) {
    if (capture.type == "any")
      object[capture.name] = capture.path;
    else
      object[capture.name] = json::object{{"path", capture.path}, {"type", capture.type}};
  }
  return object;
}

void put(json::object& object, const char* name, const std::string& text) {
  if (!text.empty()) object[name] = text;
}
void put(json::object& object, const char* name, const std::optional<Millis>& duration) {
  if (duration) object[name] = duration->count();
}

json::object condition_of(const FlowCondition& condition) {
  json::object object;
  put(object, "name", condition.name);
  put(object, "job", condition.job);
  put(object, "signal", condition.signal);
  if (!condition.source.kind.empty()) object[condition.source.kind] = probe_of(condition.source);
  put(object, "field", condition.field);
  if (!condition.map.empty()) object["map"] = object_of(condition.map);
  put(object, "error_field", condition.error_field);
  if (!condition.until.empty()) object["until"] = predicates_of(condition.until);
  if (!condition.fail_when.empty()) object["fail_when"] = predicates_of(condition.fail_when);
  if (!condition.captures.empty()) object["capture"] = captures_of(condition.captures);
  if (condition.hold_times != 1) object["hold_times"] = condition.hold_times;
  put(object, "heartbeat_field", condition.heartbeat_field);
  put(object, "lost_after_ms", condition.lost_after);
  put(object, "not_found_max_ms", condition.not_found_max);
  put(object, "no_answer_max_ms", condition.no_answer_max);
  if (condition.cancel_when_dropped) object["cancel_when_dropped"] = true;
  if (!condition.cancel.kind.empty()) object["cancel"] = probe_of(condition.cancel);
  return object;
}

}  // namespace

std::string wish_of(const FlowRule& flow, const FlowPhase& phase) {
  CHECK(phase.is_wait(), "phase '{}' is no wait", phase.name);
  // Waits of one name are compared with each other: how long they took paces the next one.
  json::object wish{{"name", flow.name + "/" + phase.name}};
  if (phase.join != "all") wish["join"] = phase.join;
  put(wish, "timeout_ms", phase.timeout);
  json::object pace;
  put(pace, "min_ms", phase.pace_min);
  put(pace, "max_ms", phase.pace_max);
  put(pace, "net_ms", phase.pace_net);
  if (!pace.empty()) wish["pace"] = std::move(pace);
  json::array conditions;
  for (const FlowCondition& condition : phase.conditions) conditions.push_back(condition_of(condition));
  wish["conditions"] = std::move(conditions);
  return json::serialize(wish);
}

}  // namespace tamarack::config
