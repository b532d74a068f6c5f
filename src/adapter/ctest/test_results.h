// Reads what one CTest invocation left behind: its JUnit file, and the reasons that only its standard output has.
#pragma once

#include "adapter/adapter.h"

namespace tamarack::adapter {

FinalResults read_test_results(const Selection& selection, const ProcessOutput& output);

}  // namespace tamarack::adapter
