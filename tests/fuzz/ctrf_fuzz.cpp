// Any bytes as a CTRF report: a value or a named complaint, never a crash.
#include "adapter/results/ctrf.h"
#include "result_report_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return check_result_reader(tamarack::adapter::read_ctrf, data, size);
}
