// Reads a report in JUnit XML, in the dialects of surefire, pytest, CTest, Playwright, mocha-junit-reporter and WebdriverIO.
#pragma once

#include <string_view>

#include "adapter/results/result_report.h"

namespace tamarack::adapter {

ResultReport read_junit(std::string_view bytes);

}  // namespace tamarack::adapter
