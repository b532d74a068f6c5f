// Ports and small HTTP requests.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "io/loop.h"

namespace tamarack::io {

// A loopback port nobody listens on right now. The kernel hands out a different one each time for a long while.
Result<int> free_port();

// True when something accepts connections there right now. Blocks at most for a local connect.
bool port_answers(int port);

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // http://host:port/path
  std::string body;
  std::string content_type;
  Millis timeout{5000};
};
struct HttpResponse {
  int status = 0;
  std::string body;  // what came within a moment after the head, at most http_body_max bytes
};
inline constexpr std::size_t http_body_max = 1 << 20;

// The status is the answer: a body that is long, slow or broken off is no error.
// Errors: invalid_argument (the URL), unavailable (no answer, not HTTP, too late).
void http_request(Loop& loop, const HttpRequest& request, std::function<void(Result<HttpResponse>)> done);

// Connects and closes again.
void tcp_probe(Loop& loop, const std::string& host, const std::string& port, Millis timeout, std::function<void(Result<>)> done);

struct Url {
  std::string host;
  std::string port;
  std::string target;
};
Result<Url> parse_url(const std::string& url);

// Calls back on SIGINT, SIGTERM and SIGHUP for as long as it lives.
class SignalWatch {
 public:
  SignalWatch(Loop& loop, std::function<void(int)> on_signal);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace tamarack::io
