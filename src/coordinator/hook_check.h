// What a request to a webhook's address says, and whether it comes from whom it should. Pure: bytes, headers, the definition of the hook
// and the time in; a signal out. Signatures are checked over the bytes as they came, in constant time.
//
//   scheme              checked
//   standard-webhooks   webhook-id, webhook-timestamp (within 5 minutes), webhook-signature: HMAC-SHA256 over "{id}.{timestamp}.{body}"
//   hmac-sha256         one header, such as X-Hub-Signature-256: "sha256=" and hexadecimal, or hexadecimal or base64 alone, over the body
//   none                nothing: whoever knows the address may send
//
//   the signal's id     webhook-id, else the CloudEvent's id with its source, else X-GitHub-Delivery, else the SHA-256 of the body
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "domain/signal.h"
#include "io/http_message.h"
#include "store/hook_store.h"

namespace tamarack::coordinator {

inline constexpr std::string_view default_signature_header = "X-Hub-Signature-256";

bool is_hook_scheme(std::string_view scheme);
// Why these bytes are not from whom they should be, for the log; never a part of the signature or the secret. Empty: they are.
std::string why_forged(const store::HookRow& hook, const io::Fields& fields, std::string_view body, Instant now);
// The key is the hook's. `invalid_argument`: it says to be a CloudEvent and is none.
Result<domain::Signal> signal_of(const store::HookRow& hook, const io::Fields& fields, std::string_view body);

}  // namespace tamarack::coordinator
