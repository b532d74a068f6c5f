// Looks at Redis: hashes, strings and streams. One connection per server for looks, made when it is needed and left after a quiet minute;
// pushes have their own (redis_pushes.h).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "io/loop.h"
#include "probe/probes.h"

namespace tamarack::probe {

class RedisSource final : public Source {
 public:
  RedisSource(io::Loop& loop, const ProbesOptions& options);
  ~RedisSource() override;
  void ask(const std::string& text, const wire::ProbeRequest& request, Answered done) override;
  void watch(const std::string& text, const wire::ProbeRequest& request, Pushed pushed) override;
  void unwatch(const std::string& text) override;
  // Keyspace notifications that are off. The server's setting is only read.
  void doubt(const wire::ProbeRequest& request, std::function<void(std::string why)> doubted) override;

 private:
  struct Server;
  Server& server(const std::string& url);

  io::Loop& loop_;
  ProbesOptions options_;
  std::map<std::string, std::shared_ptr<Server>> servers_;  // by address
  std::map<std::string, std::string> watches_;              // address by text
};

}  // namespace tamarack::probe
