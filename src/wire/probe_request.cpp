#include "wire/probe_request.h"

#include <fmt/format.h>

#include <regex>

#include "base/text.h"
#include "wire/json.h"
#include "wire/server_url.h"

namespace tamarack::wire {

using boost::json::object;
using boost::json::value;

namespace {

constexpr std::size_t shown_bytes_max = 300;
constexpr std::size_t pattern_bytes_max = 1'000;

// ---- writing: fields in the order of their names, without those that have their default

class Writer {
 public:
  explicit Writer(std::string_view kind) : out_(fmt::format("{{\"{}\":{{", kind)) {}
  Writer& field(std::string_view name, const std::string& text) {
    if (!text.empty()) json::write(begin(name), text);
    return *this;
  }
  Writer& field(std::string_view name, bool flag) {
    if (flag) json::write(begin(name), flag);
    return *this;
  }
  Writer& field(std::string_view name, const std::map<std::string, std::string>& texts) {
    if (!texts.empty()) json::write(begin(name), texts);
    return *this;
  }
  std::string text() { return out_ + "}}"; }

 private:
  std::string& begin(std::string_view name) {
    out_ += fmt::format("{}\"{}\":", first_ ? "" : ",", name);
    first_ = false;
    return out_;
  }
  std::string out_;
  bool first_ = true;
};

struct Write {
  std::string operator()(const HttpProbe& probe) const {
    return Writer("http")
        .field("body", probe.body)
        .field("discover", probe.discover)
        .field("events", probe.events)
        .field("headers", probe.headers)
        .field("method", probe.method == "GET" ? std::string{} : probe.method)
        .field("url", probe.url)
        .text();
  }
  std::string operator()(const RedisProbe& probe) const {
    return Writer("redis")
        .field("after", probe.after)
        .field("hash", probe.hash)
        .field("key", probe.key)
        .field("notify", probe.notify)
        .field("stream", probe.stream)
        .field("url", probe.url)
        .text();
  }
  std::string operator()(const PostgresProbe& probe) const {
    return Writer("postgres").field("channel", probe.channel).field("query", probe.query).field("url", probe.url).text();
  }
  std::string operator()(const RabbitProbe& probe) const {
    return Writer("rabbitmq")
        .field("exchange", probe.exchange)
        .field("queue", probe.queue)
        .field("routing_key", probe.routing_key)
        .field("url", probe.url)
        .text();
  }
  std::string operator()(const FileProbe& probe) const { return Writer("file").field("path", probe.path).text(); }
  std::string operator()(const TcpProbe& probe) const { return Writer("tcp").field("address", probe.address).text(); }
  std::string operator()(const LogProbe& probe) const {
    return Writer("log").field("path", probe.path).field("pattern", probe.pattern).text();
  }
  std::string operator()(const CommandProbe& probe) const {
    return Writer("command").field("dir", probe.dir).field("env", probe.env).field("run", probe.run).text();
  }
};

// ---- reading

class Reader {
 public:
  Reader(std::string kind, const object& fields) : kind_(std::move(kind)), fields_(fields) {}
  template <class T>
  Reader& field(std::string_view name, T& out) {
    known_.emplace_back(name);
    if (const value* found = fields_.if_contains(name)) json::read(*found, out, fmt::format("/{}/{}", kind_, name), problems_);
    return *this;
  }
  Reader& must(bool holds, std::string_view otherwise) {
    if (!holds && problems_.empty()) problems_.push_back(fmt::format("/{}: {}", kind_, otherwise));
    return *this;
  }
  template <class T>
  Result<ProbeRequest> result(T probe) {
    for (const auto& [name, ignored] : fields_)
      if (std::find(known_.begin(), known_.end(), name) == known_.end())
        problems_.push_back(fmt::format("/{}/{}: there is no such field; known: {}", kind_, std::string_view(name), join(known_, ", ")));
    if (!problems_.empty()) return make_error(ErrorCode::invalid_argument, "not a probe: " + join(problems_, "; "));
    return ProbeRequest{std::move(probe)};
  }

 private:
  std::string kind_;
  const object& fields_;
  std::vector<std::string> known_;
  json::Problems problems_;
};

bool has_scheme(std::string_view url, std::initializer_list<std::string_view> schemes) {
  for (const std::string_view scheme : schemes)
    if (starts_with_ignoring_case(url, fmt::format("{}://", scheme))) return true;
  return false;
}

bool is_token(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos;
}

bool are_headers(const std::map<std::string, std::string>& headers) {
  for (const auto& [name, text] : headers)
    if (!is_token(name) || text.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) return false;
  return true;
}

bool is_http_url(std::string_view url) {
  if (!has_scheme(url, {"http", "https"})) return false;
  const std::string_view rest = url.substr(url.find("://") + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  return !authority.empty() && authority.find('@') == std::string_view::npos;
}

bool is_address(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const auto port = parse_integer(address.substr(colon + 1));
  return port && *port >= 1 && *port <= 65535;
}

// A pattern with back references takes exponential time on some lines, and is refused with the others that cannot be read.
std::string problem_of_pattern(const std::string& pattern) {
  if (pattern.empty()) return "a pattern is missing";
  if (pattern.size() > pattern_bytes_max) return fmt::format("a pattern may have {} bytes at most", pattern_bytes_max);
  try {
    const std::regex compiled(pattern, std::regex::ECMAScript | std::regex_constants::__polynomial);
    return compiled.mark_count() > 99 ? "a pattern may have 99 groups at most" : "";
  } catch (const std::regex_error& error) {
    const bool back = error.code() == std::regex_constants::error_complexity;
    return back ? "a pattern may have no back references"
                : fmt::format("the pattern '{}' is no regular expression (ECMAScript): {}", pattern, error.what());
  }
}

constexpr std::string_view http_words = "must be an absolute http or https address without a user name or password (use headers for those)";

Result<ProbeRequest> read_http(const object& fields) {
  HttpProbe probe;
  Reader reader("http", fields);
  reader.field("body", probe.body).field("discover", probe.discover).field("events", probe.events).field("headers", probe.headers);
  reader.field("method", probe.method).field("url", probe.url);
  reader.must(is_http_url(probe.url), fmt::format("'url' {}", http_words));
  reader.must(probe.events.empty() || is_http_url(probe.events), fmt::format("'events' {}", http_words));
  reader.must(is_token(probe.method), "'method' must be a word such as GET");
  reader.must(are_headers(probe.headers), "'headers' must be names of HTTP with values of one line");
  return reader.result(std::move(probe));
}

Result<ProbeRequest> read_redis(const object& fields) {
  RedisProbe probe;
  Reader reader("redis", fields);
  reader.field("after", probe.after).field("hash", probe.hash).field("key", probe.key).field("notify", probe.notify);
  reader.field("stream", probe.stream).field("url", probe.url);
  reader.must(has_scheme(probe.url, {"redis", "rediss"}) && parse_server_url(probe.url), "'url' must be like redis://host:6379/0");
  reader.must(!probe.hash.empty() + !probe.key.empty() + !probe.stream.empty() == 1, "exactly one of 'hash', 'key' and 'stream' is needed");
  reader.must(probe.after.empty() || !probe.stream.empty(), "'after' belongs to 'stream'");
  reader.must(!probe.notify || probe.stream.empty(), "'notify' belongs to 'hash' and 'key'; a stream always pushes");
  return reader.result(std::move(probe));
}

Result<ProbeRequest> read_postgres(const object& fields) {
  PostgresProbe probe;
  Reader reader("postgres", fields);
  reader.field("channel", probe.channel).field("query", probe.query).field("url", probe.url);
  const bool is_url = has_scheme(probe.url, {"postgres", "postgresql"});
  const bool is_words = probe.url.find("://") == std::string::npos && probe.url.find('=') != std::string::npos;
  reader.must(is_url || is_words, "'url' must be like postgres://host/database, or a connection string of libpq");
  reader.must(!trim(probe.query).empty(), "a 'query' is needed");
  reader.must((probe.url + probe.query + probe.channel).find('\0') == std::string::npos, "a zero byte cannot be asked for");
  return reader.result(std::move(probe));
}

Result<ProbeRequest> read_rabbit(const object& fields) {
  RabbitProbe probe;
  Reader reader("rabbitmq", fields);
  reader.field("exchange", probe.exchange).field("queue", probe.queue).field("routing_key", probe.routing_key).field("url", probe.url);
  reader.must(has_scheme(probe.url, {"amqp", "amqps"}) && parse_server_url(probe.url), "'url' must be like amqp://host:5672/vhost");
  reader.must(probe.queue.empty() != probe.exchange.empty(), "exactly one of 'queue' and 'exchange' is needed");
  reader.must(probe.routing_key.empty() || !probe.exchange.empty(), "'routing_key' belongs to 'exchange'");
  return reader.result(std::move(probe));
}

Result<ProbeRequest> read_file(const object& fields) {
  FileProbe probe;
  Reader reader("file", fields);
  reader.field("path", probe.path);
  reader.must(!probe.path.empty() && probe.path.find('\0') == std::string::npos, "a 'path' is needed");
  return reader.result(std::move(probe));
}

Result<ProbeRequest> read_tcp(const object& fields) {
  TcpProbe probe;
  Reader reader("tcp", fields);
  reader.field("address", probe.address);
  reader.must(is_address(probe.address), "'address' must be host:port");
  return reader.result(std::move(probe));
}

Result<ProbeRequest> read_log(const object& fields) {
  LogProbe probe;
  Reader reader("log", fields);
  reader.field("path", probe.path).field("pattern", probe.pattern);
  reader.must(!probe.path.empty() && probe.path.find('\0') == std::string::npos, "a 'path' is needed");
  const std::string problem = problem_of_pattern(probe.pattern);
  reader.must(problem.empty(), problem);
  return reader.result(std::move(probe));
}

Result<ProbeRequest> read_command(const object& fields) {
  CommandProbe probe;
  Reader reader("command", fields);
  reader.field("dir", probe.dir).field("env", probe.env).field("run", probe.run);
  reader.must(!trim(probe.run).empty(), "'run' is needed, as for sh -c");
  return reader.result(std::move(probe));
}

struct Kind {
  std::string_view name;
  Result<ProbeRequest> (*read)(const object&);
};
constexpr Kind kinds[] = {{"command", read_command},   {"file", read_file},       {"http", read_http},   {"log", read_log},
                          {"postgres", read_postgres}, {"rabbitmq", read_rabbit}, {"redis", read_redis}, {"tcp", read_tcp}};

// ---- addresses

// "redis://host:6379", whatever else the address has.
std::string server_of(std::string_view scheme, const ServerUrl& url, std::string_view default_port) {
  const bool bare_v6 = url.host.find(':') != std::string::npos;
  const std::string host = url.host.empty() ? "localhost" : lower(url.host);
  return fmt::format("{}://{}{}{}:{}", scheme, bare_v6 ? "[" : "", host, bare_v6 ? "]" : "", url.port.empty() ? default_port : url.port);
}

std::string server_of(std::string_view scheme, std::string_view address, std::string_view default_port) {
  const auto url = parse_server_url(address);
  return url ? server_of(scheme, *url, default_port) : fmt::format("{}://", scheme);
}

// host= and port= of a connection string.
std::string word_of(std::string_view words, std::string_view name) {
  for (const std::string& word : split(words, ' '))
    if (word.starts_with(name) && word.size() > name.size() && word[name.size()] == '=') return word.substr(name.size() + 1);
  return {};
}

std::string postgres_server(const std::string& url) {
  if (url.find("://") != std::string::npos) return server_of("postgres", url, "5432");
  return server_of("postgres", ServerUrl{.host = word_of(url, "host"), .port = word_of(url, "port")}, "5432");
}

struct HostOf {
  std::string operator()(const HttpProbe& probe) const {
    const bool tls = starts_with_ignoring_case(probe.url, "https:");
    return server_of(tls ? "https" : "http", probe.url, tls ? "443" : "80");
  }
  std::string operator()(const RedisProbe& probe) const { return server_of("redis", probe.url, "6379"); }
  std::string operator()(const PostgresProbe& probe) const { return postgres_server(probe.url); }
  std::string operator()(const RabbitProbe& probe) const {
    return server_of("amqp", probe.url, starts_with_ignoring_case(probe.url, "amqps:") ? "5671" : "5672");
  }
  std::string operator()(const FileProbe&) const { return "file"; }
  std::string operator()(const TcpProbe& probe) const { return "tcp://" + lower(probe.address); }
  std::string operator()(const LogProbe&) const { return "file"; }
  std::string operator()(const CommandProbe&) const { return "command"; }
};

std::string shortened(std::string text) {
  if (text.size() > shown_bytes_max) text = to_valid_utf8(std::string_view(text).substr(0, shown_bytes_max)) + "…";
  return replace_all(std::move(text), "\n", " ");
}

struct Shown {
  std::string operator()(const HttpProbe& probe) const {
    return (probe.method == "GET" ? std::string{} : probe.method + " ") + without_secrets(probe.url);
  }
  std::string operator()(const RedisProbe& probe) const {
    const std::string what = !probe.hash.empty()  ? "hash " + probe.hash
                             : !probe.key.empty() ? "key " + probe.key
                                                  : "stream " + probe.stream;
    return fmt::format("{} {}", without_secrets(probe.url), what);
  }
  std::string operator()(const PostgresProbe& probe) const { return fmt::format("{} {}", without_secrets(probe.url), trim(probe.query)); }
  std::string operator()(const RabbitProbe& probe) const {
    if (probe.exchange.empty()) return fmt::format("{} queue {}", without_secrets(probe.url), probe.queue);
    return fmt::format("{} exchange {}{}{}", without_secrets(probe.url), probe.exchange, probe.routing_key.empty() ? "" : " key ",
                       probe.routing_key);
  }
  std::string operator()(const FileProbe& probe) const { return probe.path; }
  std::string operator()(const TcpProbe& probe) const { return probe.address; }
  std::string operator()(const LogProbe& probe) const { return fmt::format("{} /{}/", probe.path, probe.pattern); }
  std::string operator()(const CommandProbe& probe) const { return probe.run; }
};

}  // namespace

std::string to_text(const ProbeRequest& request) {
  return std::visit(Write{}, request);
}

Result<ProbeRequest> parse_probe_request(std::string_view text) {
  auto parsed = json::parse(text);
  if (!parsed) return make_error(ErrorCode::invalid_argument, "not a probe: " + parsed.error().message);
  const object* root = parsed->if_object();
  if (root == nullptr || root->size() != 1 || !root->begin()->value().is_object())
    return make_error(ErrorCode::invalid_argument, "not a probe: expected {\"kind\": {…}}");
  const std::string_view kind = root->begin()->key();
  for (const Kind& known : kinds)
    if (known.name == kind) return known.read(root->begin()->value().get_object());
  std::vector<std::string> names;
  for (const Kind& known : kinds) names.emplace_back(known.name);
  return make_error(ErrorCode::invalid_argument, fmt::format("not a probe: '{}' is not one of {}", kind, join(names, ", ")));
}

std::string host_of(const ProbeRequest& request) {
  return std::visit(HostOf{}, request);
}

std::string shown(const ProbeRequest& request) {
  return shortened(std::visit(Shown{}, request));
}

bool is_pushed(const ProbeRequest& request) {
  if (const auto* http = std::get_if<HttpProbe>(&request)) return !http->events.empty();
  if (const auto* redis = std::get_if<RedisProbe>(&request)) return redis->notify || !redis->stream.empty();
  if (const auto* postgres = std::get_if<PostgresProbe>(&request)) return !postgres->channel.empty();
  if (const auto* rabbit = std::get_if<RabbitProbe>(&request)) return !rabbit->exchange.empty();
  return std::holds_alternative<FileProbe>(request) || std::holds_alternative<LogProbe>(request);
}

}  // namespace tamarack::wire
