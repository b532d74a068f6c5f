#include "flow/reading.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/text.h"
#include "flow/discover.h"
#include "flow/json_path.h"

namespace tamarack::flow {
namespace {

using boost::json::value;

constexpr std::size_t shown_bytes_max = 100;  // of a value that an 'until' looks at
constexpr std::size_t words_bytes_max = 500;  // of a backend's own words inside a message

std::string shortened(std::string_view text) {
  const std::string_view trimmed = trim(text);
  if (trimmed.size() <= words_bytes_max) return to_valid_utf8(trimmed);
  return cut_text(trimmed, words_bytes_max) + "…";
}

// A document, read once however many rules look into it.
struct Body {
  std::string_view text;
  std::optional<value> document;

  const value* at(const std::string& path) const {
    if (!document) return nullptr;
    const auto parsed = parse_json_path(path);
    return parsed ? find(*document, *parsed) : nullptr;
  }
};

value expected_value(const std::string& text) {
  if (auto parsed = parse_document(text)) return *std::move(parsed);
  return value(boost::json::string(text));
}

std::optional<double> number_of(const value& one) {
  boost::system::error_code failed;
  const auto number = one.to_number<double>(failed);
  if (failed) return std::nullopt;
  return number;
}

// For "more than" and "less than", where a text that is a number is one: every value of a Redis hash is a text.
std::optional<double> size_of(const value& one) {
  if (!one.is_string()) return number_of(one);
  const auto parsed = parse_document(plain_text(one));
  return parsed ? number_of(*parsed) : std::nullopt;
}

bool holds_on(const Predicate& predicate, const value& found) {
  if (predicate.comparison == Comparison::exists) return !found.is_null();
  if (predicate.comparison == Comparison::contains) return plain_text(found).find(predicate.value) != std::string::npos;
  const value wanted = expected_value(predicate.value);
  const auto left = number_of(found);
  const auto right = number_of(wanted);
  const bool numbers = left && right;
  // "7" configured without quotes reads as a number; a backend may well write it as text.
  const bool same = numbers ? *left == *right : found == wanted || (found.is_string() && plain_text(found) == predicate.value);
  switch (predicate.comparison) {
    case Comparison::equals:
      return same;
    case Comparison::differs:
      return !same;
    case Comparison::below:
      return size_of(found) && right && *size_of(found) < *right;
    case Comparison::above:
      return size_of(found) && right && *size_of(found) > *right;
    case Comparison::exists:
    case Comparison::contains:
      break;
  }
  return false;
}

bool holds(const Predicate& predicate, const Body& body) {
  if (!predicate.path.empty()) {
    const value* found = body.at(predicate.path);
    return found != nullptr && holds_on(predicate, *found);
  }
  if (predicate.comparison == Comparison::exists) return !trim(body.text).empty();
  if (predicate.comparison == Comparison::contains) return body.text.find(predicate.value) != std::string_view::npos;
  return holds_on(predicate, value(boost::json::string(trim(body.text))));
}

// What stands where a statement looks, for a wait that goes on: "$.rows is 3".
std::string found_there(const Predicate& predicate, const Body& body) {
  if (predicate.path.empty()) {
    const std::string_view text = trim(body.text);
    return text.empty() ? std::string("the body is empty") : fmt::format("the body is {}", cut_text(text, shown_bytes_max));
  }
  if (!body.document) return "the body is no JSON";
  const value* found = body.at(predicate.path);
  if (found == nullptr) return fmt::format("{} is missing", predicate.path);
  return fmt::format("{} is {}", predicate.path, cut_text(boost::json::serialize(*found), shown_bytes_max));
}

std::string describe(const Predicate& predicate) {
  const std::string what = predicate.path.empty() ? "the body" : predicate.path;
  if (predicate.comparison == Comparison::exists) return what + " exists";
  return fmt::format("{} {} '{}'", what, to_string(predicate.comparison), predicate.value);
}

bool is_of(CaptureType type, const value& one) {
  switch (type) {
    case CaptureType::any:
      return !one.is_null();
    case CaptureType::string:
      return one.is_string();
    case CaptureType::number:
      return one.is_number();
    case CaptureType::integer:
      return one.is_int64() || one.is_uint64();
    case CaptureType::boolean:
      return one.is_bool();
    case CaptureType::object:
      return one.is_object();
    case CaptureType::array:
      return one.is_array();
  }
  return false;
}

Result<std::vector<Captured>> capture_from(const std::vector<CaptureRule>& rules, const Body& body) {
  std::vector<Captured> captures;
  for (const CaptureRule& rule : rules) {
    const value* found = body.at(rule.path);
    const std::string wanted = rule.type == CaptureType::any ? "a value" : fmt::format("{}", to_string(rule.type));
    if (found == nullptr)
      return make_error(ErrorCode::invalid_argument,
                        fmt::format("capture '{}': there is no field {} in the answer, expected {}", rule.name, rule.path, wanted),
                        "compare the path with the body that is kept as evidence");
    if (!is_of(rule.type, *found))
      return make_error(ErrorCode::invalid_argument, fmt::format("capture '{}': the field {} is {}, expected {}: {}", rule.name, rule.path,
                                                                 kind_name(*found), wanted, shortened(plain_text(*found))));
    captures.push_back({rule.name, boost::json::serialize(*found)});
  }
  return captures;
}

Reading satisfied(const ReadRules& rules, const Body& body, std::string status) {
  auto captures = capture_from(rules.captures, body);
  if (!captures) return {.kind = ReadingKind::invalid, .status = std::move(status), .message = captures.error().message};
  return {.kind = ReadingKind::satisfied, .status = std::move(status), .captures = *std::move(captures)};
}

std::string backend_words(const ReadRules& rules, const Body& body) {
  const value* found = rules.error_field.empty() ? nullptr : body.at(rules.error_field);
  return found == nullptr || found->is_null() ? std::string{} : shortened(plain_text(*found));
}

Reading read_mapped(const ReadRules& rules, const Body& body, const std::string& content_type) {
  if (!body.document) {
    const std::string type = content_type.empty() ? std::string{} : fmt::format(" (content type '{}')", content_type);
    return {.kind = ReadingKind::invalid,
            .message = fmt::format("expected JSON with the field {}, got no JSON{}: {}", rules.field, type, shortened(body.text))};
  }
  const value* field = body.at(rules.field);
  if (field == nullptr) return {.kind = ReadingKind::invalid, .message = fmt::format("there is no field {} in the answer", rules.field)};
  if (field->is_object() || field->is_array() || field->is_null())
    return {.kind = ReadingKind::invalid, .message = fmt::format("the field {} is {}, expected a status", rules.field, kind_name(*field))};
  std::string status = shortened(plain_text(*field));
  std::vector<std::string> known;
  for (const MappedStatus& mapped : rules.map) {
    known.push_back(mapped.text);
    if (mapped.text != status) continue;
    switch (mapped.meaning) {
      case Meaning::going_on:
        return {.status = std::move(status)};
      case Meaning::satisfied:
        return satisfied(rules, body, std::move(status));
      case Meaning::failed:
        return {.kind = ReadingKind::failed, .status = std::move(status), .message = backend_words(rules, body)};
      case Meaning::lost:
        return {.kind = ReadingKind::lost, .status = std::move(status), .message = backend_words(rules, body)};
      case Meaning::cancelled:
        return {.kind = ReadingKind::cancelled, .status = std::move(status), .message = backend_words(rules, body)};
    }
  }
  const auto meant = closest(status, known);
  const std::string hint = meant ? fmt::format("; did you mean '{}'?", *meant) : std::string{};
  return {.kind = ReadingKind::invalid,
          .status = status,
          .message = fmt::format("the field {} is '{}', expected one of: {}{}", rules.field, status, join(known, ", "), hint)};
}

Reading read_body(const ReadRules& rules, const Body& body, const std::string& content_type) {
  for (const Predicate& predicate : rules.fail_when) {
    if (!holds(predicate, body)) continue;
    const std::string words = backend_words(rules, body);
    return {.kind = ReadingKind::failed, .message = describe(predicate) + (words.empty() ? std::string{} : ": " + words)};
  }
  if (!rules.field.empty()) return read_mapped(rules, body, content_type);
  for (const Predicate& predicate : rules.until)
    if (!holds(predicate, body)) return {.status = found_there(predicate, body)};
  return satisfied(rules, body, {});
}

bool needs_body(const ReadRules& rules) {
  return !rules.field.empty() || !rules.until.empty() || !rules.fail_when.empty() || !rules.captures.empty();
}

Body body_of(std::string_view text, const ReadRules& rules) {
  return {.text = text, .document = needs_body(rules) ? parse_document(text) : std::nullopt};
}

Reading too_long() {
  return {.kind = ReadingKind::invalid, .message = fmt::format("the answer is longer than {}", human_bytes(answer_bytes_max))};
}

void read_heartbeat(Reading& reading, const ReadRules& rules, const Body& body) {
  if (rules.heartbeat_field.empty()) return;
  if (const value* beat = body.at(rules.heartbeat_field)) reading.heartbeat = boost::json::serialize(*beat);
}

Reading read_success(const ReadRules& rules, const HttpAnswer& answer) {
  std::string status = fmt::format("HTTP {}", answer.status);
  if (!needs_body(rules))
    return {.kind = answer.status == 202 ? ReadingKind::going_on : ReadingKind::satisfied, .status = std::move(status)};
  if (answer.truncated) return too_long();
  const Body body = body_of(answer.body, rules);
  // Without a field or 'until' a 202 says itself that the work goes on; its body may announce a failure all the same.
  const bool only_started = answer.status == 202 && rules.field.empty() && rules.until.empty();
  Reading reading = read_body(rules, body, answer.content_type);
  if (only_started && reading.kind != ReadingKind::failed) reading = {};
  if (reading.status.empty()) reading.status = std::move(status);
  read_heartbeat(reading, rules, body);
  return reading;
}

Reading read_http_status(const ReadRules& rules, const HttpAnswer& answer) {
  Reading reading{.status = fmt::format("HTTP {}", answer.status)};
  const std::string said = trim(answer.body).empty() ? std::string{} : ": " + shortened(answer.body);
  switch (answer.status) {
    case 404:
      reading.kind = ReadingKind::not_found;
      reading.message = "answered 404 Not Found" + said;
      return reading;
    case 410:
      reading.kind = ReadingKind::gone;
      reading.message = "answered 410 Gone" + said;
      return reading;
    case 401:
    case 403:
      reading.kind = ReadingKind::refused;
      reading.message = fmt::format("answered {}{}", answer.status, said);
      return reading;
    case 303:
      // The usual end of an operation: its result is somewhere else. Where statuses are mapped it says nothing of them.
      if (!needs_body(rules)) {
        reading.kind = ReadingKind::satisfied;
        return reading;
      }
      break;
    default:
      break;
  }
  const bool passing = answer.status == 408 || answer.status == 425 || answer.status == 429 || answer.status >= 500;
  reading.kind = passing ? ReadingKind::no_answer : ReadingKind::invalid;
  reading.holds_host = answer.status == 429 || answer.status == 503;
  const std::string to = answer.location.empty() ? std::string{} : fmt::format(" to '{}'", answer.location);
  reading.message = fmt::format("answered {}{}{}", answer.status, to, said);
  return reading;
}

struct Read {
  const ReadRules& rules;
  Instant now;

  Reading operator()(const HttpAnswer& answer) const {
    const bool success = answer.status >= 200 && answer.status < 300;
    Reading reading = success ? read_success(rules, answer) : read_http_status(rules, answer);
    if (const auto after = parse_retry_after(answer.retry_after, now)) reading.retry_after = *after;
    reading.holds_host = reading.holds_host && reading.retry_after.count() >= 0;
    return reading;
  }
  Reading operator()(const ValueAnswer& answer) const {
    if (!answer.exists) {
      if (rules.field.empty()) return {.status = "not there"};
      return {.kind = ReadingKind::not_found, .status = "not there", .message = "there is no such value"};
    }
    if (!needs_body(rules)) return {.kind = ReadingKind::satisfied, .status = "there"};
    if (answer.truncated) return too_long();
    const Body body = body_of(answer.body, rules);
    Reading reading = read_body(rules, body, {});
    read_heartbeat(reading, rules, body);
    return reading;
  }
  Reading operator()(const NoAnswer& answer) const { return {.kind = ReadingKind::no_answer, .message = answer.what}; }
};

}  // namespace

Reading read(const ReadRules& rules, const Answer& answer, Instant now) {
  return std::visit(Read{rules, now}, answer);
}

std::string cut_text(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max) {
    const auto is_inside = [&](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U; };
    const std::size_t earliest = bytes_max - std::min<std::size_t>(bytes_max, 3);  // no character is longer; other bytes are no text
    while (bytes_max > earliest && is_inside(bytes_max)) --bytes_max;
    text = text.substr(0, bytes_max);
  }
  return to_valid_utf8(text);
}

std::string excerpt_of(const Answer& answer, std::size_t bytes_max) {
  std::string_view text;
  if (const auto* http = std::get_if<HttpAnswer>(&answer)) text = http->body;
  if (const auto* found = std::get_if<ValueAnswer>(&answer)) text = found->body;
  if (const auto* none = std::get_if<NoAnswer>(&answer)) text = none->what;
  return cut_text(text, bytes_max);
}

Result<std::vector<Captured>> capture(const std::vector<CaptureRule>& rules, std::string_view text) {
  return capture_from(rules, {.text = text, .document = parse_document(text)});
}

}  // namespace tamarack::flow
