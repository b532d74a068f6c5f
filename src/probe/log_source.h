// Looks at a log: the newest whole line that matches. Of a log that is there at the first look only the last 16 MiB are read; from then on
// every byte is read once, across truncation and rotation (by rename), for as long as the request is watched. inotify pushes.
#pragma once

#include <list>
#include <map>
#include <memory>

#include "io/loop.h"
#include "probe/folder_watches.h"
#include "probe/source.h"

namespace tamarack::probe {

class LogSource final : public Source {
 public:
  LogSource(io::Loop& loop, std::shared_ptr<FolderWatches> folders) : loop_(loop), folders_(std::move(folders)) {}
  ~LogSource() override;
  void ask(const std::string& text, const wire::ProbeRequest& request, Answered done) override;
  void watch(const std::string& text, const wire::ProbeRequest& request, Pushed pushed) override;
  void unwatch(const std::string& text) override;

 private:
  struct Log;
  void read_on(const std::shared_ptr<Log>& log);
  void tell(Log& log, const flow::Answer& answer);

  io::Loop& loop_;
  std::shared_ptr<FolderWatches> folders_;
  std::map<std::string, std::shared_ptr<Log>> logs_;
  std::map<std::string, std::uint64_t> watches_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::probe
