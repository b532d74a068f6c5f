// Reads a report in CTRF (Common Test Report Format), JSON.
#pragma once

#include <string_view>

#include "adapter/results/result_report.h"

namespace tamarack::adapter {

ResultReport read_ctrf(std::string_view bytes);

}  // namespace tamarack::adapter
