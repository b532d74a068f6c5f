#include "wire/wish_sources.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "flow/json_path.h"
#include "flow/mailbox.h"
#include "wire/probe_request.h"

namespace tamarack::wire {
namespace {

// ---- http
// A JSON value is sent as JSON, a text as it stands.
void read_body(Form& form, WishTexts& texts, HttpProbe& probe) {
  const boost::json::value* body = form.any("body");
  if (body == nullptr) return;
  const std::string path = form.path_of("body");
  if (body->is_string()) {
    probe.body = texts.fill(path, std::string(body->get_string()), PlaceKind::free);
    return;
  }
  if (!body->is_object() && !body->is_array())
    return form.refuse("body", fmt::format("expected a string, an object or an array, got {}", flow::kind_name(*body)));
  probe.body = boost::json::serialize(texts.fill_within(path, *body));
  const auto is_content_type = [](const auto& header) { return lower(header.first) == "content-type"; };
  if (std::none_of(probe.headers.begin(), probe.headers.end(), is_content_type)) probe.headers["Content-Type"] = "application/json";
}

HttpProbe read_http_request(Form& form, WishTexts& texts, const std::string& usual_method) {
  HttpProbe probe{.method = form.text("method").value_or(usual_method)};
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (!std::all_of(probe.method.begin(), probe.method.end(), is_capital))
    form.refuse("method", fmt::format("expected a method such as GET or POST, got '{}'", probe.method));
  if (const std::string url = form.required_text("url"); !url.empty()) probe.url = texts.address(form.path_of("url"), url);
  probe.headers = texts.named_texts(form, "headers");
  read_body(form, texts, probe);
  if (!probe.body.empty() && (probe.method == "GET" || probe.method == "HEAD"))
    form.refuse("body", fmt::format("a {} request has no body; give a method such as POST", probe.method));
  return probe;
}

ProbeRequest read_http(Form& form, WishTexts& texts) {
  HttpProbe probe = read_http_request(form, texts, "GET");
  probe.discover = form.flag("discover");
  if (const auto events = form.text("events")) probe.events = texts.address(form.path_of("events"), *events);
  return probe;
}

// ---- the others
void exactly_one(Form& form, std::initializer_list<std::string_view> keys) {
  const auto given = std::count_if(keys.begin(), keys.end(), [&](std::string_view key) { return form.has(key); });
  if (given == 1) return;
  std::vector<std::string> names(keys.begin(), keys.end());
  form.problems().add(form.path(), fmt::format("expected exactly one of {}, got {}", join(names, ", "), given == 0 ? "none" : "more"));
}

ProbeRequest read_redis(Form& form, WishTexts& texts) {
  RedisProbe probe{.url = texts.required_word(form, "url")};
  exactly_one(form, {"hash", "key", "stream"});
  probe.hash = texts.word(form, "hash");
  probe.key = texts.word(form, "key");
  probe.stream = texts.word(form, "stream");
  probe.after = texts.word(form, "after");
  probe.notify = form.flag("notify");
  if (!probe.after.empty() && probe.stream.empty()) form.refuse("after", "only entries of a stream come after another");
  if (probe.notify && !probe.stream.empty()) form.refuse("notify", "a stream tells of its entries by itself");
  return probe;
}

ProbeRequest read_postgres(Form& form, WishTexts& texts) {
  PostgresProbe probe{.url = texts.required_word(form, "url")};
  if (const std::string query = form.required_text("query"); !query.empty())
    probe.query = texts.fill(form.path_of("query"), query, PlaceKind::command);
  probe.channel = texts.word(form, "channel");
  return probe;
}

ProbeRequest read_rabbitmq(Form& form, WishTexts& texts) {
  RabbitProbe probe{.url = texts.required_word(form, "url")};
  exactly_one(form, {"queue", "exchange"});
  probe.queue = texts.word(form, "queue");
  probe.exchange = texts.word(form, "exchange");
  probe.routing_key = texts.word(form, "routing_key");
  if (!probe.routing_key.empty() && probe.exchange.empty()) form.refuse("routing_key", "it belongs to an exchange");
  return probe;
}

ProbeRequest read_file(Form& form, WishTexts& texts) {
  return FileProbe{.path = texts.required_word(form, "path")};
}

ProbeRequest read_tcp(Form& form, WishTexts& texts) {
  return TcpProbe{.address = texts.required_word(form, "address")};
}

ProbeRequest read_log(Form& form, WishTexts& texts) {
  LogProbe probe{.path = texts.required_word(form, "path")};
  if (const std::string pattern = form.required_text("pattern"); !pattern.empty())
    probe.pattern = texts.fill(form.path_of("pattern"), pattern, PlaceKind::pattern);
  return probe;
}

ProbeRequest read_command(Form& form, WishTexts& texts) {
  CommandProbe probe;
  if (const std::string run = form.required_text("run"); !run.empty()) probe.run = texts.fill(form.path_of("run"), run, PlaceKind::command);
  probe.dir = texts.word(form, "dir");
  probe.env = texts.named_texts(form, "env");
  for (const auto& [name, value] : probe.env)
    if (name.empty() || name.find_first_of(std::string_view("=\0", 2)) != std::string::npos)
      form.refuse("env", fmt::format("'{}' is no name of a variable", name));
  return probe;
}

using ReadProbe = ProbeRequest (*)(Form&, WishTexts&);
struct OutsideSource {
  std::string_view name;
  ReadProbe read;
};
constexpr OutsideSource outside_sources[] = {
    {"http", read_http}, {"redis", read_redis}, {"postgres", read_postgres}, {"rabbitmq", read_rabbitmq},
    {"file", read_file}, {"tcp", read_tcp},     {"log", read_log},           {"command", read_command},
};

// What the prober would refuse. Not said of texts that still have holes in them.
void check_request(const std::string& request, const std::string& path, const WishTexts::Count& before, WishTexts& texts) {
  const WishTexts::Count after = texts.count();
  const bool has_places = after.with_places != before.with_places;
  if (after.unfilled != before.unfilled || (has_places && !texts.fills())) return;
  const auto parsed = parse_probe_request(request);
  if (parsed) return;
  // "not a probe: /redis: 'url' must …": where it stands is in `path` already.
  const std::string& message = parsed.error().message;
  const std::size_t place = message.starts_with("not a probe: /") ? message.find(": ", 14) : std::string::npos;
  texts.complain(path, has_places, place == std::string::npos ? message : message.substr(place + 2));
}

void read_outside(const OutsideSource& source, Form& condition, WishTexts& texts, flow::Condition& out) {
  const boost::json::value* value = condition.any(source.name);
  const std::size_t problems_before = condition.problems().all().size();
  const WishTexts::Count before = texts.count();
  Form form(*value, condition.path_of(source.name), condition.problems());
  const ProbeRequest request = source.read(form, texts);
  form.finish();
  out.request = to_text(request);
  out.host = host_of(request);
  if (out.host.empty()) out.host = source.name;
  out.target = shown(request);
  out.pushed = is_pushed(request);
  if (condition.problems().all().size() == problems_before) check_request(out.request, form.path(), before, texts);
}

}  // namespace

const std::vector<std::string>& wish_sources() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all{"job", "signal"};
    for (const OutsideSource& source : outside_sources) all.emplace_back(source.name);
    std::sort(all.begin(), all.end());
    return all;
  }();
  return names;
}

std::string read_wish_source(Form& condition, WishTexts& texts, flow::Condition& out) {
  std::vector<std::string> given;
  for (const std::string& name : wish_sources())
    if (condition.any(name) != nullptr) given.push_back(name);
  if (given.size() != 1) {
    condition.problems().add(condition.path(), given.empty() ? fmt::format("expected one of {}", join(wish_sources(), ", "))
                                                             : fmt::format("expected one source, got {}", join(given, " and ")));
    return {};
  }
  const std::string& name = given.front();
  if (name == "job" || name == "signal") {
    out.source = name == "job" ? flow::SourceKind::job : flow::SourceKind::signal;
    const WishTexts::Count before = texts.count();
    out.target = texts.word(condition, name);
    if (name == "signal" && out.target.size() > flow::signal_name_bytes_max)
      texts.complain(condition.path_of(name), texts.count().with_places != before.with_places,
                     fmt::format("a key has at most {} bytes, got {}", flow::signal_name_bytes_max, out.target.size()));
    return name;
  }
  for (const OutsideSource& source : outside_sources)
    if (source.name == name) read_outside(source, condition, texts, out);
  return name;
}

std::string read_wish_cancel(const boost::json::value& value, const std::string& path, WishTexts& texts, FormProblems& problems) {
  Form form(value, path, problems);
  const HttpProbe probe = read_http_request(form, texts, "POST");
  form.finish();
  return to_text(probe);
}

}  // namespace tamarack::wire
