// One line a shim wrote (docs/design/2026-11-21-event-lines.md) as a value. Bytes from outside: any input gives a value or an error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "domain/test_case.h"
#include "domain/test_report.h"

namespace tamarack::adapter {

struct SuiteLine {
  std::int64_t version = 1;
  std::string mode;
  std::string framework;
  std::string framework_version;
  std::string root_dir;
  std::int64_t tests = 0;
};

struct TestLine {
  domain::TestCase test;  // id filled in
};

struct TestStartedLine {
  domain::TestIdentity identity;
  int retry = 0;
  Instant at;
};

struct AttachmentLine {
  domain::TestIdentity identity;
  int retry = 0;
  domain::Attachment attachment;
  std::string body;  // decoded bytes when the shim sent them inline
};

struct TestFinishedLine {
  domain::TestIdentity identity;
  domain::TestReport report;       // `test` is not set: the line does not know the plan
  std::int64_t output_bytes = -1;  // how much of $TAMARACK_OUTPUT there was when the test had ended; -1: not said
};

struct ErrorLine {
  domain::TestError error;
};

struct EndLine {
  std::string status;
  std::int64_t tests_finished = 0;
};

struct UnknownLine {
  std::string type;
};

using EventLine = std::variant<SuiteLine, TestLine, TestStartedLine, AttachmentLine, TestFinishedLine, ErrorLine, EndLine, UnknownLine>;

inline constexpr std::size_t event_line_bytes_max = 32 * 1024 * 1024;  // an inline attachment is at most 8 MiB before base64

Result<EventLine> parse_event_line(std::string_view line);

}  // namespace tamarack::adapter
