// Passwords of a request, so that no text about it repeats them. Pure.
#pragma once

#include <string>

#include "wire/probe_request.h"

namespace tamarack::probe {

// `text` with every password of the request's address, and every value of its headers and variables that are secret by name, as ***.
std::string without_secrets_of(const wire::ProbeRequest& request, const std::string& text);

}  // namespace tamarack::probe
