// What went wrong, for a person: a code that decides exit code and HTTP status, a message, and what to do next.
// Outcomes of tests are not errors; broken invariants are CHECKs (check.h). Messages are lower-case fragments without a final period,
// with quotes around the user's text and with expected and actual values.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace tamarack {

enum class ErrorCode {
  invalid_argument,  // the command line or a request is wrong
  invalid_config,    // tamarack.toml or a suite is wrong
  not_found,
  already_exists,
  conflict,     // somebody else holds it, or a stale term
  unavailable,  // an outside part (application, framework, network) does not answer or cannot be started
  io,           // the operating system refused: disk full, permission, broken pipe
  corrupt,      // stored bytes are not what was written
  limit_exceeded,
  cancelled,
};

struct [[nodiscard]] Error {
  ErrorCode code = ErrorCode::io;
  std::string message;
  std::string hint;  // what to do next; may be empty

  // Puts the purpose in front: "failed to load plan 'x': …". Called once, by the caller that knows the purpose.
  Error in(std::string_view context) && {
    message.insert(0, std::string(context) + ": ");
    return std::move(*this);
  }

  friend bool operator==(const Error&, const Error&) = default;
};

// The process exit code for an error that ends a command (docs/design exit codes).
constexpr int exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
    case ErrorCode::invalid_config:
    case ErrorCode::not_found:
    case ErrorCode::already_exists:
    case ErrorCode::conflict:
      return 2;
    case ErrorCode::unavailable:
    case ErrorCode::io:
    case ErrorCode::corrupt:
    case ErrorCode::limit_exceeded:
      return 6;
    case ErrorCode::cancelled:
      return 7;
  }
  return 6;
}

std::string_view to_string(ErrorCode code);

// "message\n  hint: …" as the command line prints it, without the leading "error: ".
std::string describe(const Error& error);

}  // namespace tamarack
