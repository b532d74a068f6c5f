#include "wire/message.h"

#include "wire/message_bounds.h"
#include "wire/tagged.h"

namespace tamarack::wire {

BOOST_DESCRIBE_STRUCT(Hello, (), (protocol, agent, version, workers, labels, session, next, last_words))
BOOST_DESCRIBE_STRUCT(Beat, (), (held))
BOOST_DESCRIBE_STRUCT(WorkerUp, (), (worker, app_start))
BOOST_DESCRIBE_STRUCT(WorkerDown, (), (worker, gone, message, log_tail))
BOOST_DESCRIBE_STRUCT(TestBegan, (), (worker, term, test, retry, at))
BOOST_DESCRIBE_STRUCT(TestEnded, (), (worker, term, report))
BOOST_DESCRIBE_STRUCT(Artifact, (), (worker, term, test, retry, attachment))
BOOST_DESCRIBE_STRUCT(DisagreementSeen, (), (worker, term, disagreement))
BOOST_DESCRIBE_STRUCT(InvocationEnded, (), (worker, term, process_lost, invocation, disagreements))
BOOST_DESCRIBE_STRUCT(Gone, (), (reason))
BOOST_DESCRIBE_STRUCT(Welcome, (), (protocol, heartbeat))
BOOST_DESCRIBE_STRUCT(Refused, (), (reason))
BOOST_DESCRIBE_STRUCT(RunAnnounced, (), (run, plan))
BOOST_DESCRIBE_STRUCT(Lease, (), (worker, term, pieces, captures))
BOOST_DESCRIBE_STRUCT(Stop, (), (worker, term))
BOOST_DESCRIBE_STRUCT(Acknowledged, (), (seq))
BOOST_DESCRIBE_STRUCT(GoHome, (), ())

namespace {

constexpr std::array<std::string_view, 10> from_agent_kinds{"hello",      "beat",     "worker_up",         "worker_down",      "test_began",
                                                            "test_ended", "artifact", "disagreement_seen", "invocation_ended", "gone"};
constexpr std::array<std::string_view, 7> to_agent_kinds{"welcome", "refused", "run_announced", "lease", "stop", "acknowledged", "go_home"};

struct Frame {
  std::string kind;
  std::int64_t seq = 0;
  boost::json::value body;
};

Result<Frame> parse_frame(std::string_view text) {
  boost::json::value value = TRY(json::parse(text));
  if (!value.is_object()) return make_error(ErrorCode::corrupt, "a message must be a JSON object");
  const boost::json::object& object = value.get_object();
  Frame frame;
  json::Problems problems;
  if (const auto* kind = object.if_contains("kind")) json::read(*kind, frame.kind, "/kind", problems);
  if (const auto* seq = object.if_contains("seq")) json::read(*seq, frame.seq, "/seq", problems);
  if (const auto* body = object.if_contains("body")) frame.body = *body;
  if (!problems.empty()) return make_error(ErrorCode::corrupt, join(problems, "; "));
  return frame;
}

}  // namespace

std::string encode(const AgentEnvelope& envelope) {
  std::string out = "{\"kind\":\"";
  out += tag_of(from_agent_kinds, envelope.message);
  out += "\",\"seq\":";
  json::write(out, envelope.seq);
  out += ",\"body\":";
  write_alternative(out, envelope.message);
  out += '}';
  return out;
}

Result<AgentEnvelope> decode_from_agent(std::string_view text) {
  const Frame frame = TRY(parse_frame(text));
  FromAgent message = TRY(read_alternative<FromAgent>(from_agent_kinds, frame.kind, frame.body));
  TRY_VOID(bring_into_bounds(message));
  return AgentEnvelope{frame.seq, std::move(message)};
}

std::int64_t number_of(std::string_view text) {
  const auto frame = parse_frame(text);
  return frame ? frame->seq : 0;
}

std::string encode(const ToAgent& message) {
  std::string out = "{\"kind\":\"";
  out += tag_of(to_agent_kinds, message);
  out += "\",\"body\":";
  write_alternative(out, message);
  out += '}';
  return out;
}

Result<ToAgent> decode_to_agent(std::string_view text) {
  const Frame frame = TRY(parse_frame(text));
  return read_alternative<ToAgent>(to_agent_kinds, frame.kind, frame.body);
}

}  // namespace tamarack::wire
