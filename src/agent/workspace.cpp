#include "agent/workspace.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/sha256.h"
#include "base/text.h"
#include "io/tree.h"

namespace tamarack::agent {
namespace {

constexpr std::string_view note_heading = "tamarack workspace 1";

std::string tree_of(const std::string& folder) {
  return folder + "/tree";
}
std::string complete_of(const std::string& folder) {
  return folder + "/complete";
}

// The project comes last: it is the only one that may hold anything.
Result<> write_note(const std::string& folder, const std::string& project, const std::string& setup_key, Instant used) {
  return io::write_file(folder + "/note",
                        fmt::format("{}\n{}\n{}\n{}", note_heading, to_ms(used), setup_key.empty() ? "-" : setup_key, project));
}

// A note that cannot be read says nothing: the folder is then the first to be used for something else.
WorkspaceFolder read_facts(const std::string& folder, const std::string& name) {
  WorkspaceFolder facts{.name = name};
  if (const Result<std::string> complete = io::read_file(complete_of(folder))) {
    const std::string id = complete->substr(0, complete->find('\n'));
    if (is_sha256(id)) facts.manifest_id = id;
  }
  const Result<std::string> note = io::read_file(folder + "/note", 1 << 20);
  if (!note) return facts;
  std::string_view rest = *note;
  std::string_view lines[3];
  for (std::string_view& line : lines) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return facts;
    line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
  }
  if (lines[0] != note_heading) return facts;
  facts.used_ms = parse_integer(lines[1]).value_or(0);
  if (is_sha256(lines[2])) facts.setup_key = lines[2];
  facts.project = rest;
  return facts;
}

std::set<std::string> read_kept(const std::string& folder) {
  const Result<std::string> text = io::read_file(folder + "/kept");
  std::set<std::string> kept;
  if (!text) return kept;
  for (std::string& path : split(*text, '\0')) kept.insert(std::move(path));
  kept.erase("");
  return kept;
}

// The id for whoever looks for this workspace, the hashes for whoever removes contents.
std::string complete_text(const domain::Manifest& manifest) {
  std::string text = domain::manifest_id(manifest) + "\n";
  for (const auto& [sha256, entry] : domain::contents_of(manifest)) text += sha256 + "\n";
  return text;
}

}  // namespace

Workspace::~Workspace() = default;

Result<> Workspace::setup_done() {
  std::string kept;
  for (const std::string& path : TRY(find_strays(manifest_, tree_))) kept += path + '\0';
  TRY_VOID(io::write_file(folder_ + "/kept", kept));
  TRY_VOID(write_note(folder_, project_, setup_key_, used_));  // last: it is what makes the list count
  setup_is_due_ = false;
  return {};
}

Result<std::vector<Workspaces::Folder>> Workspaces::look() {
  TRY_VOID(io::make_directories(settings_.folder));
  std::vector<Folder> folders;
  for (const std::string& name : TRY(io::list_directory(settings_.folder))) {
    const std::string path = settings_.folder + "/" + name;
    if (!parse_integer(name) || !io::is_directory(path)) continue;
    Folder folder{read_facts(path, name), nullptr};
    Result<std::unique_ptr<io::FileLock>> lock = io::FileLock::take(path + "/lock", "");
    folder.facts.is_free = lock.has_value();
    if (lock) folder.lock = std::move(*lock);
    folders.push_back(std::move(folder));
  }
  return folders;
}

Result<Workspaces::Folder> Workspaces::make_new(const std::vector<Folder>& others) {
  std::int64_t number = 1;
  for (const Folder& other : others) number = std::max(number, *parse_integer(other.facts.name) + 1);
  Folder folder{{.name = fmt::format("{}", number)}, nullptr};
  const std::string path = settings_.folder + "/" + folder.facts.name;
  TRY_VOID(io::make_folder(path));
  folder.lock = TRY(io::FileLock::take(path + "/lock", ""));
  return folder;
}

Result<Workspaces::Folder> Workspaces::take_folder(const WorkspaceWish& wish) {
  const std::lock_guard<std::mutex> guard(choosing_);
  std::vector<Folder> folders = TRY(look());
  std::vector<WorkspaceFolder> facts;
  for (const Folder& folder : folders) facts.push_back(folder.facts);
  const std::optional<std::string> chosen = choose_folder(facts, wish);
  const auto known = std::find_if(folders.begin(), folders.end(), [&](const Folder& folder) { return folder.facts.name == chosen; });
  if (known != folders.end()) return std::move(*known);  // the others are let go
  return make_new(folders);
}

Result<std::unique_ptr<Workspace>> Workspaces::prepare(const domain::Manifest& manifest, const WorkspaceOrder& order) {
  const WorkspaceWish wish{.project = order.project,
                           .setup_key = domain::setup_key(order.setup, manifest, settings_.platform),
                           .manifest_id = domain::manifest_id(manifest),
                           .folders_max = settings_.folders_max};
  Folder folder = TRY(take_folder(wish));
  std::unique_ptr<Workspace> workspace(new Workspace());
  workspace->folder_ = settings_.folder + "/" + folder.facts.name;
  workspace->tree_ = tree_of(workspace->folder_);
  workspace->project_ = order.project;
  workspace->setup_key_ = wish.setup_key;
  workspace->used_ = clock_.now();
  workspace->manifest_ = manifest;
  workspace->lock_ = std::move(folder.lock);
  const bool setup_is_good = !wish.setup_key.empty() && folder.facts.setup_key == wish.setup_key;
  workspace->setup_is_due_ = !wish.setup_key.empty() && !setup_is_good;
  TRY_VOID(fill(*workspace, manifest, order, setup_is_good));
  remove_old(folder.facts.name);
  return workspace;
}

// From the first line on the folder does not look complete, until the last one.
Result<> Workspaces::fill(Workspace& workspace, const domain::Manifest& manifest, const WorkspaceOrder& order, bool setup_is_good) {
  TRY_VOID(io::remove_entry(complete_of(workspace.folder_)));
  TRY_VOID(write_note(workspace.folder_, order.project, setup_is_good ? workspace.setup_key_ : "", workspace.used_));
  const UnpackTask task{.tree = workspace.tree_,
                        .stamps_file = workspace.folder_ + "/stamps",
                        .kept = setup_is_good ? read_kept(workspace.folder_) : std::set<std::string>{},
                        .go_on = order.go_on};
  Result<UnpackReport> report = unpack(manifest, contents_, task);
  if (!report && report.error().code == ErrorCode::io) {
    // A test may have taken rights away from a folder. Once more, with all of them.
    io::make_accessible(workspace.tree_);
    report = unpack(manifest, contents_, task);
  }
  if (!report) return report.error();
  workspace.report_ = *report;
  return io::write_file(complete_of(workspace.folder_), complete_text(manifest));
}

// What cannot be removed now is tried again at the next run; it must not fail this one.
void Workspaces::remove_old(const std::string& current) {
  const std::lock_guard<std::mutex> guard(choosing_);
  Result<std::vector<Folder>> folders = look();
  if (!folders) return;
  std::vector<WorkspaceFolder> facts;
  for (const Folder& folder : *folders) facts.push_back(folder.facts);
  for (const std::string& name : folders_to_remove(facts, settings_.folders_max)) {
    if (name == current) continue;
    const std::string path = settings_.folder + "/" + name;
    if (io::remove_entry(complete_of(path))) (void)io::remove_entry(path).has_value();
  }
}

Result<std::int64_t> Workspaces::remove_unneeded_contents(Millis age) {
  std::set<std::string> needed;
  for (const std::string& name : TRY(io::list_directory(settings_.folder))) {
    const Result<std::string> complete = io::read_file(complete_of(settings_.folder + "/" + name));
    if (!complete) continue;
    for (std::string& line : split_lines(*complete)) needed.insert(std::move(line));
  }
  return contents_.remove_unneeded(needed, age.count());
}

}  // namespace tamarack::agent
