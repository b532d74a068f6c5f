// Colours of the terminal texts. Whether there are any is the caller's decision (terminal, NO_COLOR, --color).
#pragma once

#include <string>
#include <string_view>

namespace tamarack::report {

class Style {
 public:
  explicit Style(bool colour) : colour_(colour) {}

  std::string bold(std::string_view text) const { return wrap("1", text); }
  std::string dim(std::string_view text) const { return wrap("2", text); }
  std::string red(std::string_view text) const { return wrap("31", text); }
  std::string green(std::string_view text) const { return wrap("32", text); }
  std::string yellow(std::string_view text) const { return wrap("33", text); }
  std::string cyan(std::string_view text) const { return wrap("36", text); }

  // The colour of an outcome or a verdict.
  std::string outcome(std::string_view word, std::string_view text) const;

 private:
  std::string wrap(std::string_view code, std::string_view text) const;
  bool colour_;
};

// ✓ passed, ✗ failed and timed out, ~ flaky, - skipped, ? lost, cancelled and never ran: told apart without colours too.
std::string_view outcome_sign(std::string_view word);

}  // namespace tamarack::report
