#include "coordinator/cleaner.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "io/files.h"
#include "wire/manifest.h"

namespace tamarack::coordinator {
namespace {

constexpr int entries_per_step = 2'000;
constexpr Millis soon{60'000};  // the next pass, where one was not enough
constexpr Millis breath{2};     // between two steps of removal
constexpr std::size_t named_max = 3;

using Needed = std::map<std::string, std::set<std::string>>;  // by project: hashes

// The manifest, what is in it, and the listing. One that cannot be read has nothing that could be kept for it.
void add_workspace(artifact::BlobStore& blobs, const RunAtWork& run, Needed& needed) {
  std::set<std::string>& hashes = needed[run.project];
  for (const std::string& one : {run.workspace, run.listing})
    if (!one.empty()) hashes.insert(one);
  const auto path = blobs.locate(run.project, run.workspace);
  const auto text = path ? io::read_file(*path, wire::manifest_bytes_max) : Result<std::string>(path.error());
  const auto manifest = text ? wire::decode_manifest(*text) : Result<domain::Manifest>(text.error());
  if (!manifest) return;
  for (const auto& [sha256, entry] : domain::contents_of(*manifest)) hashes.insert(sha256);
}

}  // namespace

struct Cleaner::Pass {
  std::vector<RemovableRun> going;
  std::size_t hidden = 0;  // of them
  std::vector<RunAtWork> workspaces;
  Needed needed;
  std::vector<std::string> projects;
  std::size_t project = 0;
  int slice = 0;
  std::uint64_t bytes = 0;  // of the project, so far
  std::uint64_t freed = 0;
};

Cleaner::Cleaner(io::Loop& loop, const Clock& clock, store::Store& data, io::Lane& reading, store::Store& journal, io::Lane& writing,
                 artifact::BlobStore& blobs, CleanerSettings settings, CleanerCallbacks callbacks)
    : loop_(loop),
      clock_(clock),
      data_(data),
      reading_(reading),
      journal_(journal),
      writing_(writing),
      blobs_(blobs),
      settings_(settings),
      callbacks_(std::move(callbacks)) {}

Cleaner::~Cleaner() = default;

void Cleaner::begin() {
  next_after(settings_.first_after);
}

void Cleaner::next_after(Millis delay) {
  timer_ = loop_.after(delay, [this] { clean(nullptr); });
}

void Cleaner::on(io::Lane& lane, io::Callback work, io::Callback then) {
  lane.run(std::move(work), [then = std::move(then), alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) then();
  });
}

void Cleaner::beside(io::Callback work, io::Callback then) {
  loop_.background(std::move(work), [then = std::move(then), alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) then();
  });
}

void Cleaner::clean(io::Callback done) {
  if (done) waiting_.push_back(std::move(done));
  if (std::exchange(passing_, true)) return;
  stored_.clear();
  choose(std::make_shared<Pass>());
}

// ---- runs

void Cleaner::choose(const std::shared_ptr<Pass>& pass) {
  auto runs = std::make_shared<Result<std::vector<store::AskedRun>>>(std::vector<store::AskedRun>{});
  on(
      reading_, [this, runs] { *runs = data_.retention().asked_runs(); },
      [this, pass, runs] {
        if (!*runs) return fail(pass, runs->error());
        pass->going = runs_to_remove(**runs, bytes_, settings_.rules, clock_.now());
        // One that has its verdict may still wait for its last artifacts.
        pass->workspaces = callbacks_.at_work();
        std::erase_if(pass->going, [&](const RemovableRun& one) {
          return std::any_of(pass->workspaces.begin(), pass->workspaces.end(),
                             [&](const RunAtWork& other) { return other.run == one.run; });
        });
        hide(pass);
      });
}

void Cleaner::hide(const std::shared_ptr<Pass>& pass) {
  if (pass->hidden == pass->going.size()) return clear(pass);
  auto outcome = std::make_shared<Result<>>();
  on(
      writing_,
      [this, outcome, run = pass->going[pass->hidden].run, now = clock_.now()] { *outcome = journal_.retention().hide_run(run, now); },
      [this, pass, outcome] {
        if (!*outcome && outcome->error().code != ErrorCode::not_found) return fail(pass, outcome->error());
        ++pass->hidden;
        ++counts_.runs_removed;
        hide(pass);
      });
}

// Also what an earlier server was killed over.
void Cleaner::clear(const std::shared_ptr<Pass>& pass) {
  auto left = std::make_shared<Result<bool>>(false);
  on(
      writing_, [this, left] { *left = journal_.retention().clear_hidden(entries_per_step); },
      [this, pass, left] {
        if (!*left) return fail(pass, left->error());
        if (!**left) return gather_needed(pass);
        timer_ = loop_.after(breath, [this, pass] { clear(pass); });
      });
}

// ---- files

// Those of runs at work, and those of the newest run of each project: its configuration says what is quarantined.
void Cleaner::gather_needed(const std::shared_ptr<Pass>& pass) {
  auto failed = std::make_shared<Result<>>();
  on(
      reading_,
      [this, pass, failed] {
        const auto projects = data_.projects();
        if (!projects) {
          *failed = projects.error();
          return;
        }
        for (const store::ProjectRow& row : *projects) {
          const auto newest = data_.newest_workspace(row.project);
          if (!newest) *failed = newest.error();
          if (newest && *newest) pass->workspaces.push_back({(*newest)->run, row.project, (*newest)->workspace, {}});
        }
      },
      [this, pass, failed] {
        if (!*failed) return fail(pass, failed->error());
        beside(
            [&blobs = blobs_, pass] {
              for (const RunAtWork& run : pass->workspaces) add_workspace(blobs, run, pass->needed);
              pass->projects = blobs.projects();
            },
            [this, pass] { next_slice(pass); });
      });
}

void Cleaner::next_slice(const std::shared_ptr<Pass>& pass) {
  if (pass->project == pass->projects.size()) return end(pass);
  if (pass->slice == artifact::BlobStore::slices) return end_project(pass);
  auto held = std::make_shared<Result<std::vector<artifact::HeldBlob>>>(std::vector<artifact::HeldBlob>{});
  beside([&blobs = blobs_, held, project = pass->projects[pass->project], slice = pass->slice++] { *held = blobs.list(project, slice); },
         [this, pass, held] {
           if (!*held) return fail(pass, held->error());
           for (const artifact::HeldBlob& blob : **held) pass->bytes += static_cast<std::uint64_t>(blob.bytes);
           sweep(pass, std::move(**held));
         });
}

// What no run refers to, no workspace needs and nobody has used for a while.
void Cleaner::sweep(const std::shared_ptr<Pass>& pass, std::vector<artifact::HeldBlob> held) {
  const std::string& project = pass->projects[pass->project];
  const std::set<std::string>& needed = pass->needed[project];
  const std::uint64_t limit = settings_.rules.artifacts_max;
  const auto known = bytes_.find(project);
  const bool is_full = limit > 0 && known != bytes_.end() && known->second > limit - limit / 10;
  const Millis quiet = unused_kept(settings_.rules, is_full);
  std::erase_if(held, [&](const artifact::HeldBlob& blob) { return blob.unused < quiet || needed.contains(blob.sha256); });
  if (held.empty()) return next_slice(pass);
  auto hashes = std::make_shared<std::vector<std::string>>();
  for (const artifact::HeldBlob& blob : held) hashes->push_back(blob.sha256);
  auto used = std::make_shared<Result<std::set<std::string>>>(std::set<std::string>{});
  on(
      reading_, [this, project, hashes, used] { *used = data_.retention().artifacts_in_use(project, *hashes); },
      [this, pass, project, quiet, used, held = std::move(held)] {
        if (!*used) return fail(pass, used->error());
        auto freed = std::make_shared<std::uint64_t>(0);
        beside(
            [&blobs = blobs_, project, quiet, used, held, freed] {
              for (const artifact::HeldBlob& blob : held) {
                if ((*used)->contains(blob.sha256)) continue;
                const auto gone = blobs.remove_unused(project, blob.sha256, quiet);
                if (gone && *gone) *freed += static_cast<std::uint64_t>(blob.bytes);
              }
            },
            [this, pass, freed] {
              pass->bytes -= std::min(pass->bytes, *freed);
              pass->freed += *freed;
              counts_.bytes_freed += *freed;
              next_slice(pass);
            });
      });
}

void Cleaner::end_project(const std::shared_ptr<Pass>& pass) {
  const std::string project = pass->projects[pass->project++];
  auto uploads = std::make_shared<Result<std::int64_t>>(0);
  beside([&blobs = blobs_, project, uploads, quiet = settings_.rules.uploads_kept] { *uploads = blobs.clear_uploads(project, quiet); },
         [this, pass, project, uploads] {
           if (!*uploads) return fail(pass, uploads->error());
           bytes_[project] = pass->bytes + static_cast<std::uint64_t>(**uploads) + stored_[project];
           pass->bytes = 0;
           pass->slice = 0;
           next_slice(pass);
         });
}

void Cleaner::end(const std::shared_ptr<Pass>& pass) {
  if (!pass->going.empty() || pass->freed > 0) {
    std::vector<std::string> named;
    for (const RemovableRun& one : pass->going)
      if (named.size() < named_max) named.push_back(fmt::format("{} ({}, {})", one.run.value, one.project, one.why));
    if (pass->going.size() > named_max) named.push_back(fmt::format("and {} more", pass->going.size() - named_max));
    callbacks_.say(fmt::format("retention: removed {}{}{}, {} freed", count_of(std::ssize(pass->going), "run"), named.empty() ? "" : ": ",
                               join(named, ", "), human_bytes(pass->freed)));
  }
  const std::uint64_t limit = settings_.rules.artifacts_max;
  const bool is_full = limit > 0 && std::any_of(bytes_.begin(), bytes_.end(), [&](const auto& project) { return project.second > limit; });
  // The first pass learns what there is; what it is too much of goes with the next one.
  const bool made_way = !pass->going.empty() || pass->freed > 0;
  passing_ = false;
  ended_ = clock_.now();
  next_after(is_full && made_way ? std::min(soon, settings_.interval) : settings_.interval);
  for (const io::Callback& done : std::exchange(waiting_, {})) done();
}

// The next pass may do better: nothing that was done has to be undone.
void Cleaner::fail(const std::shared_ptr<Pass>& pass, const Error& error) {
  callbacks_.say("retention: " + error.message);
  pass->going.clear();
  pass->freed = 0;
  end(pass);
}

// ---- room

bool Cleaner::has_room(const std::string& project, std::uint64_t bytes) {
  const std::uint64_t limit = settings_.rules.artifacts_max;
  const auto known = bytes_.find(project);
  if (limit == 0 || (known == bytes_.end() ? 0 : known->second) + bytes <= limit) return true;
  if (!passing_) next_after(std::max(breath, std::min(soon, settings_.interval) - (clock_.now() - ended_)));
  return false;
}

void Cleaner::stored(const std::string& project, std::uint64_t bytes) {
  bytes_[project] += bytes;
  stored_[project] += bytes;
}

CleanerCounts Cleaner::counts() const {
  CleanerCounts counts = counts_;
  for (const auto& [project, bytes] : bytes_) counts.bytes_held += bytes;
  return counts;
}

}  // namespace tamarack::coordinator
