#include "coordinator/answers.h"

#include <fmt/format.h>

namespace tamarack::coordinator {
namespace {

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
    case ErrorCode::invalid_config:
      return 400;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::already_exists:
    case ErrorCode::conflict:
      return 409;
    case ErrorCode::limit_exceeded:
      return 413;
    case ErrorCode::unavailable:
    case ErrorCode::cancelled:
      return 503;
    case ErrorCode::corrupt:
    case ErrorCode::io:
      return 500;
  }
  return 500;
}

}  // namespace

io::Answer text_answer(std::string_view content_type, std::string body, int status) {
  return {.status = status,
          .fields = {{"Content-Type", std::string(content_type)}, {"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}},
          .body = std::move(body)};
}

io::Answer json_answer(std::string body, int status) {
  return text_answer("application/json", std::move(body), status);
}

io::Answer no_content() {
  return {.status = 204, .fields = {{"Cache-Control", "no-store"}}, .body = {}};
}

io::Answer trouble(const Error& error) {
  return io::problem(status_of(error.code), error.hint.empty() ? error.message : error.message + "; " + error.hint);
}

io::Answer unauthenticated(const std::string& reason) {
  io::Answer answer = io::problem(401, reason);
  answer.fields.emplace_back("WWW-Authenticate", "Bearer");
  return answer;
}

io::Answer no_such_run(std::string_view run) {
  return io::problem(404, fmt::format("there is no run '{}'", run));
}

}  // namespace tamarack::coordinator
