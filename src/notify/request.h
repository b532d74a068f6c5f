// A delivery as the request that goes out now: address, secrets and signature added.
#pragma once

#include <string>

#include "base/result.h"
#include "config/server_file.h"
#include "io/http_client.h"
#include "notify/delivery.h"
#include "notify/retry.h"
#include "notify/secret_source.h"

namespace tamarack::notify {

RetryStyle style_of(const std::string& target);

// `remembered`: what is kept under Delivery::remember, empty if nothing. Errors: not_found (the file has no such target any more), conflict
// (an update of a check run that was never created), invalid_config (a secret cannot be had; worth another try, files come and go).
Result<io::ClientRequest> request_of(const config::ServerFile& file, const SecretSource& secrets, const Delivery& delivery,
                                     const std::string& remembered, Instant now);

// The id of what an answer created; empty when there is none. Any bytes may come.
std::string created_id(const io::ClientAnswer& answer);

}  // namespace tamarack::notify
