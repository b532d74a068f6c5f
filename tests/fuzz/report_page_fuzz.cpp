// Whatever a test prints, the report stays JSON and the page stays a page: no text of a test may end the script element it is carried in.
#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "report/report_json.h"

namespace {

constexpr std::string_view page = R"(<html><script type="application/json" id="tamarack-report"></script><script src="x"></script></html>)";

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string half = text.substr(0, size / 2);
  tamarack::report::AttemptView attempt{.number = 1, .worker = half, .status = "failed", .output = text, .errput = half, .app_log = text};
  attempt.errors.push_back({.message = text, .stack = half, .file = half, .snippet = text});
  attempt.attachments.push_back({.name = text, .content_type = half, .path = half});
  tamarack::report::TestView test{.id = "t", .spec = half, .title_path = {half, text}, .parameters = text, .tags = {text}};
  test.attempts.push_back(attempt);
  tamarack::report::ReportView view;
  view.run.project = text;
  view.run.headline = half;
  view.tests.push_back(test);
  view.disagreements.push_back({half, text, text});
  boost::system::error_code failed;
  (void)boost::json::parse(tamarack::report::to_json(view), failed);
  if (failed) __builtin_trap();
  const std::string whole = tamarack::report::embed_report(page, view);
  for (const std::string_view mark : {"</script", "<script", "<!--"})
    if (count_of(whole, mark) != count_of(page, mark)) __builtin_trap();
  return 0;
}
