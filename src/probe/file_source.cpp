#include "probe/file_source.h"

#include "io/file_tail.h"

namespace tamarack::probe {
namespace {

flow::Answer look_at(const std::string& path) {
  auto head = io::read_head(path, flow::answer_bytes_max);
  if (head) return flow::ValueAnswer{.exists = true, .body = std::move(head->bytes), .truncated = head->size > flow::answer_bytes_max};
  if (head.error().code == ErrorCode::not_found) return flow::ValueAnswer{};
  if (head.error().code == ErrorCode::invalid_argument) return flow::ValueAnswer{.exists = true};
  return flow::NoAnswer{head.error().message};
}

}  // namespace

FileSource::~FileSource() {
  for (const auto& [text, number] : watches_) folders_->remove(number);
}

void FileSource::ask(const std::string&, const wire::ProbeRequest& request, Answered done) {
  // On another thread: a disk may be slow, and a share may hang.
  const auto answer = std::make_shared<flow::Answer>();
  loop_.background([answer, path = std::get<wire::FileProbe>(request).path] { *answer = look_at(path); },
                   [weak = std::weak_ptr(alive_), answer, done = std::move(done)] {
                     if (!weak.expired()) done(std::move(*answer));
                   });
}

void FileSource::watch(const std::string& text, const wire::ProbeRequest& request, Pushed pushed) {
  watches_[text] = folders_->add(std::get<wire::FileProbe>(request).path, pushed);
  pushed();
}

void FileSource::unwatch(const std::string& text) {
  const auto found = watches_.find(text);
  if (found == watches_.end()) return;
  folders_->remove(found->second);
  watches_.erase(found);
}

}  // namespace tamarack::probe
