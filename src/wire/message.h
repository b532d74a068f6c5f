// What a coordinator and an agent say to each other, protocol version 1. The same messages travel inside one process and over a
// WebSocket. Messages of an agent are numbered and repeated until acknowledged; the coordinator takes them in order and drops repeats.
// Hello alone has no number: it opens every link, and says with which number the agent goes on. Orders of the coordinator may be repeated
// at will: obeying one twice is obeying it once.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "run/event.h"

namespace tamarack::wire {

inline constexpr std::int64_t protocol_version = 1;

// ---- agent to coordinator
struct Hello {
  std::int64_t protocol = protocol_version;
  domain::AgentId agent;
  std::string version;  // of the binary
  std::int64_t workers = 1;
  std::map<std::string, std::string> labels;
  std::string session;    // drawn when the agent's process starts: a new one knows nothing of what the old one held
  std::int64_t next = 1;  // the number of the first message that was not acknowledged
  // The process of this session is dead. Its successor says what was left of its words, and Gone; it takes no lease.
  bool last_words = false;
};
struct Beat {
  std::vector<domain::Term> held;
};
struct WorkerUp {
  domain::WorkerId worker;
  Millis app_start{0};
};
struct WorkerDown {
  domain::WorkerId worker;
  bool gone = true;
  std::string message;
  std::string log_tail;
};
struct TestBegan {
  domain::WorkerId worker;
  domain::Term term;
  domain::TestIndex test;
  int retry = 0;
  Instant at;
};
struct TestEnded {
  domain::WorkerId worker;
  domain::Term term;
  domain::TestReport report;
};
struct Artifact {
  domain::WorkerId worker;
  domain::Term term;
  domain::TestIndex test;
  int retry = 0;
  domain::Attachment attachment;
};
struct DisagreementSeen {  // as soon as it is seen; `invocation_ended` says it again
  domain::WorkerId worker;
  domain::Term term;
  run::Disagreement disagreement;
};
struct InvocationEnded {
  domain::WorkerId worker;
  domain::Term term;
  bool process_lost = false;
  run::InvocationSummary invocation;
  std::vector<run::Disagreement> disagreements;
};
struct Gone {  // the agent has stopped its workers and leaves
  std::string reason;
};
using FromAgent = std::variant<Hello, Beat, WorkerUp, WorkerDown, TestBegan, TestEnded, Artifact, DisagreementSeen, InvocationEnded, Gone>;

// ---- coordinator to agent
struct Welcome {
  std::int64_t protocol = protocol_version;
  Millis heartbeat{1000};
};
struct Refused {  // the coordinator will not talk to this agent, and says why
  std::string reason;
};
struct RunAnnounced {
  domain::RunId run;
  domain::Plan plan;
};
struct Lease {
  domain::WorkerId worker;
  domain::Term term;
  std::vector<schedule::Piece> pieces;
  std::vector<run::LeaseCaptures> captures = {};
};
struct Stop {
  domain::WorkerId worker;
  domain::Term term;
};
struct Acknowledged {
  std::int64_t seq = 0;  // everything up to here is durable
};
struct GoHome {};
using ToAgent = std::variant<Welcome, Refused, RunAnnounced, Lease, Stop, Acknowledged, GoHome>;

struct AgentEnvelope {
  std::int64_t seq = 0;  // 1, 2, 3, …; 0 for Hello
  FromAgent message;
};

std::string encode(const AgentEnvelope& envelope);
Result<AgentEnvelope> decode_from_agent(std::string_view text);
// Of a message that cannot be read otherwise: its number, 0 when that cannot be read either.
std::int64_t number_of(std::string_view text);
std::string encode(const ToAgent& message);
Result<ToAgent> decode_to_agent(std::string_view text);

}  // namespace tamarack::wire
