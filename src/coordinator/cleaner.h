// Keeps a server's folder from growing for ever: removes what retention.h says, and the files that nobody needs any more. A pass goes in
// steps of a few milliseconds, each on the lane of its store, so that runs and readers in between hardly notice. On the loop, but for the
// steps.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "artifact/blob_store.h"
#include "coordinator/retention.h"
#include "io/lane.h"
#include "store/store.h"

namespace tamarack::coordinator {

struct CleanerSettings {
  RetentionRules rules;
  Millis first_after{10'000};
  Millis interval{3600'000};
};

// A run that somebody works on, and the files that its agents fetch.
struct RunAtWork {
  domain::RunId run;
  std::string project;
  std::string workspace;  // SHA-256 of its manifest
  std::string listing;    // SHA-256; empty: none
};

struct CleanerCallbacks {
  std::function<std::vector<RunAtWork>()> at_work;
  std::function<void(const std::string&)> say;  // one line for the log
};

struct CleanerCounts {
  std::uint64_t runs_removed = 0;
  std::uint64_t bytes_freed = 0;
  std::uint64_t bytes_held = 0;  // of all projects, as far as counted
};

class Cleaner {
 public:
  // `data` is touched on `reading`, `journal` on `writing`. All outlive it; the lanes are closed before.
  Cleaner(io::Loop& loop, const Clock& clock, store::Store& data, io::Lane& reading, store::Store& journal, io::Lane& writing,
          artifact::BlobStore& blobs, CleanerSettings settings, CleanerCallbacks callbacks);
  ~Cleaner();

  // Passes begin, and go on until it is destroyed.
  void begin();
  // Begins a pass now, or after the one that goes on; `done` when that is over.
  void clean(io::Callback done);

  // Whether a project may send so many bytes more; how many it has is not known before the first pass has counted them. When it may not, a
  // pass begins soon.
  bool has_room(const std::string& project, std::uint64_t bytes);
  void stored(const std::string& project, std::uint64_t bytes);
  const RetentionRules& rules() const { return settings_.rules; }
  CleanerCounts counts() const;

 private:
  struct Pass;
  void next_after(Millis delay);
  void choose(const std::shared_ptr<Pass>& pass);
  void hide(const std::shared_ptr<Pass>& pass);
  void clear(const std::shared_ptr<Pass>& pass);
  void gather_needed(const std::shared_ptr<Pass>& pass);
  void next_slice(const std::shared_ptr<Pass>& pass);
  void sweep(const std::shared_ptr<Pass>& pass, std::vector<artifact::HeldBlob> held);
  void end_project(const std::shared_ptr<Pass>& pass);
  void end(const std::shared_ptr<Pass>& pass);
  void fail(const std::shared_ptr<Pass>& pass, const Error& error);
  // On a lane, or beside the loop; `then` on the loop, while this is here.
  void on(io::Lane& lane, io::Callback work, io::Callback then);
  void beside(io::Callback work, io::Callback then);

  io::Loop& loop_;
  const Clock& clock_;
  store::Store& data_;
  io::Lane& reading_;
  store::Store& journal_;
  io::Lane& writing_;
  artifact::BlobStore& blobs_;
  CleanerSettings settings_;
  CleanerCallbacks callbacks_;
  std::map<std::string, std::uint64_t> bytes_;   // by project, once it was counted
  std::map<std::string, std::uint64_t> stored_;  // while a pass goes on
  std::vector<io::Callback> waiting_;            // for the end of a pass
  bool passing_ = false;
  Instant ended_;  // the last pass
  CleanerCounts counts_;
  io::Timer timer_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::coordinator
