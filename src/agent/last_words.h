// What a dead process of this agent had not told its server any more: said by its successor under the old session, message by message,
// until all of it is acknowledged. Then the session ends, and the server takes its leases back at once. Whatever was in flight is judged by
// nobody.
//
//   connecting ──link──▶ saying ──everything acknowledged──▶ goodbye ──closed──▶ delivered
//   saying ──sent home: the run has its verdict──▶ files first ──▶ goodbye
//   connecting ──server away──▶ connecting;  any ──run over, unknown──▶ nobody wants it;  any ──no progress, refused──▶ given up
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/spool.h"
#include "io/link.h"

namespace tamarack::agent {

class LastWords {
 public:
  enum class End { delivered, run_is_over, run_is_unknown, given_up };
  using Connect = std::function<void(std::function<void(Result<std::unique_ptr<io::Link>>)>)>;
  struct Rules {
    Millis heartbeat{5'000};    // between two greetings
    Millis patience{60'000};    // on links that open, without an acknowledgement
    Millis goodbye_pause{250};  // the word that the run is over may be right behind the last acknowledgement
    Millis goodbye_max{5'000};
  };
  struct Callbacks {
    std::function<void(const std::string&)> say;
    // The server closes the run when all agents are home: calls back when the files that belong to it are there, or late.
    std::function<void(io::Callback)> before_home;
    // Once, on a later turn; `why` for given_up.
    std::function<void(End end, const std::string& why)> done;
  };

  // References outlive it. `version`: of this binary.
  LastWords(io::Loop& loop, Spool& spool, std::string version, Connect connect, Callbacks callbacks, Rules rules);

  void start() { connect(); }

 private:
  void connect();
  void open(std::unique_ptr<io::Link> link);
  void closed();
  void greet();
  void hear(const std::string& text);
  void say_due();
  void say_goodbye();
  void wait_for_progress();
  void end(End end, std::string why = {});

  io::Loop& loop_;
  Spool& spool_;
  std::string version_;
  Connect connect_;
  Callbacks callbacks_;
  Rules rules_;
  wire::Outbox outbox_;
  std::unique_ptr<io::Link> link_;
  bool welcomed_ = false;
  bool sent_home_ = false;
  bool said_goodbye_ = false;
  bool was_heard_ = false;  // all of it, before the goodbye
  bool waits_ = false;
  bool over_ = false;
  int failures_ = 0;
  io::Timer greeting_;
  io::Timer pause_;
  io::Timer patience_;
  io::Timer goodbye_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::agent
