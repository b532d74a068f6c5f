// One request to a server with fields of its own, asked again while the server is away. Any status below 500 but 408 and 429 is an answer:
// commands that say what "conflict" or "too large" means to them read it themselves.
#pragma once

#include <functional>
#include <memory>

#include "cli/server_calls.h"

namespace tamarack::cli {

struct ServerAsk {
  std::string method = "GET";
  std::string path;  // and query
  io::Fields fields = {};
  std::string body = {};
  std::string body_file = {};
  std::string save_file = {};  // a 200 goes there
  Millis patience{0};          // repeating must do no harm
  Millis silence{30'000};
};

// `done` once, on the loop, never from inside. The loop and the client outlive the answer.
void ask_server(client::ApiClient& api, ServerAsk ask, std::function<void(Result<io::ClientAnswer>)> done);

// The same for commands that do nothing else meanwhile.
Result<io::ClientAnswer> ask_server(ServerCalls& calls, ServerAsk ask);

// The answer of a 2xx, else what went wrong.
Result<io::ClientAnswer> good_answer(Result<io::ClientAnswer> answer);

}  // namespace tamarack::cli
