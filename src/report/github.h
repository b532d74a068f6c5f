// GitHub's workflow commands: annotations that stand beside the code of a pull request. GitHub shows ten errors per step, so the ten
// that count come first and one notice line says how many there are in all. Values are escaped as the runner's own toolkit does it, so that
// nothing a test prints can become a command.
#pragma once

#include <string>

#include "report/report_view.h"

namespace tamarack::report {

// `suite_dir`: the suite's folder relative to the repository, put in front of file names; empty when they are the same.
std::string github_annotations(const ReportView& view, const std::string& suite_dir = {});

}  // namespace tamarack::report
