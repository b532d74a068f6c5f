// The report as JSON, named as report_view.h spells it and without the fields that hold their defaults; and inside the page that
// shows it.
#pragma once

#include <string>
#include <string_view>

#include "report/report_view.h"

namespace tamarack::report {

std::string to_json(const ReportView& view);
// One of its tests, by itself.
std::string to_json(const TestView& test);

// Replaces the content of `<script type="application/json" id="tamarack-report">`. The page is part of this binary and its build
// refuses one without that element, so a page without it is a broken invariant and not an error.
std::string embed_report(std::string_view report_html_template, const ReportView& view);

}  // namespace tamarack::report
