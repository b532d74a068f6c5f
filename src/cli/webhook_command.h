// `tamarack webhook create | list | remove`: addresses of a server under which other systems leave signals for waits. An address and the
// secret that signs its requests are printed once, each on a line of standard output; everything else goes to standard error.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "cli/server_options.h"

namespace tamarack::cli {

struct WebhookCreateOptions {
  ServerOptions server;
  std::string key;          // of the signals
  std::string project;      // for tokens of all projects; empty: the token's own
  std::string scheme;       // empty: standard-webhooks
  std::string header;       // of hmac-sha256; empty: X-Hub-Signature-256
  std::string secret_file;  // "-": standard input; empty: the server makes one
  bool once = false;        // for one wait
  std::optional<Millis> expires;
  bool json = false;  // the server's answer
};

struct WebhookListOptions {
  ServerOptions server;
  bool json = false;  // one JSON object per line
};

struct WebhookRemoveOptions {
  ServerOptions server;
  std::string webhook;  // as the list names it, or its address
};

// The process exit code: 0 done, 2 something typed is wrong or the server refused it, 6 the server does not answer.
int webhook_create_command(const WebhookCreateOptions& options);
int webhook_list_command(const WebhookListOptions& options);
int webhook_remove_command(const WebhookRemoveOptions& options);

}  // namespace tamarack::cli
