#include "base/secret.h"

namespace tamarack {

bool equal_in_constant_time(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  // `volatile` keeps the compiler from ending the loop at the first difference.
  volatile unsigned char difference = 0;
  for (std::size_t at = 0; at < left.size(); ++at)
    difference = static_cast<unsigned char>(difference | (static_cast<unsigned char>(left[at]) ^ static_cast<unsigned char>(right[at])));
  return difference == 0;
}

}  // namespace tamarack
