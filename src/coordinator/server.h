// What a data folder holds, over HTTP: runs, reports, journals as they grow. Closed by default: without a token of the right role and
// project nothing is told, not even whether a run exists. Reads only; whoever writes the journal (a `tamarack run` beside it) is not
// disturbed.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "coordinator/routes.h"
#include "domain/access.h"
#include "io/http_server.h"
#include "io/loop.h"
#include "store/store.h"

namespace tamarack::coordinator {

struct ServerSettings {
  io::HttpServerOptions http;
  bool open = false;          // everybody may do everything; only for loopback
  std::string page_template;  // of the report
  std::string machine;
  std::string version;
  // The run that somebody works on at this moment, empty for none; asked on the reading thread. Without it none is.
  std::function<Result<domain::RunId>(store::Store&)> run_at_work;
  Millis poll{500};  // how often a journal that is watched is looked at
};

class Server {
 public:
  // `data` is read on another thread, one request at a time; `access` on the loop: two connections to one database. All outlive the server.
  // Errors: those of HttpServer::listen.
  static Result<std::unique_ptr<Server>> listen(io::Loop& loop, const Clock& clock, store::Store& data, store::AccessStore& access,
                                                ServerSettings settings);
  ~Server();

  int port() const;
  // Finishes answers under way and ends event streams.
  void stop(Millis grace, io::Callback done);

 private:
  struct Core;
  explicit Server(std::shared_ptr<Core> core);
  std::shared_ptr<Core> core_;
};

}  // namespace tamarack::coordinator
