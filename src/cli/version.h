// The version of this binary, as CMakeLists.txt has it.
#pragma once

namespace tamarack::cli {

inline constexpr const char* version = TAMARACK_VERSION;  // from CMakeLists.txt

}  // namespace tamarack::cli
