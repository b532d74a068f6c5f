#include "artifact/workspace/hash_cache.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <charconv>
#include <cstdio>
#include <memory>

#include "base/sha256.h"
#include "domain/manifest.h"
#include "io/files.h"

namespace tamarack::artifact {
namespace {

constexpr std::string_view heading = "tamarack hashes 1\n";
constexpr std::string_view ending = "end\n";
constexpr std::int64_t second_ns = 1'000'000'000;
// Clocks of file systems tick every 1 to 10 ms and may lag behind by as much; those without fractions tick every second or two.
constexpr std::int64_t tick_ns = 50'000'000;
constexpr std::int64_t coarse_tick_ns = 3 * second_ns;
constexpr int reads_max = 3;

bool may_change_unseen(const io::EntryLook& look, std::int64_t now_ns) {
  const bool is_coarse = look.changed_ns % second_ns == 0;
  return look.changed_ns > now_ns - (is_coarse ? coarse_tick_ns : tick_ns);
}

// The number up to `end`, which is taken off too.
template <class T>
bool take_number(std::string_view& text, char end, T& number) {
  const auto [stop, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status != std::errc{} || stop == text.data() + text.size() || *stop != end) return false;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()) + 1);
  return true;
}

bool take_text(std::string_view& text, std::size_t length, std::string& out) {
  if (text.size() <= length) return false;
  out = text.substr(0, length);
  text.remove_prefix(length + 1);  // and what separates it from the next
  return true;
}

}  // namespace

Result<std::string> sha256_of_file(const std::string& path) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), std::fclose);
  if (!file) {
    const ErrorCode code = io::exists(path) ? ErrorCode::io : ErrorCode::not_found;
    return make_error(code, fmt::format("cannot read {}", domain::quoted_path(path)), code == ErrorCode::io ? "check the permissions" : "");
  }
  std::setvbuf(file.get(), nullptr, _IONBF, 0);
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> digest(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);  // looking it up costs more than hashing a small file
  EVP_DigestInit_ex(digest.get(), sha256, nullptr);
  thread_local std::string buffer(1 << 18, '\0');
  for (std::size_t count = std::fread(buffer.data(), 1, buffer.size(), file.get()); count > 0;
       count = std::fread(buffer.data(), 1, buffer.size(), file.get()))
    EVP_DigestUpdate(digest.get(), buffer.data(), count);
  if (std::ferror(file.get()) != 0) return make_error(ErrorCode::io, fmt::format("cannot read {}", domain::quoted_path(path)));
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  EVP_DigestFinal_ex(digest.get(), bytes, &length);
  std::string hex;
  for (unsigned int i = 0; i < length; ++i) hex += fmt::format("{:02x}", bytes[i]);
  return hex;
}

HashCache HashCache::load(const std::string& file) {
  HashCache cache;
  const Result<std::string> text = io::read_file(file);
  if (text && !parse(*text, cache)) cache.entries_.clear();
  return cache;
}

// "SIZE MODIFIED CHANGED INODE SHA256 LENGTH:PATH\n" for each file.
bool HashCache::parse(std::string_view text, HashCache& cache) {
  if (!text.starts_with(heading)) return false;
  text.remove_prefix(heading.size());
  while (text != ending) {
    Entry entry;
    std::size_t length = 0;
    std::string path;
    const bool is_whole = take_number(text, ' ', entry.size) && take_number(text, ' ', entry.modified_ns) &&
                          take_number(text, ' ', entry.changed_ns) && take_number(text, ' ', entry.inode) &&
                          take_text(text, 64, entry.sha256) && is_sha256(entry.sha256) && take_number(text, ':', length) &&
                          take_text(text, length, path);
    if (!is_whole) return false;
    cache.entries_.emplace(std::move(path), std::move(entry));
  }
  return true;
}

Result<> HashCache::save(const std::string& file) const {
  std::string text(heading);
  for (const auto& [path, entry] : entries_)
    fmt::format_to(std::back_inserter(text), "{} {} {} {} {} {}:{}\n", entry.size, entry.modified_ns, entry.changed_ns, entry.inode,
                   entry.sha256, path.size(), path);
  text += ending;
  return io::write_file(file, text);
}

std::string HashCache::known(const std::string& path, const io::EntryLook& look) const {
  const auto found = entries_.find(path);
  if (found == entries_.end()) return {};
  const Entry& entry = found->second;
  const bool same =
      entry.size == look.size && entry.modified_ns == look.modified_ns && entry.changed_ns == look.changed_ns && entry.inode == look.inode;
  return same ? entry.sha256 : std::string{};
}

void HashCache::learn(const std::string& path, const io::EntryLook& look, const std::string& sha256) {
  changed_ = true;
  if (may_change_unseen(look, io::wall_clock_ns())) {
    entries_.erase(path);
    return;
  }
  entries_[path] = {look.size, look.modified_ns, look.changed_ns, look.inode, sha256, true};
}

Result<std::string> HashCache::hash(const std::string& root, const std::string& path, io::EntryLook& look) {
  if (std::string sha256 = known(path, look); !sha256.empty()) {
    entries_.at(path).touched = true;
    return sha256;
  }
  const std::string file = root + "/" + path;
  for (int reads = 0; reads < reads_max; ++reads) {
    std::string sha256 = TRY(sha256_of_file(file));
    ++files_read_;
    bytes_read_ += look.size;
    const std::optional<io::EntryLook> after = TRY(io::look_at_entry(file));
    if (!after || after->kind != io::EntryKind::file)
      return make_error(ErrorCode::conflict, fmt::format("{} went away while it was read", domain::quoted_path(path)));
    if (*after == look) {
      learn(path, look, sha256);
      return sha256;
    }
    look = *after;
  }
  return make_error(ErrorCode::conflict, fmt::format("{} changes while it is read", domain::quoted_path(path)),
                    "stop what writes to it, or leave it out: [workspace] exclude");
}

void HashCache::forget_untouched() {
  const std::size_t forgotten = std::erase_if(entries_, [](const auto& one) { return !one.second.touched; });
  changed_ = changed_ || forgotten > 0;
}

}  // namespace tamarack::artifact
