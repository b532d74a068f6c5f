#include "agent/spool.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "base/text.h"
#include "io/files.h"

namespace tamarack::agent {
namespace {

constexpr std::size_t head_bytes_max = 64 << 10;
constexpr std::size_t file_read_max = 64 << 20;  // one message may be 16 MiB
constexpr std::size_t contents_read_max = 256 << 20;
constexpr std::size_t content_lines_spare = 256;  // more than this, and most of them settled: the list is written anew
constexpr std::string_view folder_prefix = "spool-";
constexpr std::string_view file_prefix = "messages-";
constexpr std::string_view file_suffix = ".jsonl";

std::optional<std::int64_t> number_of(std::string_view name) {
  if (!name.starts_with(file_prefix) || !name.ends_with(file_suffix)) return std::nullopt;
  name.remove_prefix(file_prefix.size());
  name.remove_suffix(file_suffix.size());
  return parse_integer(name);
}

void drop(const std::string& path) {
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
}

}  // namespace

Result<std::unique_ptr<Spool>> Spool::create(std::string folder, wire::SpoolHead head) {
  TRY_VOID(io::make_directories(folder));
  TRY_VOID(io::write_file(folder + "/session.json", wire::encode(head)));
  std::unique_ptr<Spool> spool(new Spool(std::move(folder), std::move(head)));
  spool->next_file();
  TRY_VOID(io::append_file(spool->path_of(spool->files_.back().number), ""));
  return spool;
}

Result<std::unique_ptr<Spool>> Spool::open(std::string folder) {
  const auto text = io::read_file(folder + "/session.json", head_bytes_max);
  // The head is written first and whole.
  if (!text) return make_error(text.error().code == ErrorCode::io ? ErrorCode::io : ErrorCode::corrupt, text.error().message);
  wire::SpoolHead head = TRY(wire::decode_spool_head(*text));
  std::unique_ptr<Spool> spool(new Spool(std::move(folder), std::move(head)));
  const auto names = TRY(io::list_directory(spool->folder_));
  for (const std::string& name : names)
    if (const auto number = number_of(name)) spool->files_.push_back({.number = *number});
  std::sort(spool->files_.begin(), spool->files_.end(), [](const File& a, const File& b) { return a.number < b.number; });
  spool->read_messages();
  if (const auto contents = io::read_file(spool->contents_path(), contents_read_max)) {
    spool->owed_ = wire::read_owed(*contents);
    spool->contents_bytes_ = contents->size();
    spool->content_lines_ = static_cast<std::size_t>(std::count(contents->begin(), contents->end(), '\n'));
    // A torn line would take the next one with it.
    if (!contents->empty() && !contents->ends_with('\n')) spool->note_content("\n");
  }
  return spool;
}

std::vector<std::string> Spool::find(const std::string& agent_folder) {
  std::vector<std::string> folders;
  const std::string runs = agent_folder + "/runs";
  for (const std::string& run : io::list_directory(runs).value_or(std::vector<std::string>{}))
    for (const std::string& name : io::list_directory(runs + "/" + run).value_or(std::vector<std::string>{}))
      if (name.starts_with(folder_prefix)) folders.push_back(fmt::format("{}/{}/{}", runs, run, name));
  return folders;
}

std::string Spool::path_of(std::int64_t file) const {
  return fmt::format("{}/{}{:06}{}", folder_, file_prefix, file, file_suffix);
}

void Spool::read_messages() {
  wire::SpooledMessages found;
  for (File& file : files_) {
    const auto text = io::read_file(path_of(file.number), file_read_max);
    if (!text) continue;
    wire::read_spooled(*text, file.number, found);
    file.bytes = text->size();
    file.last = found.messages.empty() ? found.acknowledged : found.messages.back().seq;
  }
  acknowledged_ = found.acknowledged;
  for (const wire::SpooledMessage& one : found.messages) places_[one.seq] = {one.file, one.at, one.bytes};
  // The last file may end in a torn line: nothing is written behind it.
  if (!files_.empty()) next_file();
}

void Spool::restore(wire::Outbox& outbox) {
  std::vector<wire::Outbox::Kept> kept;
  for (const auto& [seq, place] : places_) kept.push_back({seq, place.bytes});
  outbox.restore(*this, kept, acknowledged_);
}

// ---- messages

void Spool::next_file() {
  files_.push_back({.number = files_.empty() ? 1 : files_.back().number + 1});
}

bool Spool::keep(std::int64_t seq, const std::string& text) {
  if (files_.empty()) return false;
  if (files_.back().bytes > 0 && files_.back().bytes + text.size() > file_bytes_max) next_file();
  File& file = files_.back();
  const std::size_t at = file.bytes;
  if (!append(path_of(file.number), text + "\n", file.bytes)) {
    // Nothing may follow what could not be taken back.
    if (file.bytes != at) next_file();
    return false;
  }
  file.last = seq;
  places_[seq] = {file.number, at, text.size()};
  return true;
}

std::optional<std::string> Spool::text_of(std::int64_t seq) {
  const auto found = places_.find(seq);
  if (found == places_.end()) return std::nullopt;
  const Place& place = found->second;
  std::ifstream file(path_of(place.file), std::ios::binary);
  std::string text(place.bytes, '\0');
  file.seekg(static_cast<std::streamoff>(place.at));
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file || file.gcount() != static_cast<std::streamsize>(text.size())) return std::nullopt;
  return text;
}

void Spool::let_go(std::int64_t seq) {
  if (files_.empty()) return;
  acknowledged_ = std::max(acknowledged_, seq);
  places_.erase(places_.begin(), places_.upper_bound(seq));
  if (places_.empty() && files_.back().bytes > idle_bytes_max) next_file();
  File& newest = files_.back();
  if (!append(path_of(newest.number), wire::acknowledged_line(seq), newest.bytes)) return;
  // Only once the number is in a file that stays.
  while (files_.size() > 1 && files_.front().last <= acknowledged_) {
    drop(path_of(files_.front().number));
    files_.pop_front();
  }
}

void Spool::end_session() {
  for (const File& file : files_) drop(path_of(file.number));
  files_.clear();
  places_.clear();
}

// ---- stored files

void Spool::owe(const std::string& sha256) {
  if (owed_.insert(sha256).second) note_content(wire::owed_line(sha256));
}

void Spool::sent(const std::string& sha256) {
  if (owed_.erase(sha256) == 0) return;
  if (content_lines_ <= 2 * owed_.size() + content_lines_spare) return note_content(wire::sent_line(sha256));
  std::string lines;
  for (const std::string& one : owed_) lines += wire::owed_line(one);
  const auto written = io::write_file(contents_path(), lines);
  if (!written) return tell(written.error());
  contents_bytes_ = lines.size();
  content_lines_ = owed_.size();
}

void Spool::note_content(const std::string& line) {
  ++content_lines_;
  append(contents_path(), line, contents_bytes_);
}

void Spool::remove() {
  if (const auto removed = io::remove_tree(folder_); !removed) tell(removed.error());
  files_.clear();
  places_.clear();
  owed_.clear();
}

// ---- the disk

// What was written in part is taken back. `bytes` is the file's size, before and after.
bool Spool::append(const std::string& path, std::string_view text, std::size_t& bytes) {
  const auto written = io::append_file(path, text);
  if (written) {
    bytes += text.size();
    if (is_in_trouble_) tell(std::nullopt);
    return true;
  }
  std::error_code failed;
  if (std::filesystem::exists(path, failed) && std::filesystem::file_size(path, failed) != bytes) {
    std::filesystem::resize_file(path, bytes, failed);
    if (failed) bytes += text.size();
  }
  tell(written.error());
  return false;
}

void Spool::tell(const std::optional<Error>& error) {
  const bool is_news = error.has_value() != is_in_trouble_;
  is_in_trouble_ = error.has_value();
  if (is_news && on_trouble_) on_trouble_(error);
}

}  // namespace tamarack::agent
