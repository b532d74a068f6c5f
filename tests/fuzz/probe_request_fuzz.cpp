// Any bytes as the text of a probe: a probe or a complaint in words, never a crash. What is accepted has one text, and is the same probe
// after it was written and read again; a password in it is never shown.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "wire/probe_request.h"
#include "wire/server_url.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)tamarack::wire::without_secrets(text);
  const auto request = tamarack::wire::parse_probe_request(text);
  if (!request) {
    if (request.error().message.empty()) __builtin_trap();
    return 0;
  }
  if (tamarack::wire::host_of(*request).empty() || tamarack::wire::shown(*request).empty()) __builtin_trap();
  const std::string written = tamarack::wire::to_text(*request);
  const auto again = tamarack::wire::parse_probe_request(written);
  if (!again || tamarack::wire::to_text(*again) != written) __builtin_trap();
  if (const auto* redis = std::get_if<tamarack::wire::RedisProbe>(&*request)) {
    const auto url = tamarack::wire::parse_server_url(redis->url);
    const std::string shown = tamarack::wire::without_secrets(redis->url);
    if (url && url->password.size() > 8 && url->user.empty() && url->host.find(url->password) == std::string::npos &&
        url->path.find(url->password) == std::string::npos && url->query.empty() && shown.find(url->password) != std::string::npos)
      __builtin_trap();
  }
  return 0;
}
