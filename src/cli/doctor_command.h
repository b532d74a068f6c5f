// `tamarack doctor`: checks everything a run needs (the file, the framework, the application, the machine) and says what to do about what
// is missing. It lists and plans the tests as a run does, and changes nothing. What follows from the facts is decided in
// config/diagnosis.h; here they are gathered.
#pragma once

#include <string>
#include <vector>

#include "cli/server_options.h"

namespace tamarack::cli {

struct DoctorOptions {
  std::string config_path = "tamarack.toml";
  ServerOptions server;                   // with a URL: it is looked at as well
  std::vector<std::string> agent_labels;  // that its agents must have
  bool json = false;                      // one JSON object on standard output
  bool colour = false;                    // the caller knows about terminals and NO_COLOR
};

// The process exit code: 0 ready to run (warnings included), 2 the project is wrong, 6 the machine is.
int doctor_command(const DoctorOptions& options);

}  // namespace tamarack::cli
