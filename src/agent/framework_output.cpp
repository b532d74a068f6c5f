#include "agent/framework_output.h"

#include "base/text.h"

namespace tamarack::agent {

PlanIndex::PlanIndex(const domain::Plan& plan) {
  for (std::size_t i = 0; i < plan.tests.size(); ++i) index_[plan.tests[i].identity] = domain::TestIndex{i};
}

std::optional<domain::TestIndex> PlanIndex::find(const domain::TestIdentity& identity) const {
  const auto found = index_.find(identity);
  return found == index_.end() ? std::nullopt : std::optional(found->second);
}

void EventReader::take(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos) {
      if (line_.size() + bytes.size() <= adapter::event_line_bytes_max) line_.append(bytes);
      return;
    }
    if (line_.empty()) {
      take_line(bytes.substr(0, end));
    } else {
      line_.append(bytes.substr(0, end));
      take_line(line_);
      line_.clear();
    }
    bytes.remove_prefix(end + 1);
  }
}

void EventReader::take_line(std::string_view line) {
  if (trim(line).empty()) return;
  Result<adapter::EventLine> parsed = adapter::parse_event_line(line);
  if (!parsed) {
    if (bad_lines_++ == 0) first_bad_line_ = parsed.error().message;
    return;
  }
  const auto planned = [this](const domain::TestIdentity& identity) {
    const auto test = index_.find(identity);
    if (!test) callbacks_.on_fact(UnplannedTest{display_name(identity)});
    return test;
  };
  if (auto* began = std::get_if<adapter::TestStartedLine>(&*parsed)) {
    if (const auto test = planned(began->identity)) callbacks_.on_fact(TestBegan{*test, began->retry, began->at});
  } else if (auto* finished = std::get_if<adapter::TestFinishedLine>(&*parsed)) {
    const auto test = index_.find(finished->identity);
    if (callbacks_.take_output) adapter::add_captures(finished->report, callbacks_.take_output(finished->output_bytes));
    if (!test) return;  // its start was reported as unplanned already
    finished->report.test = *test;
    for (const domain::Attachment& attachment : finished->report.attachments)
      if (!attachment.path.empty()) callbacks_.on_attachment(*test, finished->report.retry, attachment, {});
    callbacks_.on_fact(TestEnded{std::move(finished->report)});
  } else if (auto* attached = std::get_if<adapter::AttachmentLine>(&*parsed)) {
    if (const auto test = index_.find(attached->identity))
      callbacks_.on_attachment(*test, attached->retry, attached->attachment, std::move(attached->body));
  } else if (const auto* error = std::get_if<adapter::ErrorLine>(&*parsed)) {
    callbacks_.on_fact(FrameworkError{describe(error->error)});
  } else if (std::holds_alternative<adapter::EndLine>(*parsed)) {
    callbacks_.on_fact(FrameworkEnded{});
  }
}

std::string EventReader::bad_lines() const {
  if (bad_lines_ == 0) return {};
  return fmt::format("bad_event_lines: {} of the framework could not be read; first: {}", count_of(bad_lines_, "event line"),
                     first_bad_line_);
}

std::string describe(const domain::TestError& error) {
  if (error.file.empty()) return error.message;
  return fmt::format("{} ({}:{}:{})", error.message, error.file, error.line, error.column);
}

}  // namespace tamarack::agent
