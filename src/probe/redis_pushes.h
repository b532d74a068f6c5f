// What a Redis server tells by itself, over two connections that are made only when they are needed: keyspace notifications of keys, and
// new entries of streams. Lost connections are made again, and everybody is pushed when they stand.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "probe/backoff.h"
#include "probe/probes.h"
#include "probe/redis_link.h"

namespace tamarack::probe {

// SUBSCRIBE to channels. The server's setting notify-keyspace-events is left as it is: where it is off, these channels are silent.
class RedisChannels {
 public:
  RedisChannels(io::Loop& loop, RedisLink::Options link, const ProbesOptions& options)
      : loop_(loop), link_options_(std::move(link)), options_(options), backoff_(options.retry_min, options.retry_max) {}
  void add(const std::string& text, const std::string& channel, Source::Pushed pushed);
  void remove(const std::string& text);
  bool empty() const { return watches_.empty(); }

 private:
  struct Watch {
    std::string channel;
    Source::Pushed pushed;
  };
  void connect();
  void opened(const Result<>& result);
  void retry();
  void heard(const RedisReply& message);
  void push(const std::string& channel);
  void keep_alive();

  io::Loop& loop_;
  RedisLink::Options link_options_;
  ProbesOptions options_;
  Backoff backoff_;
  std::map<std::string, Watch> watches_;  // by text
  std::shared_ptr<RedisLink> link_;
  bool is_open_ = false;
  bool heard_ = false;  // since the last sign of life was asked for
  io::Timer retry_;
  io::Timer alive_;
};

// XREAD of all watched streams at once. Before each, the newest id of every stream is asked for, so that no entry falls between two reads.
class RedisStreams {
 public:
  RedisStreams(io::Loop& loop, RedisLink::Options link, const ProbesOptions& options)
      : loop_(loop), link_options_(std::move(link)), backoff_(options.retry_min, options.retry_max) {}
  void add(const std::string& text, const std::string& stream, Source::Pushed pushed);
  void remove(const std::string& text);
  bool empty() const { return watches_.empty(); }

 private:
  struct Watch {
    std::string stream;
    Source::Pushed pushed;
  };
  void restart();
  void connect();
  void retry();
  void ask_for_ids();
  void listen();
  void heard(const Result<RedisReply>& reply);
  void push(const std::string& stream);

  io::Loop& loop_;
  RedisLink::Options link_options_;
  Backoff backoff_;
  std::map<std::string, Watch> watches_;    // by text
  std::map<std::string, std::string> ids_;  // newest id by stream; a stream that cannot be read has none
  std::set<std::string> announced_;         // streams whose watches were pushed since this connection stands
  std::shared_ptr<RedisLink> link_;
  io::Timer retry_;
};

}  // namespace tamarack::probe
