// Looks at RabbitMQ. A queue: its oldest message, taken and given back (which marks it as redelivered, and may change its place when
// several consumers are there). An exchange: a queue of our own is bound to it from the first look or watch on, and the newest message
// that came is the answer; what was sent while the connection was lost is not seen. One thread and connection for each address and use.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "probe/probes.h"

namespace tamarack::probe {

class RabbitSource final : public Source {
 public:
  RabbitSource(io::Loop& loop, const ProbesOptions& options);
  ~RabbitSource() override;
  void ask(const std::string& text, const wire::ProbeRequest& request, Answered done) override;
  void watch(const std::string& text, const wire::ProbeRequest& request, Pushed pushed) override;
  void unwatch(const std::string& text) override;

 private:
  struct Looks;
  struct Consumer;
  struct Heard;
  Heard& hear(const std::string& text, const wire::RabbitProbe& probe);

  io::Loop& loop_;
  ProbesOptions options_;
  std::map<std::string, std::unique_ptr<Looks>> looks_;         // by address
  std::map<std::string, std::shared_ptr<Heard>> heard_;         // by text
  std::map<std::string, std::unique_ptr<Consumer>> consumers_;  // by address
};

}  // namespace tamarack::probe
