// What tests ask of the agent on their machine (docs/guide/helpers.md): HTTP on the loopback, with a secret for every invocation.
//   POST /v1/waits              a wish; answered when the wait is over. `Prefer: wait=N`: after N seconds at the latest, with 202
//   GET  /v1/waits/{id}         the same for a wait that was parked before
//   POST /v1/waits/{id}/cancel  ends it
// Who hangs up cancels what he waits for. It refuses everybody without a secret, and knows only the waits of the same secret.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "agent/local_waits.h"
#include "agent/server_waits.h"
#include "io/http_server.h"

namespace tamarack::agent {

class Endpoint {
 public:
  static constexpr std::size_t waits_of_guest_max = 1'000;

  struct Welcome {
    std::string owner;     // for people
    std::string base_url;  // of the application, for addresses that begin with '/'; empty: there is none
    std::string project;   // of the run, on a server
  };

  // One invocation of a framework. When it goes its waits are dropped and its secret is worth nothing.
  class Guest {
   public:
    ~Guest();
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;
    const std::string& token() const { return token_; }

   private:
    friend class Endpoint;
    struct Asked;
    Guest(Endpoint& endpoint, Welcome welcome);

    Endpoint& endpoint_;
    std::string token_;
    std::string owner_;
    std::string base_url_;
    std::string project_;
    std::map<domain::WaitId, std::unique_ptr<Asked>> asked_;
  };

  // Errors: unavailable. What is referred to outlives it; `server`: where waits for jobs and signals go, none without a server.
  static Result<std::unique_ptr<Endpoint>> open(io::Loop& loop, LocalWaits& waits, ServerWaits* server);
  ~Endpoint();
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  std::string url() const;
  // The guest goes first.
  std::unique_ptr<Guest> welcome(Welcome welcome);

 private:
  Endpoint(io::Loop& loop, LocalWaits& waits, ServerWaits* server) : loop_(loop), waits_(waits), server_(server) {}
  io::Admission admit(const io::RequestHead& head) const;
  Guest* guest_of(const io::RequestHead& head) const;
  void handle(const io::IncomingRequest& request, const std::shared_ptr<io::Exchange>& exchange);
  void park(Guest& guest, const io::IncomingRequest& request, const std::shared_ptr<io::Exchange>& exchange);
  void listen(Guest& guest, const domain::WaitId& wait, const io::RequestHead& head, const std::shared_ptr<io::Exchange>& exchange);
  void outcome(const std::string& token, const domain::WaitId& wait, Result<std::string> outcome);
  void drop(Guest& guest, const domain::WaitId& wait, const std::string& reason);

  io::Loop& loop_;
  LocalWaits& waits_;
  ServerWaits* server_;
  std::map<std::string, Guest*> guests_;  // by secret
  std::unique_ptr<io::HttpServer> http_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::agent
