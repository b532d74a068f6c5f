#include "probe/redis_source.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <deque>

#include "base/text.h"
#include "flow/json_path.h"
#include "probe/redis_link.h"
#include "probe/redis_pushes.h"

namespace tamarack::probe {
namespace {

constexpr Millis quiet_max{60'000};

using Kind = RedisReply::Kind;

flow::Answer value_of(const boost::json::object& fields) {
  flow::ValueAnswer answer{.exists = true, .body = boost::json::serialize(fields)};
  answer.truncated = answer.body.size() > flow::answer_bytes_max;
  if (answer.truncated) answer.body.resize(flow::answer_bytes_max);
  return answer;
}

void add_pairs(boost::json::object& fields, const std::vector<RedisReply>& items) {
  for (std::size_t i = 0; i + 1 < items.size(); i += 2)
    if (const std::string name = to_valid_utf8(items[i].text); !fields.contains(name)) fields[name] = to_valid_utf8(items[i + 1].text);
}

flow::Answer hash_answer(const RedisReply& reply) {
  if (reply.items.empty()) return flow::ValueAnswer{};
  boost::json::object fields;
  add_pairs(fields, reply.items);
  return value_of(fields);
}

flow::Answer key_answer(const RedisReply& reply) {
  if (reply.kind == Kind::nil) return flow::ValueAnswer{};
  // A document is given as one, so that paths lead into it; everything else is the text that it is.
  auto document = flow::parse_document(reply.text);
  const bool is_document = document && (document->is_object() || document->is_array());
  return value_of({{"value", is_document ? std::move(*document) : boost::json::value(to_valid_utf8(reply.text))}});
}

flow::Answer stream_answer(const RedisReply& reply, const std::string& after) {
  if (reply.items.empty() || reply.items[0].items.size() != 2) return flow::ValueAnswer{};
  const RedisReply& entry = reply.items[0];
  if (entry.items[0].text == after) return flow::ValueAnswer{};
  boost::json::object fields;
  fields["id"] = to_valid_utf8(entry.items[0].text);
  add_pairs(fields, entry.items[1].items);
  return value_of(fields);
}

std::vector<std::string> words_of(const wire::RedisProbe& probe) {
  if (!probe.hash.empty()) return {"HGETALL", probe.hash};
  if (!probe.key.empty()) return {"GET", probe.key};
  return {"XREVRANGE", probe.stream, "+", probe.after.empty() ? "-" : probe.after, "COUNT", "1"};
}

flow::Answer answer_of(const wire::RedisProbe& probe, const Result<RedisReply>& reply) {
  if (!reply && reply.error().code == ErrorCode::limit_exceeded) return flow::ValueAnswer{.exists = true, .truncated = true};
  if (!reply) return flow::NoAnswer{reply.error().message};
  if (reply->kind == Kind::error) return flow::NoAnswer{"the server refused: " + to_valid_utf8(reply->text)};
  if (!probe.hash.empty()) return hash_answer(*reply);
  if (!probe.key.empty()) return key_answer(*reply);
  return stream_answer(*reply, probe.after);
}

std::string channel_of(const wire::RedisProbe& probe) {
  const auto url = wire::parse_server_url(probe.url);
  const std::string database = url && !url->path.empty() ? url->path : "0";
  return fmt::format("__keyspace@{}__:{}", database, probe.hash.empty() ? probe.key : probe.hash);
}

// Why changes of a hash or a key are not announced, from the answer to CONFIG GET; empty: they are, or the server does not say (many that
// are rented refuse CONFIG). K are announcements by key, A all kinds, h hashes, $ strings.
std::string why_silent(const RedisReply& reply, bool is_hash) {
  if (reply.kind == Kind::error || reply.items.size() != 2) return {};
  const std::string& flags = reply.items[1].text;
  const auto has = [&](char flag) { return flags.find(flag) != std::string::npos; };
  if (has('K') && (has('A') || has(is_hash ? 'h' : '$'))) return {};
  return fmt::format(
      "keyspace notifications are {} (notify-keyspace-events is '{}'): a change is seen only when it is looked at. "
      "Set it to \"Kgh$x\" in redis.conf, or run CONFIG SET notify-keyspace-events 'Kgh$x'",
      flags.empty() ? "off" : "not all on", to_valid_utf8(flags));
}

}  // namespace

struct RedisSource::Server {
  Server(io::Loop& used_loop, const RedisLink::Options& options, const ProbesOptions& probes)
      : loop(used_loop), link_options(options), channels(used_loop, options, probes), streams(used_loop, options, probes) {}

  struct Command {
    std::vector<std::string> words;
    RedisLink::OnReply done;
  };

  void ask(const wire::RedisProbe& probe, Answered done) {
    command(words_of(probe), [probe, done = std::move(done)](const Result<RedisReply>& reply) { done(answer_of(probe, reply)); });
  }

  void command(std::vector<std::string> words, RedisLink::OnReply done) {
    quiet = loop.after(quiet_max, [this] { drop(); });
    if (is_open) return link->command(words, std::move(done));
    unsent.push_back({std::move(words), std::move(done)});
    if (!link) connect();
  }

  void connect() {
    link = std::make_shared<RedisLink>(
        loop, link_options,
        RedisLink::Callbacks{.opened = [this](const Result<>& result) { opened(result); }, .lost = [this](const Error&) { drop(); }});
    link->open();
  }

  void opened(const Result<>& result) {
    is_open = result.has_value();
    if (!result) link.reset();
    for (Command& one : std::exchange(unsent, {})) {
      if (result)
        link->command(one.words, std::move(one.done));
      else
        one.done(result.error());
    }
  }

  void drop() {
    is_open = false;
    link.reset();
  }

  io::Loop& loop;
  RedisLink::Options link_options;
  std::shared_ptr<RedisLink> link;
  bool is_open = false;
  std::deque<Command> unsent;
  io::Timer quiet;
  RedisChannels channels;
  RedisStreams streams;
};

RedisSource::RedisSource(io::Loop& loop, const ProbesOptions& options) : loop_(loop), options_(options) {}
RedisSource::~RedisSource() = default;

RedisSource::Server& RedisSource::server(const std::string& url) {
  auto& server = servers_[url];
  if (!server) {
    const RedisLink::Options link{.url = url, .ca_file = options_.ca_file, .silence_max = options_.look_max * 9 / 10};
    server = std::make_shared<Server>(loop_, link, options_);
  }
  return *server;
}

void RedisSource::ask(const std::string&, const wire::ProbeRequest& request, Answered done) {
  const auto& probe = std::get<wire::RedisProbe>(request);
  server(probe.url).ask(probe, std::move(done));
}

void RedisSource::watch(const std::string& text, const wire::ProbeRequest& request, Pushed pushed) {
  const auto& probe = std::get<wire::RedisProbe>(request);
  watches_[text] = probe.url;
  if (!probe.stream.empty()) return server(probe.url).streams.add(text, probe.stream, std::move(pushed));
  if (probe.notify) server(probe.url).channels.add(text, channel_of(probe), std::move(pushed));
}

void RedisSource::unwatch(const std::string& text) {
  const auto found = watches_.find(text);
  if (found == watches_.end()) return;
  Server& one = server(found->second);
  one.streams.remove(text);
  one.channels.remove(text);
  watches_.erase(found);
}

void RedisSource::doubt(const wire::ProbeRequest& request, std::function<void(std::string why)> doubted) {
  const auto& probe = std::get<wire::RedisProbe>(request);
  if (!probe.notify) return;
  server(probe.url).command({"CONFIG", "GET", "notify-keyspace-events"},
                            [is_hash = !probe.hash.empty(), doubted = std::move(doubted)](const Result<RedisReply>& reply) {
                              if (!reply) return;  // the looks tell
                              if (std::string why = why_silent(*reply, is_hash); !why.empty()) doubted(std::move(why));
                            });
}

}  // namespace tamarack::probe
