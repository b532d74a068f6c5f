#include "wire/api.h"

#include "wire/described.h"
#include "wire/json_schema.h"
#include "wire/schema.h"

namespace tamarack::wire {

BOOST_DESCRIBE_STRUCT(RunRequest, (),
                      (version, run_id, project, identity, branch, commit, command, plan, options, workspace, listing, config, setup,
                       setup_inputs, workers_max, requires_labels, carry_from, afresh, ci_url, ci_attempt, pull_request, suite_dir))
BOOST_DESCRIBE_ENUM(Started, started, continued, same, joined, repeated)
BOOST_DESCRIBE_STRUCT(RunStarted, (), (run_id, url, state, verdict, exit_code))
BOOST_DESCRIBE_STRUCT(RunSpec, (), (version, run_id, project, workspace, listing, config, setup, setup_inputs, seed, plan))
BOOST_DESCRIBE_STRUCT(AgentPoll, (),
                      (version, agent, session, tamarack, machine, platform, workers, labels, run, wait, leaving, gave_up, problem,
                       log_tail, load_percent, memory_free_mb, sent_home, idle_max_ms))
BOOST_DESCRIBE_STRUCT(AgentOrder, (), (run, drain))
BOOST_DESCRIBE_STRUCT(DrainWish, (), (drain, leave))
BOOST_DESCRIBE_STRUCT(EmptyWish, (), ())
BOOST_DESCRIBE_STRUCT(SessionFacts, (), (role, project, open))
BOOST_DESCRIBE_STRUCT(SessionWish, (), (token))
BOOST_DESCRIBE_STRUCT(TokenWish, (), (name, project, role, days))
BOOST_DESCRIBE_STRUCT(RotateWish, (), (grace_ms))
BOOST_DESCRIBE_STRUCT(Problem, (), (title, detail))
BOOST_DESCRIBE_STRUCT(AgentState, (), (agent, workers, labels, state, tamarack, draining))
BOOST_DESCRIBE_STRUCT(AgentList, (), (agents))
BOOST_DESCRIBE_STRUCT(RunFacts, (), (run_id, project, branch, commit, started_at, verdict, headline, exit_code, wall_ms))
BOOST_DESCRIBE_STRUCT(RunList, (), (runs, next))
BOOST_DESCRIBE_STRUCT(ImportAnswer, (), (run, is_new, cases, not_known))
BOOST_DESCRIBE_STRUCT(MissingQuery, (), (sha256))
BOOST_DESCRIBE_STRUCT(MissingBlob, (), (sha256, bytes))
BOOST_DESCRIBE_STRUCT(MissingAnswer, (), (missing))

namespace {

template <class T>
std::string text_of(const T& value) {
  std::string out;
  json::write(out, value);
  return out;
}

template <class T>
Result<T> read_body(std::string_view text) {
  auto parsed = json::parse(text);
  if (!parsed) return make_error(ErrorCode::invalid_argument, parsed.error().message);
  auto value = json::read_as<T>(*parsed);
  if (!value) return make_error(ErrorCode::invalid_argument, value.error().message);
  if constexpr (requires(T one) { one.version; })
    if (value->version != api_version)
      return make_error(ErrorCode::invalid_argument, fmt::format("/version: expected {}, got {}", api_version, value->version),
                        "use the same version of tamarack on both sides");
  return value;
}

}  // namespace

std::string encode(const RunRequest& value) {
  return text_of(value);
}
std::string encode(const RunStarted& value) {
  return text_of(value);
}
std::string encode(const RunSpec& value) {
  return text_of(value);
}
std::string encode(const AgentPoll& value) {
  return text_of(value);
}
std::string encode(const AgentOrder& value) {
  return text_of(value);
}
std::string encode(const MissingQuery& value) {
  return text_of(value);
}
std::string encode(const MissingAnswer& value) {
  return text_of(value);
}

template <>
Result<RunRequest> decode(std::string_view text) {
  return read_body<RunRequest>(text);
}
template <>
Result<RunStarted> decode(std::string_view text) {
  return read_body<RunStarted>(text);
}
template <>
Result<RunSpec> decode(std::string_view text) {
  return read_body<RunSpec>(text);
}
template <>
Result<AgentPoll> decode(std::string_view text) {
  return read_body<AgentPoll>(text);
}
template <>
Result<AgentOrder> decode(std::string_view text) {
  return read_body<AgentOrder>(text);
}
template <>
Result<DrainWish> decode(std::string_view text) {
  return read_body<DrainWish>(text);
}
template <>
Result<EmptyWish> decode(std::string_view text) {
  return read_body<EmptyWish>(text);
}
template <>
Result<SessionFacts> decode(std::string_view text) {
  return read_body<SessionFacts>(text);
}
template <>
Result<SessionWish> decode(std::string_view text) {
  return read_body<SessionWish>(text);
}
template <>
Result<TokenWish> decode(std::string_view text) {
  return read_body<TokenWish>(text);
}
template <>
Result<RotateWish> decode(std::string_view text) {
  return trim(text).empty() ? RotateWish{} : read_body<RotateWish>(text);
}
template <>
Result<ImportAnswer> decode(std::string_view text) {
  return read_body<ImportAnswer>(text);
}
template <>
Result<Problem> decode(std::string_view text) {
  return read_body<Problem>(text);
}
template <>
Result<AgentList> decode(std::string_view text) {
  return read_body<AgentList>(text);
}
template <>
Result<RunList> decode(std::string_view text) {
  return read_body<RunList>(text);
}
template <>
Result<RunFacts> decode(std::string_view text) {
  return read_body<RunFacts>(text);
}
template <>
Result<MissingQuery> decode(std::string_view text) {
  return read_body<MissingQuery>(text);
}
template <>
Result<MissingAnswer> decode(std::string_view text) {
  return read_body<MissingAnswer>(text);
}

template <>
std::string schema_of<RunRequest>() {
  return json::schema<RunRequest>();
}
template <>
std::string schema_of<RunStarted>() {
  return json::schema<RunStarted>();
}
template <>
std::string schema_of<RunSpec>() {
  return json::schema<RunSpec>();
}
template <>
std::string schema_of<AgentPoll>() {
  return json::schema<AgentPoll>();
}
template <>
std::string schema_of<AgentOrder>() {
  return json::schema<AgentOrder>();
}
template <>
std::string schema_of<DrainWish>() {
  return json::schema<DrainWish>();
}
template <>
std::string schema_of<EmptyWish>() {
  return json::schema<EmptyWish>();
}
template <>
std::string schema_of<SessionWish>() {
  return json::schema<SessionWish>();
}
template <>
std::string schema_of<TokenWish>() {
  return json::schema<TokenWish>();
}
template <>
std::string schema_of<RotateWish>() {
  return json::schema<RotateWish>();
}
template <>
std::string schema_of<MissingQuery>() {
  return json::schema<MissingQuery>();
}
template <>
std::string schema_of<MissingAnswer>() {
  return json::schema<MissingAnswer>();
}

}  // namespace tamarack::wire
