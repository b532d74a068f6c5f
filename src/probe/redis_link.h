// One connection to a Redis server: logs in, sends commands, and hands every answer to the command it belongs to. A link is used once: what
// is lost is not made again here.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "io/loop.h"
#include "io/stream.h"
#include "probe/resp.h"
#include "wire/server_url.h"

namespace tamarack::probe {

class RedisLink : public std::enable_shared_from_this<RedisLink> {
 public:
  struct Options {
    std::string url;  // that wire/probe_request.h has accepted
    std::string ca_file;
    Millis silence_max{9'500};  // without a byte, while something is awaited
  };
  using OnReply = std::function<void(Result<RedisReply>)>;
  struct Callbacks {
    // Once: the server has let us in, or the reason why not (the link is over then).
    std::function<void(Result<>)> opened;
    // Once at most, after `opened`: the link is over. Commands that wait are answered with the reason first.
    std::function<void(const Error&)> lost;
    // What no command waits for: the messages of a subscription.
    std::function<void(const RedisReply&)> message;
  };

  RedisLink(io::Loop& loop, Options options, Callbacks callbacks);
  ~RedisLink();  // closes; nothing is called any more
  RedisLink(const RedisLink&) = delete;
  RedisLink& operator=(const RedisLink&) = delete;

  void open();
  // Errors: unavailable (lost, silent, no Redis), limit_exceeded (its answer is too large). An error of the server is an answer.
  void command(const std::vector<std::string>& words, OnReply done);
  // Without waiting for an answer: from now on everything that comes is a message.
  void subscribe(const std::vector<std::string>& words);
  std::size_t waiting() const { return waiting_.size(); }

 private:
  void connected(Result<std::shared_ptr<io::Stream>> stream);
  void log_in();
  void finish_opening(const Result<RedisReply>& reply);
  void read();
  void take(std::string_view bytes);
  void watch_silence();
  void fail(Error error);

  io::Loop& loop_;
  Options options_;
  Callbacks callbacks_;
  wire::ServerUrl url_;
  std::shared_ptr<io::Stream> stream_;
  RespReader reader_;
  std::deque<OnReply> waiting_;
  bool opened_ = false;
  bool over_ = false;
  bool subscribed_ = false;
  io::Timer silence_;
};

}  // namespace tamarack::probe
