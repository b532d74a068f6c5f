#include "agent/invocation.h"

#include "agent/handed_on.h"
#include "base/text.h"
#include "domain/trace_ids.h"
#include "io/files.h"

namespace tamarack::agent {
namespace {

constexpr std::size_t tail_bytes = 16 * 1024;
constexpr Millis stop_grace{5000};

// What the tests trace becomes part of the run's own trace (W3C Trace Context), below the unit where there is only one.
std::string trace_context(const domain::RunId& run, const std::vector<schedule::Piece>& pieces) {
  if (pieces.size() != 1) return domain::traceparent_of(run.value);
  return domain::unit_traceparent_of(run.value, static_cast<std::int64_t>(pieces.front().unit.value));
}

}  // namespace

adapter::Selection selection_of(const domain::Plan& plan, const std::vector<schedule::Piece>& pieces) {
  adapter::Selection selection{.plan = &plan};
  for (const schedule::Piece& piece : pieces) selection.parts.push_back({&plan.units.at(piece.unit.value), piece.tests});
  return selection;
}

std::string attempt_dir_of(const std::string& run_dir, domain::Term term) {
  return fmt::format("{}/attempts/{}", run_dir, term.value);
}

Invocation::Invocation(InvocationContext context, const WorkerPlace& place, StartInvocation order, std::function<void(const Fact&)> on_fact)
    : context_(context),
      place_(place),
      order_(std::move(order)),
      on_fact_(std::move(on_fact)),
      selection_(selection_of(context.plan, order_.pieces)),
      attempt_dir_(attempt_dir_of(context.settings.run_dir, order_.term)),
      captured_(output_path(attempt_dir_)),
      keeper_(std::make_unique<ArtifactKeeper>(context.loop, context.artifacts, context.budget, attempt_dir_,
                                               ArtifactKeeper::Callbacks{.on_fact = on_fact_, .on_idle = [this] { conclude(); }})) {}

Invocation::~Invocation() {
  if (watching_ != 0) context_.watch->forget(watching_);
  process_.reset();
}

void Invocation::start() {
  Result<> begun;
  if (auto env = prepare())
    begun = start_process(std::move(*env));
  else
    begun = env.error();
  if (begun) return;
  context_.loop.post([this, message = describe(begun.error()), alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) on_fact_(CouldNotStart{message});
  });
}

// The environment, and every file that the framework is going to read.
Result<std::map<std::string, std::string>> Invocation::prepare() {
  TRY_VOID(io::make_directories(attempt_dir_));
  const AgentSettings& settings = context_.settings;
  adapter::ExecutionContext execution{.attempt_dir = attempt_dir_,
                                      .shims_dir = settings.shims_dir,
                                      .worker = place_.id.value,
                                      .slot = place_.slot,
                                      .data_dir = place_.data_dir,
                                      .port = place_.port,
                                      .seed = settings.seed};
  std::map<std::string, std::string> env = environment_of(settings, place_);
  env["TRACEPARENT"] = trace_context(settings.run, order_.pieces);
  for (const auto& [name, value] : settings.suite.env) env[name] = fill_in(value, place_, settings.seed);
  execution.inherited = inherited_by_shims(env);
  adapter::SuiteSettings suite = settings.suite;
  for (std::string& argument : suite.arguments) argument = fill_in(std::move(argument), place_, settings.seed);
  invocation_ = TRY(context_.adapter.execution(suite, selection_, execution));
  for (const adapter::GeneratedFile& file : invocation_.files) TRY_VOID(io::write_file(file.path, file.content));
  // A report of an earlier run must never be read as this one's.
  if (!invocation_.results_path.empty()) TRY_VOID(io::remove_tree(invocation_.results_path));
  env["TAMARACK_OUTPUT"] = output_path(attempt_dir_);
  TRY_VOID(io::append_file(env["TAMARACK_OUTPUT"], ""));
  invite(env);
  TRY_VOID(look_at_flows(env));
  env.merge(TRY(hand_on(context_.plan, selection_, order_.captures, attempt_dir_)));
  if (invocation_.events_expected) {
    TRY_VOID(io::append_file(adapter::events_path(execution), ""));
    follow_events(adapter::events_path(execution));
  }
  for (const auto& [name, value] : invocation_.env) env[name] = value;
  return env;
}

// Its waits are dropped with it. Without an endpoint the variables of a Tamarack around this one must not be believed.
void Invocation::invite(std::map<std::string, std::string>& env) {
  env["TAMARACK_AGENT_URL"] = env["TAMARACK_AGENT_TOKEN"] = "";
  if (context_.endpoint == nullptr) return;
  const bool has_app = !context_.settings.app.start.empty() || context_.settings.suite.env.contains("BASE_URL");
  guest_ = context_.endpoint->welcome(
      {.owner = "tests of worker " + place_.id.value, .base_url = has_app ? env["BASE_URL"] : "", .project = context_.settings.project});
  env["TAMARACK_AGENT_URL"] = context_.endpoint->url();
  env["TAMARACK_AGENT_TOKEN"] = guest_->token();
}

// An application of one worker is of use to a wait that looks from the same machine, not to a server that looks from another.
Result<> Invocation::look_at_flows(const std::map<std::string, std::string>& env) {
  if (context_.plan.flows.empty()) return {};
  const AgentSettings& settings = context_.settings;
  const auto url = env.find("BASE_URL");
  const bool has_own_app = !settings.app.start.empty() && settings.project.empty() && url != env.end();
  marks_ = TRY(FlowMarks::look(selection_,
                               {.notes_dir = settings.run_dir + "/flows",
                                .suite_dir = settings.suite.root,
                                .commit = settings.commit ? settings.commit() : std::string{},
                                .app_url = has_own_app ? url->second : std::string{}},
                               order_.captures));
  return marks_.keep(attempt_dir_);
}

void Invocation::follow_events(const std::string& path) {
  events_ = std::make_unique<EventReader>(
      context_.index, EventReader::Callbacks{
                          .on_fact = [this](const Fact& fact) { tell(fact); },
                          .on_attachment = [this](domain::TestIndex test, int retry, domain::Attachment attachment,
                                                  const std::string& body) { keeper_->reported(test, retry, std::move(attachment), body); },
                          .take_output = [this](std::int64_t up_to) { return captured_.take(up_to); }});
  follower_ =
      std::make_unique<io::FileFollower>(context_.loop, context_.inotify, path, [this](std::string_view bytes) { events_->take(bytes); });
}

void Invocation::took(KeptOutput& kept, std::string_view bytes) {
  kept.add(bytes);
  output_tail_.append(bytes.substr(bytes.size() - std::min(bytes.size(), 2 * tail_bytes)));
  if (output_tail_.size() > 4 * tail_bytes) output_tail_.erase(0, output_tail_.size() - 2 * tail_bytes);
}

Result<> Invocation::start_process(std::map<std::string, std::string> env) {
  kept_output_.write_to(attempt_dir_ + "/stdout.log");
  kept_errput_.write_to(attempt_dir_ + "/stderr.log");
  output_.started = context_.clock.now();
  watch_files();
  process_ = TRY(io::start_process(
      context_.loop,
      {.argv = invocation_.argv, .env = std::move(env), .directory = invocation_.directory, .record_path = attempt_dir_ + "/exit.json"},
      {.on_output = [this](std::string_view bytes) { took(kept_output_, bytes); },
       .on_errput = [this](std::string_view bytes) { took(kept_errput_, bytes); },
       .on_exit = [this](const io::ExitStatus& status) { exited(status); }}));
  const Millis limit = context_.settings.unit_timeout;
  if (limit.count() > 0) deadline_ = context_.loop.after(limit, [this] { out_of_time(); });
  // Without live events a lease of one test is in flight from here; of several nobody can tell which.
  if (!invocation_.events_expected && selection_.parts.size() == 1 && selection_.parts.front().tests.size() == 1)
    tell(TestBegan{selection_.parts.front().tests.front(), 0, output_.started});
  return {};
}

void Invocation::watch_files() {
  if (context_.watch == nullptr) return;
  std::vector<domain::TestIndex> tests;
  for (const adapter::Selection::Part& part : selection_.parts) tests.insert(tests.end(), part.tests.begin(), part.tests.end());
  watching_ = context_.watch->open(std::move(tests), [this](const WatchedFile& file) {
    keeper_->found(file.test, file.retry, {.name = file.name, .content_type = {}, .path = file.path, .sha256 = {}});
  });
}

void Invocation::stop() {
  if (!process_ || process_ended_) return;
  process_->terminate();
  kill_timer_ = context_.loop.after(stop_grace, [this] {
    if (process_ && !process_ended_) process_->kill();
  });
}

void Invocation::out_of_time() {
  timed_out_ = true;
  stop();
}

void Invocation::tell(const Fact& fact) {
  if (const auto* began = std::get_if<TestBegan>(&fact)) {
    if (!test_seen_) first_test_ = context_.clock.now();
    test_seen_ = true;
    in_flight_.insert(began->test);
    keeper_->test_began(began->test);
    if (watching_ != 0) context_.watch->began(watching_, began->test, began->retry, began->at);
  }
  const auto* ended = std::get_if<TestEnded>(&fact);
  if (ended != nullptr && marks_.is_about(ended->report.test)) {
    TestEnded marked = *ended;
    marks_.add_to(marked.report);
    on_fact_(marked);
  } else {
    on_fact_(fact);
  }
  if (ended == nullptr) return;
  const domain::TestReport& report = ended->report;
  in_flight_.erase(report.test);
  if (watching_ != 0) context_.watch->ended(watching_, report.test, report.retry, report.started + report.duration);
  keeper_->test_ended(report.test);
}

void Invocation::exited(const io::ExitStatus& status) {
  process_ended_ = true;
  guest_.reset();
  deadline_.cancel();
  kill_timer_.cancel();
  output_.exit_code = status.code;
  output_.signal = status.signal;
  if (const std::int64_t behind = adapter::signal_behind_shell_code(status.code); invocation_.through_shell && behind != 0) {
    output_.exit_code = -1;
    output_.signal = behind;
  }
  lost_ = status.lost;
  output_.duration = context_.clock.now() - output_.started;
  output_.output_was_cut = kept_output_.was_cut();
  output_.output = kept_output_.take_text();
  output_.errput = kept_errput_.take_text();
  if (follower_) follower_->drain();
  if (!invocation_.results_path.empty()) {
    auto results = io::read_file(invocation_.results_path, 512 << 20);
    if (results) output_.results = std::move(*results);
  }
  if (timed_out_) {
    for (const domain::TestIndex test : std::set(in_flight_))
      tell(TestEnded{
          {.test = test,
           .status = domain::TestStatus::timed_out,
           .started = output_.started,
           .duration = output_.duration,
           .errors = {{.message = fmt::format("run.unit_timeout of {} passed", human_duration(context_.settings.unit_timeout))}}}});
  }
  if (watching_ != 0) context_.watch->close(std::exchange(watching_, 0));
  conclude();
}

void Invocation::conclude() {
  if (!process_ended_ || !keeper_->is_idle()) return;
  InvocationExited fact{.exit_code = output_.exit_code,
                        .signal = output_.signal,
                        .lost = lost_ || timed_out_,
                        .timed_out = timed_out_,
                        .failed_tests_code = context_.adapter.exit_code_means_failed_tests(output_.exit_code),
                        .events_expected = invocation_.events_expected,
                        .framework_start = test_seen_ && invocation_.events_expected ? first_test_ - output_.started : Millis{0},
                        .duration = output_.duration,
                        .log_tail = log_tail()};
  if (!invocation_.events_expected && !fact.lost && fact.signal == 0) {
    adapter::FinalResults results = context_.adapter.read_results(context_.settings.suite, selection_, output_);
    if (std::string unclaimed = take_output(captured_, results.reports); !unclaimed.empty())
      results.problems.push_back(std::move(unclaimed));
    for (domain::TestReport& report : results.reports) tell(TestEnded{std::move(report)});
    fact.problems = std::move(results.problems);
  }
  if (events_ && !events_->bad_lines().empty()) fact.problems.push_back(events_->bad_lines());
  if (events_ && !fact.lost && fact.signal == 0)
    if (std::string unclaimed = describe_unclaimed(captured_.take(-1), "written after the last test had ended"); !unclaimed.empty())
      fact.problems.push_back(std::move(unclaimed));
  if (events_ && events_->has_half_line() && !fact.lost && fact.signal == 0)
    fact.problems.push_back("truncated_events: the framework's event file ends in the middle of a line");
  // What the watcher found for tests that never ended.
  for (const domain::TestIndex test : std::set(in_flight_)) keeper_->test_ended(test);
  // The last word: the owner may destroy this invocation on hearing it, so nothing of it is touched afterwards.
  context_.loop.post([on_fact = on_fact_, fact = std::move(fact), alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) on_fact(fact);
  });
}

std::string Invocation::log_tail() const {
  return to_valid_utf8(tail_of(strip_ansi(output_tail_), tail_bytes));
}

}  // namespace tamarack::agent
