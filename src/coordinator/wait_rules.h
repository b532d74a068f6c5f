// What a wait over the server may look at. Whoever may park a wait makes the server send requests from where it stands: into a network
// that the caller may not reach himself, or to the address under which clouds hand out credentials. So commands and files of the server
// are refused unless server.toml allows them, and hosts can be restricted. Every look is checked, also at addresses that an answer named
// (discovery), wherever the wait came from: `GuardedProber` stands before the prober.
//
// A name is compared as it is written; what it resolves to is not known here. Where that matters, give a list of hosts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flow/wait_spec.h"
#include "probe/prober.h"

namespace tamarack::io {
class Loop;
}

namespace tamarack::coordinator {

struct WaitRules {
  bool local_sources = false;      // commands, files and logs on the server's machine
  std::vector<std::string> hosts;  // "app.example.com", "*.example.com", "10.0.0.7:8000"; empty: all but link-local ones
};

// Why this request (wire/probe_request.h) may not be looked at; nothing when it may.
std::optional<std::string> why_refused(const WaitRules& rules, std::string_view request);
// Of everything a wait would look at or send, each with the condition it is in.
std::vector<std::string> problems_of(const WaitRules& rules, const flow::WaitSpec& spec);

class GuardedProber final : public probe::Prober {
 public:
  // Both outlive it.
  GuardedProber(io::Loop& loop, probe::Prober& inner, WaitRules rules) : loop_(loop), inner_(inner), rules_(std::move(rules)) {}

  void ask(const std::string& request, Answered done) override;
  void watch(const std::string& request, std::function<void()> pushed) override;
  void unwatch(const std::string& request) override { inner_.unwatch(request); }
  void doubt(const std::string& request, std::function<void(std::string)> doubted) override;
  void send(const std::string& request, std::function<void(Result<>)> done) override;

 private:
  io::Loop& loop_;
  probe::Prober& inner_;
  WaitRules rules_;
};

}  // namespace tamarack::coordinator
