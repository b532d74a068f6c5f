// Looks over HTTP: one connection per look, redirects are not followed. A stream of server-sent events pushes: whatever event it brings,
// something may have changed.
//
// `discover`: a 202 with Operation-Location or Location is followed at once, by GET, and its address is the one that is looked at from then
// on, until the request is unwatched. Headers go along to another origin only where they can hold no credentials (Accept and its like).
// After a restart the request itself is sent again: a POST that starts work belongs into the test, not into a wait.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "io/http_client.h"
#include "probe/backoff.h"
#include "probe/probes.h"

namespace tamarack::probe {

class HttpSource final : public Source {
 public:
  HttpSource(io::Loop& loop, const ProbesOptions& options) : loop_(loop), options_(options) {}

  void ask(const std::string& text, const wire::ProbeRequest& request, Answered done) override;
  void watch(const std::string& text, const wire::ProbeRequest& request, Pushed pushed) override;
  void unwatch(const std::string& text) override;

 private:
  struct Stream;

  void look(io::ClientRequest request, Answered done);
  void follow(const std::string& text, const wire::HttpProbe& probe, flow::HttpAnswer first, const Answered& done);
  void connect(const std::shared_ptr<Stream>& stream);

  io::Loop& loop_;
  ProbesOptions options_;
  std::map<std::string, std::string> discovered_;  // the address to look at, by text
  std::map<std::string, std::shared_ptr<Stream>> streams_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::probe
