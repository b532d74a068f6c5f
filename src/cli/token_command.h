// `tamarack token create | list | revoke | rotate`: who may use a server, decided by whoever can write its data folder. The folder is
// opened directly, so the first token needs no server; a running server sees every change with its next request.
// A secret is printed once, as the only line of standard output; everything else goes to standard error. No command shows it again.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"

namespace tamarack::cli {

struct TokenCreateOptions {
  std::string data_dir;
  std::string project;  // a name, or * for all projects and the server itself
  std::string role;     // viewer, runner, admin
  std::string label;
  std::optional<Millis> expires;  // from now on; empty: never
};

struct TokenListOptions {
  std::string data_dir;
  std::string project;  // empty: of all projects
  bool json = false;    // one JSON object per line
};

struct TokenRevokeOptions {
  std::string data_dir;
  std::string id;  // or the whole token, as it was found in a log
};

struct TokenRotateOptions {
  std::string data_dir;
  std::string id;           // or the whole token
  Millis grace{3'600'000};  // how long the old secret stays valid
};

inline constexpr Millis token_life_min{60'000};
inline constexpr Millis token_life_max{3650LL * 86'400'000};  // ten years: what lives longer is meant to live for ever

// The process exit code: 0 done, 2 a name, a role, an id or the folder is wrong, 6 the disk refused.
int token_create_command(const TokenCreateOptions& options, const Clock& clock);
int token_list_command(const TokenListOptions& options, const Clock& clock);
int token_revoke_command(const TokenRevokeOptions& options, const Clock& clock);
int token_rotate_command(const TokenRotateOptions& options, const Clock& clock);

}  // namespace tamarack::cli
