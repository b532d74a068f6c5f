// How the `command` adapter judges units: exit code and report against each other. A report that is missing, empty, cut short or that
// contradicts the exit code fails the unit and is named; a command that was killed from outside has no result at all.
#pragma once

#include "adapter/adapter.h"
#include "adapter/results/result_report.h"

namespace tamarack::adapter {

FinalResults judge_by_exit_code(const Selection& selection, const ProcessOutput& output);
// `report` is nothing when the command wrote none; `source` names where it was expected.
FinalResults judge_by_report(const Selection& selection, const ProcessOutput& output, const std::optional<ResultReport>& report,
                             const std::string& source);

}  // namespace tamarack::adapter
