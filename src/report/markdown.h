// The run as Markdown, for GitHub's step summary and for comments: verdict, ledger, failures with their details folded away, slowest
// units. Never longer than GitHub accepts (1 MiB): details go first, then whole failures, and the text says how many are missing.
#pragma once

#include <cstddef>
#include <string>

#include "report/report_view.h"

namespace tamarack::report {

inline constexpr std::size_t markdown_bytes_max = 1024 * 1024;

std::string to_markdown(const ReportView& view, std::size_t bytes_max = markdown_bytes_max);

}  // namespace tamarack::report
