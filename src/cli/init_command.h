// `tamarack init`: looks at the repository and writes a first, commented tamarack.toml. Never overwrites one without --force, asks only on
// a terminal, and says what it found and what comes next.
#pragma once

#include <string>

namespace tamarack::cli {

struct InitOptions {
  std::string directory = ".";  // where tamarack.toml is to stand
  bool force = false;           // replace an existing file
  bool yes = false;             // take every default, ask nothing
};

// The process exit code: 0 written, 2 there is one already or an answer was wrong, 6 the disk refused, 7 the questions were broken off.
int init_command(const InitOptions& options);

}  // namespace tamarack::cli
