#include "agent/recover.h"

#include "agent/flow_marks.h"
#include "agent/framework_output.h"
#include "agent/invocation.h"
#include "agent/kept_output.h"
#include "agent/output_file.h"
#include "agent/redact.h"
#include "base/text.h"
#include "io/files.h"
#include "wire/message_bounds.h"

namespace tamarack::agent {
namespace {

constexpr int patience_ms = 10'000;  // the shims kill their trees within milliseconds; a stuck disk gets more
constexpr std::size_t bytes_max = 512 << 20;

std::string read_or_empty(const std::string& path) {
  return io::read_file(path, bytes_max).value_or(std::string{});
}

class LeaseRecovery {
 public:
  LeaseRecovery(const run::Run& folded, domain::Term term, const run::LeaseState& lease, const RecoverySource& source,
                const PlanIndex& index, std::vector<run::Event>& events)
      : folded_(folded),
        term_(term),
        lease_(lease),
        source_(source),
        index_(index),
        events_(events),
        attempt_dir_(attempt_dir_of(source.run_dir, term)),
        output_(output_path(attempt_dir_)),
        marks_(FlowMarks::kept(attempt_dir_)) {}

  void read() {
    const std::string record = attempt_dir_ + "/exit.json";
    if (!io::FileLock::wait_until_free(record, patience_ms)) return;
    const adapter::ExecutionContext context{.attempt_dir = attempt_dir_, .shims_dir = source_.shims_dir};
    const std::string lines = read_or_empty(adapter::events_path(context));
    if (!lines.empty()) return read_events(lines);
    read_results(read_or_empty(record));
  }

 private:
  void read_events(const std::string& lines) {
    EventReader reader(index_, {.on_fact = [this](const Fact& fact) { take(fact); },
                                .on_attachment = [this](domain::TestIndex test, int retry, const domain::Attachment& attachment,
                                                        const std::string& body) { keep(test, retry, attachment, body); },
                                .take_output = [this](std::int64_t up_to) { return output_.take(up_to); }});
    reader.take(lines);
    if (const std::string problem = reader.bad_lines(); !problem.empty()) disagree(named_disagreement(problem));
  }

  // Without live events the exit record is the proof that the command had come to its own end.
  void read_results(const std::string& record) {
    long long code = 0;
    long long signal = 0;
    long long at = 0;
    if (std::sscanf(record.c_str(), R"({"type":"exit","code":%lld,"signal":%lld,"at_ms":%lld)", &code, &signal, &at) != 3 || signal != 0)
      return;
    const adapter::Selection selection = selection_of(folded_.plan, lease_.pieces);
    adapter::ProcessOutput output{.exit_code = code,
                                  .output = read_or_empty(attempt_dir_ + "/stdout.log"),
                                  .errput = read_or_empty(attempt_dir_ + "/stderr.log"),
                                  .started = lease_.granted,
                                  .duration = std::max(from_ms(at) - lease_.granted, Millis{0})};
    output.output_was_cut = KeptOutput::was_cut(output.output);
    // The worker's place as it was, because a results path may name its data folder or its number.
    const std::string& worker = lease_.worker.value;
    const std::int64_t slot = parse_integer(worker.substr(worker.rfind('/') + 1)).value_or(1);
    const adapter::ExecutionContext context{.attempt_dir = attempt_dir_,
                                            .shims_dir = source_.shims_dir,
                                            .worker = worker,
                                            .slot = slot,
                                            .data_dir = fmt::format("{}/workers/{}/data", source_.run_dir, slot)};
    const auto invocation = source_.adapter.execution(source_.suite, selection, context);
    if (!invocation || (invocation->through_shell && adapter::signal_behind_shell_code(code) != 0)) return;
    if (!invocation->results_path.empty())
      if (auto results = io::read_file(invocation->results_path, bytes_max)) output.results = std::move(*results);
    // What was not fully written when Tamarack died proves nothing: such a test counts as in flight and runs again.
    adapter::FinalResults results = source_.adapter.read_results(source_.suite, selection, output);
    if (!results.problems.empty() || !take_output(output_, results.reports).empty()) return;
    for (domain::TestReport& report : results.reports) take_end(std::move(report));
  }

  void take(const Fact& fact) {
    if (const auto* began = std::get_if<TestBegan>(&fact))
      events_.push_back(run::TestBegan{lease_.worker, term_, began->test, began->retry});
    if (const auto* ended = std::get_if<TestEnded>(&fact)) take_end(ended->report);
    if (auto disagreement = disagreement_in(fact)) disagree(std::move(*disagreement));
  }

  // As it would have come from the agent: without secrets, and within the bounds of a message.
  template <class Message>
  std::optional<Message> said(Message message) const {
    wire::FromAgent words = redacted(std::move(message), source_.masker);
    if (!wire::bring_into_bounds(words)) return std::nullopt;
    return std::get<Message>(std::move(words));
  }

  void disagree(run::Disagreement disagreement) {
    if (auto words = said(wire::DisagreementSeen{lease_.worker, term_, std::move(disagreement)}))
      events_.push_back(run::DisagreementSeen{lease_.worker, term_, std::move(words->disagreement)});
  }

  void take_end(domain::TestReport report) {
    marks_.add_to(report);
    if (auto words = said(wire::TestEnded{lease_.worker, term_, std::move(report)}))
      events_.push_back(run::TestEnded{lease_.worker, term_, std::move(words->report)});
  }

  void keep(domain::TestIndex test, int retry, domain::Attachment attachment, const std::string& body) {
    if (!body.empty()) {
      attachment.path = fmt::format("{}/recovered-{}", attempt_dir_, ++bodies_);
      if (!io::write_file(attachment.path, body)) return;
    }
    const auto stored = source_.artifacts.keep(attachment.path);
    if (!stored) return;
    attachment.sha256 = stored->sha256;
    attachment.size = stored->size;
    events_.push_back(run::ArtifactArrived{lease_.worker, term_, test, retry, attachment});
  }

  const run::Run& folded_;
  domain::Term term_;
  const run::LeaseState& lease_;
  const RecoverySource& source_;
  const PlanIndex& index_;
  std::vector<run::Event>& events_;
  std::string attempt_dir_;
  OutputFile output_;
  FlowMarks marks_;
  int bodies_ = 0;
};

// What the journal has already is not told again: a second report of a settled test would only be a late one.
bool is_news(const run::Run& folded, const run::Event& event) {
  const auto* ended = std::get_if<run::TestEnded>(&event);
  if (ended == nullptr) return true;
  const auto lease = folded.leases.find(ended->term);
  return lease == folded.leases.end() || !lease->second.reported.contains(ended->report.test);
}

}  // namespace

std::vector<run::Event> recover(const run::Run& folded, const RecoverySource& source) {
  std::vector<run::Event> events;
  const PlanIndex index(folded.plan);
  for (const auto& [term, lease] : folded.leases) LeaseRecovery(folded, term, lease, source, index, events).read();
  std::erase_if(events, [&](const run::Event& event) { return !is_news(folded, event); });
  return events;
}

}  // namespace tamarack::agent
