// Child processes. Each runs under a shim (shim.h), so stopping one stops its whole tree, and nothing outlives Tamarack.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/loop.h"

namespace tamarack::io {

struct ProcessSpec {
  std::vector<std::string> argv;           // argv[0] is looked up in PATH
  std::map<std::string, std::string> env;  // added to this process's own environment
  std::string directory;                   // absolute; empty: this process's own
  std::string record_path;                 // the shim notes the exit there; empty: nowhere
};

struct ExitStatus {
  std::int64_t code = -1;  // -1 when a signal ended it
  std::int64_t signal = 0;
  bool lost = false;  // the shim itself was killed: how the command ended is unknown
};

struct ProcessCallbacks {
  std::function<void(std::string_view)> on_output;  // stdout bytes as they come
  std::function<void(std::string_view)> on_errput;  // stderr bytes
  std::function<void(const ExitStatus&)> on_exit;   // last; all output has been delivered, the whole tree is gone
};

class Process {
 public:
  virtual ~Process() = default;  // kills the tree; no callback comes any more
  virtual int pid() const = 0;   // of the shim
  virtual void terminate() = 0;  // SIGTERM for the whole tree
  virtual void kill() = 0;       // SIGKILL for the whole tree
};

// Errors: `unavailable` when the shim cannot be started. A command that is not found is reported through on_exit with code 127 and a line
// on stderr, as a shell does.
Result<std::unique_ptr<Process>> start_process(Loop& loop, const ProcessSpec& spec, ProcessCallbacks callbacks);

// Runs a command to its end or to the deadline, with bounded output. For discoveries and version checks.
struct Finished {
  ExitStatus status;
  std::string output;
  std::string errput;
  bool timed_out = false;
  bool output_was_cut = false;  // one of the streams was longer than allowed
  Millis duration{0};
};
void run_process(Loop& loop, const ProcessSpec& spec, Millis deadline, std::size_t output_max, std::function<void(Result<Finished>)> done);

}  // namespace tamarack::io
