// What reaches the board from outside, and what it orders. Anything may arrive late, twice or never; orders are obeyed after the entries of
// their step are durable, and may be given again after a restart.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "flow/answer.h"
#include "flow/mailbox.h"
#include "flow/record.h"
#include "flow/timeline_clock.h"

namespace tamarack::flow {

// ---- jobs
struct SubmitJob {
  domain::JobId job;  // a new id, used if the job is accepted
  domain::JobRequest request;
};
struct ReportJob {
  domain::JobId job;
  domain::JobReport report;
};
struct CancelJob {
  domain::JobId job;
  std::string reason;
};
struct ClaimJob {        // a free slot of one of Tamarack's own executors
  std::string executor;  // one session of it: a new process is another executor
  std::vector<std::string> processors;
};
struct HeldJob {
  domain::JobId job;
  std::uint32_t epoch = 0;
};
struct ExecutorHeard {  // its heartbeat
  std::string executor;
  std::vector<HeldJob> held;  // all whose end has not been acknowledged; messages of a session come in order
};
struct ExecutorGone {  // for good: its process has ended
  std::string executor;
  std::string reason;
};

// ---- waits
struct ParkWait {
  domain::WaitId wait;
  WaitSpec spec;
};
struct CancelWait {
  domain::WaitId wait;
  std::string reason;
};
struct TakeWait {  // its owner has the outcome
  domain::WaitId wait;
};
struct Pushed {  // something may have changed behind this request
  std::string request;
};
struct PushDoubted {  // what was armed for this request will not be heard of
  std::string request;
  std::string why;  // for people, with what to do
};
struct Answered {
  std::string request;
  std::int64_t number = 0;
  Answer answer;
};
struct CancelUnanswered {  // a CancelRemote was given up
  std::string request;
  domain::WaitId wait;
  std::string why;
};

// ---- signals
struct OpenMailbox {  // for one wait: its key is a minted token
  std::string key;
  Millis retention{signal_retention};
};
struct SendSignal {
  domain::Signal signal;  // `received` is set by the board
};

struct Restarted {  // every stream is folded; the instant of this step comes from go_on()
  ClockReading clock;
};
struct Tick {};

using Event = std::variant<SubmitJob, ReportJob, CancelJob, ClaimJob, ExecutorHeard, ExecutorGone, ParkWait, CancelWait, TakeWait, Pushed,
                           PushDoubted, Answered, CancelUnanswered, OpenMailbox, SendSignal, Restarted, Tick>;

// ---- orders and answers
enum class Submission { accepted, same, conflict, full };
struct SubmissionAnswered {
  domain::JobId asked;
  domain::JobId job;  // the one there is; empty when refused
  Submission answer = Submission::accepted;
};
struct StartJob {  // the executor starts a (job, epoch) once, however often it hears this
  domain::JobId job;
  std::string executor;
  std::uint32_t epoch = 0;
};
struct StopJob {
  domain::JobId job;
  std::string executor;
};
struct ParkRefused {  // too many
  domain::WaitId wait;
};
struct WaitOver {  // told again after a restart, until TakeWait
  domain::WaitId wait;
};
struct Watch {  // arm the push, before the next Ask of this request
  std::string request;
};
struct Unwatch {
  std::string request;
};
struct Ask {
  std::string request;
  std::int64_t number = 0;
};
struct RefreshCredentials {
  std::string request;
  domain::WaitId wait;
};
struct CancelRemote {  // to be obeyed at least once; the other side must take it twice
  std::string request;
  domain::WaitId wait;
};
struct SignalAnswered {
  domain::SignalId id;
  std::string key;
  SignalAnswer answer = SignalAnswer::stored;
};

using Effect = std::variant<SubmissionAnswered, StartJob, StopJob, ParkRefused, WaitOver, Watch, Unwatch, Ask, RefreshCredentials,
                            CancelRemote, SignalAnswered>;

}  // namespace tamarack::flow
