// Waits of tests that only a server can decide: it alone knows Tamarack's jobs and signals. They are parked there, followed with long polls
// while the server comes and goes, and cancelled when the tests that asked have gone.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "client/api_client.h"
#include "domain/wait.h"
#include "flow/wait_spec.h"
#include "wire/local_wait.h"

namespace tamarack::agent {

enum class Decider { agent, server, nobody };  // nobody: conditions of both kinds in one wait
Decider decider_of(const flow::WaitSpec& spec);

class ServerWaits {
 public:
  virtual ~ServerWaits() = default;

  // The outcome as JSON (wire/local_wait.h); an error when the server will not or cannot.
  using Over = std::function<void(Result<std::string>)>;
  // `wish`: for the server, its places filled; `project`: of the run. `over` comes once, never from inside, unless the wait is dropped
  // before. The id is the agent's own.
  virtual domain::WaitId park(const std::string& wish, const std::string& project, Over over) = 0;
  // It ends as cancelled, and `over` hears it.
  virtual void cancel(const domain::WaitId& wait) = 0;
  // The same, and nobody wants to hear.
  virtual void drop(const domain::WaitId& wait) = 0;
};

class ApiServerWaits final : public ServerWaits {
 public:
  // It outlives this. Nothing is heard any more once this is gone.
  explicit ApiServerWaits(client::ApiClient& api) : api_(api) {}
  ApiServerWaits(const ApiServerWaits&) = delete;
  ApiServerWaits& operator=(const ApiServerWaits&) = delete;

  domain::WaitId park(const std::string& wish, const std::string& project, Over over) override;
  void cancel(const domain::WaitId& wait) override;
  void drop(const domain::WaitId& wait) override;

 private:
  struct Open {
    Over over;          // empty: dropped
    std::string there;  // its id on the server; empty: on its way
    bool cancelled = false;
    int failures = 0;
    io::Timer pause;
  };
  Open* find(const domain::WaitId& wait);
  void parked(const domain::WaitId& wait, const Result<std::string>& body);
  void follow(const domain::WaitId& wait);
  void followed(const domain::WaitId& wait, const Result<io::ClientAnswer>& answer);
  void send_cancel(const std::string& there);
  void end(const domain::WaitId& wait, Result<std::string> outcome);

  client::ApiClient& api_;
  std::map<domain::WaitId, Open> open_;
  std::uint64_t numbers_ = 0;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::agent
