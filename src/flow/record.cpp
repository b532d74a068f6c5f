#include "flow/record.h"

#include <array>

namespace tamarack::flow {

std::string_view to_string(IgnoredReport why) {
  static constexpr std::array<std::string_view, 6> names{"duplicate",      "out_of_order", "after_end",
                                                         "unknown_status", "wrong_epoch",  "too_large"};
  return names.at(static_cast<std::size_t>(why));
}

std::string_view to_string(NoteKind kind) {
  static constexpr std::array<std::string_view, 6> names{"seen", "changed", "trouble", "refreshed", "not_cancelled", "late_signal"};
  return names.at(static_cast<std::size_t>(kind));
}

}  // namespace tamarack::flow
