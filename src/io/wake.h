// For threads that live with a library which blocks: waiting for its socket and, at the same time, for a word of another thread.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace tamarack::io {

class Wake {
 public:
  Wake();
  ~Wake();
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;

  // From any thread: ends the wait that goes on, or the next one.
  void ring();

  enum class Reason { rung, ready, timeout };
  struct Interest {
    int socket = -1;  // -1: none
    bool write = false;
  };
  // Blocks for at most `timeout`. A broken socket is `ready`.
  Reason wait(Interest interest, Millis timeout);

 private:
  int descriptor_;
};

// A connected socket of TCP, or why there is none; blocks for at most `timeout` (the look-up of a name may take longer). When `wake` rings,
// `is_wanted` is asked, and `cancelled` is the answer when it says no. Errors: unavailable, cancelled. The caller closes it.
Result<int> connect_socket(const std::string& host, const std::string& port, Millis timeout, Wake& wake,
                           const std::function<bool()>& is_wanted);
// Ends it in both directions, so that whoever waits for it wakes; it stays open.
void shut_socket(int socket);

}  // namespace tamarack::io
