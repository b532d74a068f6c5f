// Executors of jobs over HTTP: a process that runs commands asks for work, says what it holds, and is told what to start and to stop. The
// claim is its heartbeat as well. Nothing is looked up again and again: whoever waits is answered when there is something to do.
//
//   session   unknown ──claim──▶ waiting ──order, time, a newer claim──▶ answered ──claim──▶ waiting
//             answered ──silent for executor_silent──▶ gone: what it was handed is LOST        any ──leaving──▶ gone
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "coordinator/flow_parts.h"
#include "wire/flow_api.h"

namespace tamarack::coordinator {

class ExecutorRoutes {
 public:
  // Longer than the 5 s between two claims of one that holds something, and than a lost connection takes to be made again.
  static constexpr Millis executor_silent{15'000};
  static constexpr std::size_t sessions_max = 10'000;
  static constexpr std::size_t processors_max = 100;
  static constexpr std::size_t held_max = 1'000;

  explicit ExecutorRoutes(FlowParts& parts);

  void claim(const Call& call);
  // After the board was restored: executors of the server before have their time to say that they are there.
  void begin();
  // The server stops: nobody is kept waiting.
  void send_away();
  std::size_t sessions() const { return sessions_.size(); }

 private:
  struct Session {
    std::string caller;                   // whose token it is
    std::string reach;                    // the project of the token
    std::vector<std::string> processors;  // with a free place
    std::vector<domain::JobId> start;
    std::set<domain::JobId> stop;
    std::set<domain::JobId> told;  // to stop, in this session
    std::shared_ptr<io::Exchange> exchange;
    std::uint64_t number = 0;  // of the claim that waits, or waited
    bool settling = false;     // what the claim itself brings about is not known yet: no answer before that
    bool due = false;          // it is to be answered then, with whatever there is
    bool asked = false;        // the board was asked for a job on its behalf, and has not answered
    io::Timer timer;           // of the waiting, then of the silence
  };

  Result<wire::ClaimWish> checked(const Call& call);
  bool reaches_jobs_of(const Call& call, const std::string& executor) const;
  void wait(const std::string& executor, Session& session, const Call& call, const wire::ClaimWish& wish);
  void settle(const std::string& executor, std::uint64_t number);
  void answer_soon(const std::string& executor);
  void answer(const std::string& executor);
  void listen_on(const std::string& executor, Session& session);
  void gone(const std::string& executor, const std::string& reason, board::BoardHost::Fed done = {});
  void started(const flow::StartJob& order);
  void stopped(const flow::StopJob& order);
  void entered(const flow::Entry& entry);
  void offer_later();
  void offer();
  bool ask_board(const std::string& executor, Session& session);
  Millis patience(const Call& call, const wire::ClaimWish& wish) const;

  FlowParts& parts_;
  std::map<std::string, Session> sessions_;
  std::uint64_t last_number_ = 0;
  bool offering_ = false;
  io::Timer first_silence_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::coordinator
