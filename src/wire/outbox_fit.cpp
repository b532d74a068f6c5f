#include "wire/outbox_fit.h"

#include "base/text.h"

namespace tamarack::wire {
namespace {

// From what a person would still read to what is certain to fit.
struct Measure {
  std::size_t text_max = 0;  // bytes
  std::size_t list_max = 0;  // items
};
constexpr Measure measures[] = {{1 << 20, 10'000}, {128 << 10, 1'000}, {16 << 10, 100}, {2 << 10, 20}, {256, 5}, {64, 2}};

struct Cut {
  Measure measure;

  void text(std::string& one) const {
    if (one.size() > measure.text_max) one = without_middle(one, measure.text_max);
  }
  template <class T>
  void list(std::vector<T>& items, std::string_view what, std::string& note) const {
    if (items.size() <= measure.list_max) return;
    note += fmt::format("… {} of {} {} left out: too much for one message to the server …\n", items.size() - measure.list_max, items.size(),
                        what);
    items.resize(measure.list_max);
  }
  void attachment(domain::Attachment& one) const {
    text(one.name);
    text(one.content_type);
    text(one.path);
  }

  void operator()(TestEnded& message) const {
    domain::TestReport& report = message.report;
    std::string note;
    list(report.errors, "errors", note);
    list(report.annotations, "annotations", note);
    list(report.attachments, "attachments", note);
    list(report.steps, "steps", note);
    for (domain::TestError& error : report.errors) {
      text(error.message);
      text(error.stack);
      text(error.file);
      text(error.snippet);
    }
    for (domain::Annotation& annotation : report.annotations) {
      text(annotation.type);
      text(annotation.description);
    }
    for (domain::Attachment& one : report.attachments) attachment(one);
    for (domain::Step& step : report.steps) {
      text(step.title);
      text(step.category);
    }
    text(report.output);
    text(report.errput);
    text(report.app_log);
    // Half a value is none: what needs it is going to name it.
    const auto left_out =
        std::erase_if(report.captures, [&](const domain::Capture& one) { return one.name.size() + one.json.size() > measure.text_max; });
    if (left_out > 0) note += fmt::format("… {} captures left out: too much for one message to the server …\n", left_out);
    list(report.captures, "captures", note);
    report.errput += note;
  }
  void disagreement(run::Disagreement& one) const {
    text(one.name);
    text(one.message);
  }
  void operator()(DisagreementSeen& message) const { disagreement(message.disagreement); }
  void operator()(InvocationEnded& message) const {
    std::string note;
    list(message.disagreements, "disagreements", note);
    for (run::Disagreement& one : message.disagreements) disagreement(one);
    text(message.invocation.log_tail);
    message.invocation.log_tail += note;
  }
  void operator()(WorkerDown& message) const {
    text(message.message);
    text(message.log_tail);
  }
  void operator()(Artifact& message) const { attachment(message.attachment); }
  void operator()(Gone& message) const { text(message.reason); }
  template <class Other>
  void operator()(Other&) const {}
};

bool continues_a_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

}  // namespace

std::string without_middle(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  std::string_view begin = text.substr(0, bytes_max / 4 * 3);
  std::string_view end = text.substr(text.size() - bytes_max / 4);
  // A character is kept or left out, not halved.
  for (int i = 0; i < 4 && !begin.empty() && continues_a_character(text[begin.size()]); ++i) begin.remove_suffix(1);
  for (int i = 0; i < 4 && !end.empty() && continues_a_character(end.front()); ++i) end.remove_prefix(1);
  const std::string missing = human_bytes(text.size() - begin.size() - end.size());
  return fmt::format("{}\n… {} cut: too much for one message to the server …\n{}", begin, missing, end);
}

FromAgent fitted(const FromAgent& message, std::size_t bytes_max) {
  FromAgent cut = message;
  for (const Measure& measure : measures) {
    if (encode(AgentEnvelope{0, cut}).size() <= bytes_max) break;
    cut = message;  // from the whole, so that marks say how much of the whole is missing
    std::visit(Cut{measure}, cut);
  }
  return cut;
}

}  // namespace tamarack::wire
