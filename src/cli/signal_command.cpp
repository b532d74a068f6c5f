#include "cli/signal_command.h"

#include <fmt/format.h>

#include "cli/outputs.h"
#include "cli/server_asks.h"
#include "flow/mailbox.h"
#include "io/crypto.h"
#include "io/files.h"
#include "wire/flow_api.h"

namespace tamarack::cli {
namespace {

// Drawn here, so that the request may be sent again.
std::string new_signal_id() {
  std::string id = "cli-";
  for (const char byte : io::random_bytes(12)) id += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return id;
}

Result<io::ClientAnswer> send(const SignalOptions& options) {
  wire::SignalWish wish{
      .key = options.key, .id = options.id.empty() ? new_signal_id() : options.id, .type = options.type.empty() ? "cli" : options.type};
  if (!options.data.empty()) {
    const std::string text = TRY(io::read_file(options.data == "-" ? "/dev/stdin" : options.data, flow::signal_bytes_max));
    wish.data.text = wire::as_json(text);
  }
  ServerCalls calls(TRY(server_address(options.server)));
  return ask_server(calls, {.method = "POST",
                            .path = "/api/v1/signals",
                            .fields = {{"Content-Type", "application/json"}},
                            .body = wire::encode(wish),
                            .patience = Millis{10'000}});
}

}  // namespace

int signal_command(const SignalOptions& options) {
  const auto answer = send(options);
  if (!answer) return complain(answer.error());
  const char* word = answer->status == 202   ? "stored"
                     : answer->status == 200 ? "repeated"
                     : answer->status == 409 ? "already over"
                                             : nullptr;
  if (word == nullptr) return complain(client::error_of(*answer));
  if (answer->status == 409) (void)complain(client::error_of(*answer));
  if (options.json && answer->status != 409)
    std::printf("%s\n", answer->body.c_str());
  else
    std::printf("%s\n", word);
  return answer->status == 409 ? 1 : 0;
}

}  // namespace tamarack::cli
