// The Prober for everything there is: one source per kind of request, each on its own. What a source cannot do in time is answered here.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <variant>

#include "io/loop.h"
#include "probe/prober.h"
#include "probe/source.h"

namespace tamarack::probe {

struct ProbesOptions {
  std::string ca_file;           // PEM, for https and rediss; empty: what the system trusts
  Millis look_max{look_max_ms};  // for one look
  Millis retry_min{250};         // before a lost push is armed again; doubles with each failure
  Millis retry_max{15'000};
};

class Probes final : public Prober {
 public:
  explicit Probes(io::Loop& loop, ProbesOptions options = {});
  ~Probes() override;  // ends what is in flight; no callback comes any more
  Probes(const Probes&) = delete;
  Probes& operator=(const Probes&) = delete;

  void ask(const std::string& request, Answered done) override;
  void watch(const std::string& request, std::function<void()> pushed) override;
  void unwatch(const std::string& request) override;
  void doubt(const std::string& request, std::function<void(std::string)> doubted) override;
  // Asked like a look. Done when the answer is a 2xx, 404 or 410 (there is nothing left to have an effect on), or a value; else
  // `unavailable`, saying what was answered.
  void send(const std::string& request, std::function<void(Result<>)> done) override;

 private:
  struct Look;
  struct Watch;

  void answer(const std::shared_ptr<Look>& look, flow::Answer answer);

  io::Loop& loop_;
  ProbesOptions options_;
  std::set<std::shared_ptr<Look>> looks_;
  std::map<std::string, std::shared_ptr<Watch>> watches_;
  std::array<std::unique_ptr<Source>, std::variant_size_v<wire::ProbeRequest>> sources_;  // by the index of the request
};

}  // namespace tamarack::probe
