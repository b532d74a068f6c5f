// The server's HTTP API as a client sees it: one address, one token, answers as values, problem documents as errors. Where a call may be
// repeated, it is repeated while the server is away.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "io/http_client.h"
#include "io/loop.h"

namespace tamarack::client {

struct ServerAddress {
  std::string url;      // "https://tamarack.example:8420", without a path
  std::string token;    // empty: none is sent, for a server started with --open
  std::string ca_file;  // PEM; empty: what the system trusts
};

// Without a trailing '/'. `invalid_argument` when it is no http or https address, or has a path.
Result<std::string> checked_url(const std::string& url);

struct ApiCall {
  std::string method = "GET";
  std::string path;
  std::string body = {};
  Millis patience{0};  // how long to try again while the server cannot be reached or says 429 or 5xx; repeating does no harm here
  std::function<void(const Error&)> on_retry;  // before the first pause: for a word to whoever waits
  Millis silence{30'000};                      // longer than what the server takes for the answer
  std::uint64_t answer_max = UINT64_C(512) << 20;
};

// What went wrong, from the status and the problem document. 401 and 403 say where the token came from.
Error error_of(const io::ClientAnswer& answer);
// Worth another try?
bool is_passing(const Error& error);

class ApiClient {
 public:
  ApiClient(io::Loop& loop, ServerAddress address) : loop_(loop), address_(std::move(address)) {}
  ~ApiClient() = default;
  ApiClient(const ApiClient&) = delete;
  ApiClient& operator=(const ApiClient&) = delete;

  // The body of a 2xx answer. Not called any more when the client is gone.
  void call(ApiCall call, std::function<void(Result<std::string>)> done);

  // A request to this server with its token, for calls of another kind.
  io::ClientRequest request(const std::string& method, const std::string& path) const;
  void connect(const std::string& path, std::function<void(Result<std::unique_ptr<io::Link>>)> done);

  const ServerAddress& address() const { return address_; }
  io::Loop& loop() { return loop_; }

 private:
  struct Attempt;
  void attempt(const std::shared_ptr<Attempt>& attempt);
  void failed(const std::shared_ptr<Attempt>& attempt, const Error& error);

  io::Loop& loop_;
  ServerAddress address_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

// How long before try number `n` (1, 2, …): doubles from a quarter of a second to ten seconds.
Millis pause_before(int n);

}  // namespace tamarack::client
