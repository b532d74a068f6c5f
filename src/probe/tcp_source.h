// Whether something accepts connections: there, or not there. It is connected to and left again; nothing is said. No pushes.
#pragma once

#include <memory>

#include "io/loop.h"
#include "probe/probes.h"

namespace tamarack::probe {

class TcpSource final : public Source {
 public:
  TcpSource(io::Loop& loop, const ProbesOptions& options) : loop_(loop), options_(options) {}
  void ask(const std::string& text, const wire::ProbeRequest& request, Answered done) override;
  void watch(const std::string&, const wire::ProbeRequest&, Pushed) override {}
  void unwatch(const std::string&) override {}

 private:
  io::Loop& loop_;
  ProbesOptions options_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::probe
