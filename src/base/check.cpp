#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace tamarack {

void check_failed(const char* file, int line, const char* condition, const std::string& values) {
  std::fprintf(
      stderr, "tamarack: broken invariant at %s:%d: %s%s%s\nThis is a bug in Tamarack; the journal is intact, `tamarack resume` goes on.\n",
      file, line, condition, values.empty() ? "" : ": ", values.c_str());
  std::abort();
}

}  // namespace tamarack
