// `tamarack serve`: what a data folder holds, over HTTP.
#pragma once

#include <string>

#include "base/time.h"

namespace tamarack::cli {

struct ServeOptions {
  std::string listen = "127.0.0.1:8420";  // HOST:PORT; port 0: any free one
  std::string data = ".tamarack";
  std::string config;             // server.toml: whom to tell of runs; empty: nobody
  std::string tls_cert, tls_key;  // PEM files
  bool open = false;              // no tokens; only on a loopback address
};

// Runs until SIGINT or SIGTERM. Prints one line with the address on standard output once it listens.
int serve_command(const ServeOptions& options, const Clock& clock);

}  // namespace tamarack::cli
