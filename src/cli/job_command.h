// `tamarack job`: long work of a backend on a server: submitted, looked at, waited for, cancelled.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "cli/server_options.h"

namespace tamarack::cli {

struct JobSubmitOptions {
  ServerOptions server;
  std::string kind;
  std::string processor;
  std::string file;  // is the input, as bytes
  std::string data;  // is the input, JSON
  std::string key;   // idempotency; empty: drawn
  bool json = false;
};

struct JobOptions {
  ServerOptions server;
  std::string job;
  std::string output;              // result: the file; empty: standard output
  std::string reason;              // cancel
  std::optional<Millis> patience;  // wait
  bool json = false;
};

int job_submit_command(const JobSubmitOptions& options);  // prints the id
int job_status_command(const JobOptions& options);
// Until it has ended: 0 COMPLETED, 1 FAILED, 3 not in time, 4 LOST, 7 CANCELLED.
int job_wait_command(const JobOptions& options, const Clock& clock);
int job_result_command(const JobOptions& options);
int job_logs_command(const JobOptions& options);
int job_cancel_command(const JobOptions& options);

}  // namespace tamarack::cli
