#include "domain/wait.h"

namespace tamarack::domain {

std::string_view to_string(WaitOutcome outcome) {
  switch (outcome) {
    case WaitOutcome::satisfied:
      return "satisfied";
    case WaitOutcome::failed:
      return "failed";
    case WaitOutcome::timed_out:
      return "timed_out";
    case WaitOutcome::lost:
      return "lost";
    case WaitOutcome::cancelled:
      return "cancelled";
    case WaitOutcome::invalid:
      return "invalid";
  }
  return "invalid";
}

int exit_code_of(WaitOutcome outcome) {
  switch (outcome) {
    case WaitOutcome::satisfied:
      return 0;
    case WaitOutcome::failed:
      return 1;
    case WaitOutcome::timed_out:
      return 3;
    case WaitOutcome::lost:
      return 4;
    case WaitOutcome::invalid:
      return 5;
    case WaitOutcome::cancelled:
      return 7;
  }
  return 6;
}

}  // namespace tamarack::domain
