#include "cli/wait_flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/text.h"
#include "flow/json_path.h"
#include "wire/wait_wish.h"

namespace tamarack::cli {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

void put(object& out, const char* key, const std::string& text) {
  if (!text.empty()) out[key] = text;
}
void put(object& out, const char* key, const std::optional<std::int64_t>& number) {
  if (number) out[key] = *number;
}

Error expected(std::string_view option, std::string_view form, const std::string& got, std::string_view example) {
  return make_error(ErrorCode::invalid_argument, fmt::format("{}: expected {}, got '{}'", option, form, got),
                    fmt::format("for example {}", example));
}

// "{name}" where it is no place: without captures there is nothing that could be filled in, and a shell has braces of its own.
// Of a command "${name}" is none anyway.
std::string without_places(const std::string& text, bool is_command = false) {
  const auto begins_name = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::size_t end = text[at] == '{' ? text.find('}', at) : std::string::npos;
    const std::string_view name = end == std::string::npos ? std::string_view{} : std::string_view(text).substr(at + 1, end - at - 1);
    const bool is_variable = is_command && at > 0 && text[at - 1] == '$';
    if (is_variable || !is_plain_name(name) || !begins_name(name[0])) {
      out += text[at];
      continue;
    }
    out += "{" + text.substr(at, end - at + 1) + "}";
    at = end;
  }
  return out;
}

std::string with_places(const WaitFlags& flags, const std::string& text) {
  return flags.has_captures ? text : without_places(text);
}

Result<object> named(const std::vector<std::string>& texts, char separator, std::string_view option, std::string_view example) {
  object out;
  for (const std::string& text : texts) {
    const std::size_t at = text.find(separator);
    if (at == std::string::npos || at == 0) return expected(option, separator == ':' ? "NAME: VALUE" : "NAME=VALUE", text, example);
    out[std::string(trim(text.substr(0, at)))] = separator == ':' ? std::string(trim(text.substr(at + 1))) : text.substr(at + 1);
  }
  return out;
}

// ---- what is looked at
Result<value> http_of(const WaitFlags& flags) {
  object out{{"url", flags.target}};
  put(out, "method", flags.method);
  put(out, "events", flags.events);
  if (flags.discover) out["discover"] = true;
  object headers = TRY(named(flags.headers, ':', "--header", "--header 'Authorization: Bearer x'"));
  if (!headers.empty()) out["headers"] = std::move(headers);
  if (flags.body.empty()) return value(std::move(out));
  const auto json = flow::parse_document(flags.body);
  // A document is sent as one, with its content type; in it, too, braces are places only where there are captures.
  if (json && (json->is_object() || json->is_array()))
    out["body"] = *flow::parse_document(with_places(flags, flags.body));
  else
    out["body"] = with_places(flags, flags.body);
  return value(std::move(out));
}

Result<value> command_of(const WaitFlags& flags) {
  object out{{"run", flags.has_captures ? flags.target : without_places(flags.target, true)}};
  put(out, "dir", flags.dir);
  object env = TRY(named(flags.env, '=', "--env", "--env JOB=7"));
  if (!env.empty()) out["env"] = std::move(env);
  return value(std::move(out));
}

Result<value> source_of(const WaitFlags& flags) {
  if (flags.source == "http") return http_of(flags);
  if (flags.source == "command") return command_of(flags);
  if (flags.source == "job" || flags.source == "signal") return value(boost::json::string(flags.target));
  const char* of_target = flags.source == "file" || flags.source == "log" ? "path" : flags.source == "tcp" ? "address" : "url";
  object out{{of_target, flags.target}};
  put(out, "hash", flags.hash);
  put(out, "key", flags.key);
  put(out, "stream", flags.stream);
  put(out, "after", flags.after);
  if (flags.notify) out["notify"] = true;
  put(out, "query", flags.query);
  put(out, "channel", flags.channel);
  put(out, "queue", flags.queue);
  put(out, "exchange", flags.exchange);
  put(out, "routing_key", flags.routing_key);
  put(out, "pattern", with_places(flags, flags.pattern));
  return value(std::move(out));
}

Result<object> cancel_of(const std::string& text) {
  const std::size_t space = text.find(' ');
  if (space == std::string::npos) return object{{"url", text}};
  return object{{"method", text.substr(0, space)}, {"url", std::string(trim(text.substr(space + 1)))}};
}

// ---- what it has to say
// Where the path of "$.a['x=1'].b=5" ends.
std::size_t end_of_path(const std::string& text) {
  char quote = '\0';
  bool in_brackets = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (in_brackets && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == '[' || c == ']') {
      in_brackets = c == '[';
    } else if (!in_brackets && std::string_view("=!<>~").find(c) != std::string_view::npos) {
      return at;
    }
  }
  return text.size();
}

// "$.rows>5", "$.state=READY", "$.id", or a text that the answer has to contain.
Result<value> statement_of(std::string_view option, const std::string& text) {
  if (!text.starts_with('$')) return value(object{{"contains", text}});
  const std::size_t end = end_of_path(text);
  object out{{"path", std::string(trim(text.substr(0, end)))}};
  if (end == text.size()) {
    out["exists"] = true;
    return value(std::move(out));
  }
  const char mark = text[end];
  if (mark == '!' && (end + 1 >= text.size() || text[end + 1] != '='))
    return expected(option, "PATH, PATH=VALUE, PATH!=VALUE, PATH<N, PATH>N or PATH~TEXT", text, fmt::format("{} '$.rows>5'", option));
  const std::string wanted(trim(text.substr(end + (mark == '!' ? 2 : 1))));
  const char* key = mark == '=' ? "equals" : mark == '!' ? "differs" : mark == '<' ? "below" : mark == '>' ? "above" : "contains";
  const auto json = flow::parse_document(wanted);
  const bool is_value = json && !json->is_object() && !json->is_array();
  if (mark != '~' && is_value)
    out[key] = *json;
  else
    out[key] = wanted;
  return value(std::move(out));
}

Result<> put_statements(object& out, const char* key, std::string_view option, const std::vector<std::string>& texts) {
  if (texts.empty()) return {};
  array statements;
  for (const std::string& text : texts) statements.push_back(TRY(statement_of(option, text)));
  out[key] = std::move(statements);
  return {};
}

bool is_statement(const std::string& text) {
  return text.starts_with('$');
}

// With words of one's own in --map only those count. --until alone takes the place of the usual words for a good end: whoever waits for
// ARCHIVED does not mean COMPLETED.
Result<object> map_of(const WaitFlags& flags) {
  object map;
  if (flags.map.empty()) {
    for (const auto& [text, meaning] : wire::usual_status_map())
      if (flags.until.empty() || meaning != flow::Meaning::satisfied) map[text] = std::string(to_string(meaning));
  }
  for (const std::string& text : flags.map) {
    const std::size_t equals = text.rfind('=');
    if (equals == std::string::npos || equals == 0)
      return expected("--map", "STATUS=MEANING", text, "--map READY=satisfied --map BROKEN=failed --map WARMING=going_on");
    map[text.substr(0, equals)] = text.substr(equals + 1);
  }
  for (const std::string& status : flags.until) map[status] = "satisfied";
  for (const std::string& status : flags.fail)
    if (!is_statement(status)) map[status] = "failed";
  return map;
}

Result<> put_reading(object& out, const WaitFlags& flags) {
  put(out, "field", flags.field);
  const bool has_status = !flags.field.empty();
  const bool until_is_status = has_status && std::none_of(flags.until.begin(), flags.until.end(), is_statement);
  if (!flags.map.empty() || (until_is_status && !(flags.until.empty() && flags.fail.empty()))) out["map"] = TRY(map_of(flags));
  if (!until_is_status) TRY_VOID(put_statements(out, "until", "--until", flags.until));
  std::vector<std::string> fail_when;
  std::copy_if(flags.fail.begin(), flags.fail.end(), std::back_inserter(fail_when),
               [&](const std::string& text) { return !has_status || is_statement(text); });
  TRY_VOID(put_statements(out, "fail_when", "--fail", fail_when));
  put(out, "error_field", flags.error_field);
  put(out, "heartbeat_field", flags.heartbeat_field);
  put(out, "lost_after_ms", flags.lost_after_ms);
  put(out, "not_found_max_ms", flags.not_found_max_ms);
  put(out, "no_answer_max_ms", flags.no_answer_max_ms);
  if (flags.hold > 0) out["hold_times"] = flags.hold;
  return {};
}

Result<> put_captures(object& out, const std::vector<std::string>& texts) {
  object captures;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return expected("--capture", "NAME=PATH or NAME:TYPE=PATH", text, "--capture 'rows:integer=$.result.rows'");
    const std::string name = text.substr(0, equals);
    const std::string path = text.substr(equals + 1);
    const std::size_t colon = name.find(':');
    if (colon == std::string::npos)
      captures[name] = path;
    else
      captures[name.substr(0, colon)] = object{{"path", path}, {"type", name.substr(colon + 1)}};
  }
  if (!captures.empty()) out["capture"] = std::move(captures);
  return {};
}

}  // namespace

Result<std::string> wish_of(const WaitFlags& flags) {
  object condition;
  condition[flags.source] = TRY(source_of(flags));
  TRY_VOID(put_reading(condition, flags));
  TRY_VOID(put_captures(condition, flags.capture));
  if (!flags.cancel.empty()) condition["cancel"] = TRY(cancel_of(flags.cancel));
  object wish;
  put(wish, "name", flags.name);
  put(wish, "timeout_ms", flags.timeout_ms);
  if (flags.every_ms) wish["pace"] = object{{"min_ms", *flags.every_ms}, {"max_ms", *flags.every_ms}};
  wish["conditions"] = array{std::move(condition)};
  return boost::json::serialize(wish);
}

}  // namespace tamarack::cli
