// Looks by a command of a shell: its output when it ends with 0, not there when it ends with 1, else no answer. It is killed with
// everything it started when the look is over. No pushes.
#pragma once

#include <map>
#include <memory>

#include "io/process.h"
#include "probe/probes.h"

namespace tamarack::probe {

class CommandSource final : public Source {
 public:
  CommandSource(io::Loop& loop, const ProbesOptions& options) : loop_(loop), options_(options) {}
  void ask(const std::string& text, const wire::ProbeRequest& request, Answered done) override;
  void watch(const std::string&, const wire::ProbeRequest&, Pushed) override {}
  void unwatch(const std::string&) override {}

 private:
  struct Run;
  void ended(std::uint64_t number, const io::ExitStatus& status);

  io::Loop& loop_;
  ProbesOptions options_;
  std::map<std::uint64_t, std::shared_ptr<Run>> runs_;  // dropping one kills its tree
  std::uint64_t last_number_ = 0;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::probe
