#include "artifact/workspace/git_files.h"

#include <fmt/format.h>

#include <memory>

#include "base/text.h"
#include "domain/manifest.h"
#include "io/files.h"
#include "io/process.h"

namespace tamarack::artifact {
namespace {

constexpr Millis patience{120'000};
constexpr std::size_t listing_bytes_max = 256ULL << 20;
constexpr std::size_t repositories_max = 1'000;
constexpr std::string_view gitlink_mode = "160000";

bool lies_in_repository(std::string folder) {
  while (true) {
    if (io::exists(folder + "/.git")) return true;
    const std::string above = io::parent_path(folder);
    if (above == folder || above.empty()) return false;
    folder = above;
  }
}

std::string first_line(const std::string& text) {
  const std::vector<std::string> lines = split_lines(text);
  return lines.empty() ? "no message" : to_valid_utf8(lines.front());
}

using Done = std::function<void(Result<std::optional<std::vector<GitFile>>>)>;

// One repository after the other, the innermost last.
class Listing : public std::enable_shared_from_this<Listing> {
 public:
  Listing(io::Loop& loop, std::string root, Done done) : loop_(loop), root_(std::move(root)), done_(std::move(done)) {}

  void ask(const std::string& prefix) {
    // A git hook that starts Tamarack hands down its own repository and index.
    const std::vector<std::string> argv{
        "env", "-u", "GIT_DIR", "-u", "GIT_WORK_TREE", "-u", "GIT_INDEX_FILE", "git", "ls-files", "-c", "-o", "-t", "--exclude-standard",
        "-s",  "-z"};
    io::run_process(loop_, {.argv = argv, .env = {{"LC_ALL", "C"}}, .directory = root_ + (prefix.empty() ? "" : "/" + prefix)}, patience,
                    listing_bytes_max,
                    [self = shared_from_this(), prefix](Result<io::Finished> finished) { self->heard(prefix, std::move(finished)); });
  }

 private:
  void heard(const std::string& prefix, Result<io::Finished> finished) {
    if (!finished) return done_(std::move(finished).error());
    if (finished->timed_out || finished->output_was_cut || finished->status.code != 0) return failed(prefix, *finished);
    Result<GitListing> listing = parse_git_listing(finished->output);
    if (!listing) return done_(std::move(listing).error());
    const std::string above = prefix.empty() ? "" : prefix + "/";
    for (GitFile& file : listing->files) files_.push_back({above + file.path, file.origin});
    for (const std::string& repository : listing->repositories)
      if (io::exists(root_ + "/" + above + repository + "/.git")) waiting_.push_back(above + repository);  // else it is not checked out
    asked_ += 1;
    if (waiting_.empty()) return done_(std::optional(std::move(files_)));
    if (asked_ > repositories_max)
      return done_(
          make_error(ErrorCode::limit_exceeded, fmt::format("more than {} git repositories inside of each other", repositories_max)));
    const std::string next = std::move(waiting_.back());
    waiting_.pop_back();
    ask(next);
  }

  void failed(const std::string& prefix, const io::Finished& finished) {
    const bool is_none = finished.status.code == 128 && finished.errput.find("not a git repository") != std::string::npos;
    const bool is_missing = finished.status.code == 127;
    if (prefix.empty() && (is_none || (is_missing && !lies_in_repository(root_)))) return done_(std::optional<std::vector<GitFile>>{});
    const std::string folder = domain::quoted_path(prefix.empty() ? root_ : root_ + "/" + prefix);
    if (is_missing)
      return done_(make_error(ErrorCode::unavailable, fmt::format("{} is in a git repository, but git cannot be started", folder),
                              "install git: it knows which files are ignored and must stay here"));
    const std::string reason = finished.timed_out        ? "it took longer than two minutes"
                               : finished.output_was_cut ? "its list of files is too long"
                                                         : first_line(finished.errput);
    done_(
        make_error(ErrorCode::unavailable, fmt::format("git cannot list the files of {}: {}", folder, reason), "try there: git ls-files"));
  }

  io::Loop& loop_;
  std::string root_;
  Done done_;
  std::vector<GitFile> files_;
  std::vector<std::string> waiting_;
  std::size_t asked_ = 0;
};

}  // namespace

// "H 100644 HASH 0\tpath\0" for what git tracks, "? path\0" for what it does not.
Result<GitListing> parse_git_listing(std::string_view bytes) {
  GitListing listing;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\0');
    std::string_view line = bytes.substr(0, end);
    if (end == std::string_view::npos || line.size() < 3 || line[1] != ' ')
      return make_error(ErrorCode::corrupt, "git lists its files in a form that is not known here");
    bytes.remove_prefix(end + 1);
    const bool is_new = line.front() == '?';
    line.remove_prefix(2);
    bool is_repository = line.ends_with('/');
    if (!is_new) {
      const std::size_t tab = line.find('\t');
      if (tab == std::string_view::npos) return make_error(ErrorCode::corrupt, "git lists its files in a form that is not known here");
      is_repository = line.starts_with(gitlink_mode);
      line.remove_prefix(tab + 1);
    }
    while (line.ends_with('/')) line.remove_suffix(1);
    if (is_repository)
      listing.repositories.emplace_back(line);
    else
      listing.files.push_back({std::string(line), is_new ? domain::FileOrigin::untracked : domain::FileOrigin::tracked});
  }
  return listing;
}

void list_git_files(io::Loop& loop, const std::string& root, Done done) {
  std::make_shared<Listing>(loop, root, std::move(done))->ask("");
}

}  // namespace tamarack::artifact
