// A run's journal as it grows on a server, entry after entry without gaps, across lost connections and restarts of the server.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "client/api_client.h"
#include "io/event_stream.h"
#include "run/record.h"

namespace tamarack::client {

class RunFollower {
 public:
  struct Callbacks {
    std::function<void(const run::Entry&)> on_entry;  // from the first one on
    std::function<void()> on_end;                     // nothing will be added any more
    std::function<void(const Error&)> on_trouble;     // away for now; it goes on by itself
    std::function<void(const Error&)> on_broken;      // it cannot go on: no such run, no rights, an entry that cannot be read
  };
  RunFollower(ApiClient& api, domain::RunId run, Callbacks callbacks) : api_(api), run_(std::move(run)), callbacks_(std::move(callbacks)) {}

  void start() { catch_up(); }

 private:
  // What was missed may be longer than an event stream holds, so it is fetched as a whole first.
  void catch_up();
  void follow();
  bool take_piece(std::string_view bytes);
  void take_line(std::string_view line);
  void failed(const Error& error);

  ApiClient& api_;
  domain::RunId run_;
  Callbacks callbacks_;
  std::int64_t after_ = 0;
  int failures_ = 0;
  bool over_ = false;
  io::EventStream stream_;
  io::Timer pause_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::client
