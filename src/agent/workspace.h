// The workspaces of an agent: folders in which the files of a run are recreated, used again for the next run with only the differences
// written. Each is `NAME/tree` with its notes beside it: `complete` (the manifest's id, written last, taken away before anything is
// touched), `note` (project, last use, which setup went well), `kept` (what setup made) and `stamps` (hashes of unchanged files). A folder
// belongs to one run at a time. Blocking: call it in the background of the loop; several threads may. One process at a time per folder.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "agent/unpack.h"
#include "agent/workspace_choice.h"
#include "artifact/workspace/content_store.h"
#include "base/result.h"
#include "base/time.h"
#include "domain/manifest.h"
#include "domain/workspace_setup.h"
#include "io/files.h"

namespace tamarack::agent {

// A folder that is ready, held until this goes away.
class Workspace {
 public:
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  const std::string& tree() const { return tree_; }  // absolute: where the project's root is
  // [workspace] setup has to run in the tree before the tests do, and setup_done() to be called when it went well.
  bool setup_is_due() const { return setup_is_due_; }
  // What lies there now beside the manifest's files is what setup made, and stays when the folder is used again.
  Result<> setup_done();
  const UnpackReport& report() const { return report_; }

 private:
  friend class Workspaces;
  Workspace() = default;

  std::string folder_;
  std::string tree_;
  std::string project_;
  std::string setup_key_;
  bool setup_is_due_ = false;
  Instant used_;
  domain::Manifest manifest_;
  UnpackReport report_;
  std::unique_ptr<io::FileLock> lock_;
};

struct WorkspaceSettings {
  std::string folder;           // absolute; the workspaces lie in it
  std::size_t folders_max = 4;  // kept for the next runs; more exist only while they are all in use
  std::string platform;         // io::platform_name()
};

struct WorkspaceOrder {
  std::string project;
  domain::SetupRule setup;
  std::function<bool()> go_on;  // asked before every step; false: stop with `cancelled`. May be empty
};

class Workspaces {
 public:
  Workspaces(WorkspaceSettings settings, artifact::ContentStore& contents, const Clock& clock)
      : settings_(std::move(settings)), contents_(contents), clock_(clock) {}

  // A folder with exactly these files (and what setup made of them before, if it is still good). The manifest has no problems, and its
  // contents are here (ContentStore::missing). Removes folders beyond folders_max. Errors as unpack(); the folder is then unfinished and
  // used again later.
  Result<std::unique_ptr<Workspace>> prepare(const domain::Manifest& manifest, const WorkspaceOrder& order);

  // Contents that no folder holds and that have been here for longer than `age`. Returns the bytes that became free. Not while a
  // manifest's contents are on their way, unless `age` is longer than that takes.
  Result<std::int64_t> remove_unneeded_contents(Millis age);

 private:
  struct Folder {
    WorkspaceFolder facts;
    std::unique_ptr<io::FileLock> lock;
  };
  Result<Folder> take_folder(const WorkspaceWish& wish);
  Result<std::vector<Folder>> look();
  Result<Folder> make_new(const std::vector<Folder>& others);
  Result<> fill(Workspace& workspace, const domain::Manifest& manifest, const WorkspaceOrder& order, bool setup_is_good);
  void remove_old(const std::string& current);

  WorkspaceSettings settings_;
  artifact::ContentStore& contents_;
  const Clock& clock_;
  std::mutex choosing_;  // whoever looks holds every lock for a moment, and would seem to work in all folders
};

}  // namespace tamarack::agent
