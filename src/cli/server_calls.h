// A server's API for commands that ask one thing after the other: each call waits for its answer. Commands that do something meanwhile use
// client::ApiClient on a loop of their own.
#pragma once

#include <optional>
#include <string>

#include "cli/server_options.h"
#include "wire/api.h"

namespace tamarack::cli {

class ServerCalls {
 public:
  explicit ServerCalls(client::ServerAddress address) : api_(loop_, std::move(address)) {}

  // The body of a 2xx answer; once, without patience: somebody waits for it.
  Result<std::string> get(const std::string& path);
  template <class T>
  Result<T> read(const std::string& path) {
    const std::string body = TRY(get(path));
    return wire::decode<T>(body);
  }
  // Any answer, with its fields.
  Result<io::ClientAnswer> ask(const std::string& path);

  io::Loop& loop() { return loop_; }
  client::ApiClient& api() { return api_; }
  const std::string& url() const { return api_.address().url; }

 private:
  io::Loop loop_;
  client::ApiClient api_;
};

// Agents that could work on a run: they are there, take new runs and have these labels.
struct Crew {
  std::int64_t agents = 0;
  std::int64_t workers = 0;
  std::int64_t workers_most = 0;  // of one agent
};
Crew crew_of(const wire::AgentList& list, const std::map<std::string, std::string>& labels);

}  // namespace tamarack::cli
