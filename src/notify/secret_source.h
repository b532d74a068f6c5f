// Where secrets come from: variables of the server's own environment, and files. Files are read at every use, so that a token which
// somebody renews (a GitHub App's lasts an hour) takes effect without a restart.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/server_file.h"

namespace tamarack::notify {

// The secret without blanks around it. Errors: invalid_config; they name the variable or the file, never a value.
using SecretSource = std::function<Result<std::string>(const config::SecretRef&)>;

// `root`: paths of files are relative to it.
SecretSource system_secrets(std::string root);

// Every secret of the file, for a masker; those that cannot be had are left out.
std::vector<std::string> secret_values(const config::ServerFile& file, const SecretSource& source);

// What would fail later, found at the start: secrets that are missing, webhook secrets of the wrong form, addresses that are none. One line
// each, without values.
std::vector<std::string> secret_problems(const config::ServerFile& file, const SecretSource& source);

}  // namespace tamarack::notify
