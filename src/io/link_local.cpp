#include "io/link_local.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"

namespace tamarack::io {
namespace {

constexpr std::array<std::string_view, 2> names{"metadata.google.internal", "metadata.goog"};

bool is_link_local_v4(in_addr address) {
  return (ntohl(address.s_addr) >> 16) == 0xa9fe;
}

bool is_link_local_v6(const in6_addr& address) {
  const auto& bytes = address.s6_addr;
  if (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80) return true;
  constexpr std::array<unsigned char, 16> amazon{0xfd, 0x00, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54};
  if (std::equal(amazon.begin(), amazon.end(), bytes)) return true;
  // ::ffff:a.b.c.d, ::a.b.c.d, and 64:ff9b::a.b.c.d (NAT64)
  const bool is_embedded = std::all_of(bytes, bytes + 10, [](unsigned char byte) { return byte == 0; }) ||
                           (bytes[0] == 0 && bytes[1] == 0x64 && bytes[2] == 0xff && bytes[3] == 0x9b);
  return is_embedded && bytes[12] == 0xa9 && bytes[13] == 0xfe;
}

}  // namespace

bool is_link_local(std::string_view host) {
  std::string name = lower(trim(host.substr(0, host.find('%'))));
  while (name.ends_with('.')) name.pop_back();
  if (std::find(names.begin(), names.end(), name) != names.end()) return true;
  in_addr v4{};
  if (inet_aton(name.c_str(), &v4) == 1) return is_link_local_v4(v4);
  in6_addr v6{};
  return inet_pton(AF_INET6, name.c_str(), &v6) == 1 && is_link_local_v6(v6);
}

}  // namespace tamarack::io
