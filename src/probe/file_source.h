// Looks at a file: its content, or not there. Something else of this name (a folder, a socket) is there, and empty. inotify pushes.
#pragma once

#include <map>
#include <memory>

#include "io/loop.h"
#include "probe/folder_watches.h"
#include "probe/source.h"

namespace tamarack::probe {

class FileSource final : public Source {
 public:
  FileSource(io::Loop& loop, std::shared_ptr<FolderWatches> folders) : loop_(loop), folders_(std::move(folders)) {}
  ~FileSource() override;
  void ask(const std::string& text, const wire::ProbeRequest& request, Answered done) override;
  void watch(const std::string& text, const wire::ProbeRequest& request, Pushed pushed) override;
  void unwatch(const std::string& text) override;

 private:
  io::Loop& loop_;
  std::shared_ptr<FolderWatches> folders_;
  std::map<std::string, std::uint64_t> watches_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::probe
