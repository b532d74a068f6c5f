// Reads a report in TAP, versions 12 to 14.
#pragma once

#include <string_view>

#include "adapter/results/result_report.h"

namespace tamarack::adapter {

ResultReport read_tap(std::string_view bytes);

}  // namespace tamarack::adapter
