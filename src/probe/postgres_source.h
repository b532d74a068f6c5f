// Looks at PostgreSQL: the first row of a query. Each address has one connection for looks, one look at a time, and one for LISTEN where
// somebody wants it; both live on threads of their own and are made again when they are lost.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "probe/probes.h"

namespace tamarack::probe {

class PostgresSource final : public Source {
 public:
  PostgresSource(io::Loop& loop, const ProbesOptions& options);
  ~PostgresSource() override;
  void ask(const std::string& text, const wire::ProbeRequest& request, Answered done) override;
  void watch(const std::string& text, const wire::ProbeRequest& request, Pushed pushed) override;
  void unwatch(const std::string& text) override;

 private:
  struct Looks;
  struct Listener;
  struct Watch {
    std::string url;
    std::string channel;
    Pushed pushed;
  };
  void heard(const std::string& url, const std::string& channel);

  io::Loop& loop_;
  ProbesOptions options_;
  std::map<std::string, Watch> watches_;                        // by text
  std::map<std::string, std::unique_ptr<Looks>> looks_;         // by address
  std::map<std::string, std::unique_ptr<Listener>> listeners_;  // by address
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::probe
