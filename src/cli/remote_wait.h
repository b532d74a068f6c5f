// A wait on a server: parked there with one request, then followed by long polls across lost connections and restarts. Nothing of this
// machine is needed meanwhile but this process, and that only to be told.
#pragma once

#include <string>

#include "cli/server_options.h"
#include "cli/wait_report.h"

namespace tamarack::cli {

struct RemoteWaitWish {
  std::string json;      // wire/wait_wish.h
  std::string base_url;  // before addresses that begin with '/'; empty: none
};

// Until it is over there; the first SIGINT or SIGTERM cancels it on the server, the second leaves at once.
Result<WaitReport> wait_on_server(const client::ServerAddress& address, const RemoteWaitWish& wish);

}  // namespace tamarack::cli
