#include "agent/artifact_keeper.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "io/files.h"
#include "io/tree_watch.h"

namespace tamarack::agent {

ArtifactKeeper::ArtifactKeeper(io::Loop& loop, std::shared_ptr<artifact::ArtifactStore> store, ArtifactBudget& budget,
                               std::string attempt_dir, Callbacks callbacks)
    : loop_(loop), store_(std::move(store)), budget_(budget), attempt_dir_(std::move(attempt_dir)), callbacks_(std::move(callbacks)) {}

void ArtifactKeeper::reported(domain::TestIndex test, int retry, domain::Attachment attachment, const std::string& body) {
  if (attachment.path.empty() && body.empty()) return;
  if (!body.empty()) {
    attachment.path = fmt::format("{}/inline-{}", attempt_dir_, ++bodies_);
    if (!io::write_file(attachment.path, body)) return;
  }
  if (!reported_.insert({test, retry, attachment.name, attachment.path}).second) return;
  told_paths_.insert({test, retry, attachment.path});
  ++pending_reported_;
  store(std::move(attachment), [this, test, retry](domain::Attachment stored) {
    --pending_reported_;
    if (!found_hashes_.contains({test, retry, stored.sha256})) {
      if (!stored.sha256.empty()) told_hashes_.insert({test, retry, stored.sha256});
      callbacks_.on_fact(ArtifactKept{test, retry, std::move(stored)});
    }
    tell_found();
  });
}

void ArtifactKeeper::found(domain::TestIndex test, int retry, domain::Attachment attachment) {
  attachment.content_type = content_type_of(attachment.path);
  store(std::move(attachment), [this, test, retry](domain::Attachment stored) {
    found_.push_back({test, retry, std::move(stored)});
    tell_found();
  });
}

void ArtifactKeeper::test_ended(domain::TestIndex test) {
  in_flight_.erase(test);
  tell_found();
}

void ArtifactKeeper::tell_found() {
  if (pending_reported_ > 0) return;  // what is being stored may be the same bytes
  std::vector<ArtifactKept> later;
  for (ArtifactKept& one : std::exchange(found_, {})) {
    if (in_flight_.contains(one.test)) {
      later.push_back(std::move(one));
      continue;
    }
    const Key hash{one.test, one.retry, one.attachment.sha256};
    if (told_paths_.contains({one.test, one.retry, one.attachment.path})) continue;
    if (!one.attachment.sha256.empty() && !told_hashes_.insert(hash).second) continue;
    if (!one.attachment.sha256.empty()) found_hashes_.insert(hash);
    callbacks_.on_fact(one);
  }
  for (ArtifactKept& one : later) found_.push_back(std::move(one));
}

// One that could not be stored is told too, without a hash: the report says that it is missing.
void ArtifactKeeper::store(domain::Attachment attachment, std::function<void(domain::Attachment)> done) {
  ++pending_;
  auto kept = std::make_shared<Result<artifact::Stored>>(make_error(ErrorCode::limit_exceeded, "not stored"));
  const bool wanted = has_room(attachment);
  const std::int64_t reserved = wanted ? attachment.size : 0;
  const std::string file = attachment.path;  // both callbacks are made in an order nobody promises
  loop_.background(
      [kept, wanted, file, store = store_] {
        if (wanted) *kept = store->keep(file);
      },
      [this, kept, reserved, attachment = std::move(attachment), done = std::move(done), alive = std::weak_ptr(alive_)]() mutable {
        if (alive.expired()) return;
        --pending_;
        budget_.bytes_kept -= reserved;
        if (*kept) {
          attachment.sha256 = (*kept)->sha256;
          attachment.size = (*kept)->size;
          if (budget_.kept.insert(attachment.sha256).second) budget_.bytes_kept += attachment.size;
        }
        done(std::move(attachment));
        if (!alive.expired() && pending_ == 0) callbacks_.on_idle();
      });
}

// Sets the size, and reserves it.
bool ArtifactKeeper::has_room(domain::Attachment& attachment) {
  const auto look = io::look_at(attachment.path);
  if (look) attachment.size = look->size;
  if (budget_.bytes_max == 0 || budget_.bytes_kept + attachment.size <= budget_.bytes_max) {
    budget_.bytes_kept += attachment.size;
    return true;
  }
  const std::string limit = human_bytes(static_cast<std::uint64_t>(budget_.bytes_max));
  attachment.name += fmt::format(" (not stored: artifacts.bytes_max of {} is reached)", limit);
  if (!std::exchange(budget_.warned, true) && budget_.warn)
    budget_.warn(fmt::format("attachments are recorded without their bytes from now on: artifacts.bytes_max of {} is reached", limit));
  return false;
}

std::string content_type_of(const std::string& path) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 17> types{{
      {".png", "image/png"},
      {".jpg", "image/jpeg"},
      {".jpeg", "image/jpeg"},
      {".gif", "image/gif"},
      {".webp", "image/webp"},
      {".svg", "image/svg+xml"},
      {".webm", "video/webm"},
      {".mp4", "video/mp4"},
      {".zip", "application/zip"},
      {".json", "application/json"},
      {".har", "application/json"},
      {".xml", "application/xml"},
      {".html", "text/html"},
      {".txt", "text/plain"},
      {".log", "text/plain"},
      {".md", "text/markdown"},
      {".pdf", "application/pdf"},
  }};
  const std::string name = lower(path);
  for (const auto& [ending, type] : types)
    if (name.ends_with(ending)) return std::string(type);
  return "application/octet-stream";
}

}  // namespace tamarack::agent
