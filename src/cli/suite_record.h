// The settings of the suite a run was planned with, beside its journal: to resume it with others would run something else.
#pragma once

#include <string>

#include "adapter/adapter.h"
#include "base/result.h"

namespace tamarack::cli {

Result<> write_suite_record(const std::string& run_dir, const adapter::SuiteSettings& suite);

// invalid_config, naming every setting that is not as it was. A run of a version that kept no record is compared by its framework alone.
Result<> check_suite_record(const std::string& run_dir, const std::string& planned_framework, const adapter::SuiteSettings& suite);

}  // namespace tamarack::cli
