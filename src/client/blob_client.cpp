#include "client/blob_client.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <map>

namespace tamarack::client {
namespace {

constexpr std::size_t asked_at_once = 50'000;
constexpr int mismatches_max = 3;

using SteadyTime = std::chrono::steady_clock::time_point;

std::int64_t size_of(const std::string& path) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(path, failed);
  return failed ? 0 : static_cast<std::int64_t>(size);
}

}  // namespace

struct BlobClient::Transfer {
  bool is_upload = false;
  std::string sha256;
  std::string path;
  std::int64_t offset = 0;
  Done done;
  int tries = 0;
  SteadyTime began = std::chrono::steady_clock::now();
  io::Timer pause;
};

std::string BlobClient::path_of(const std::string& rest) const {
  return "/api/v1/projects/" + io::url_segment(settings_.project) + "/blobs/" + rest;
}

void BlobClient::missing(std::vector<std::string> sha256, std::function<void(Result<std::vector<wire::MissingBlob>>)> done) {
  struct Asking {
    std::vector<std::string> left;
    std::vector<wire::MissingBlob> found;
    std::function<void(Result<std::vector<wire::MissingBlob>>)> done;
    std::function<void(const std::shared_ptr<Asking>&)> next;
  };
  auto asking = std::make_shared<Asking>(Asking{std::move(sha256), {}, std::move(done), nullptr});
  asking->next = [this](const std::shared_ptr<Asking>& self) {
    if (self->left.empty()) return self->done(std::move(self->found));
    const std::size_t count = std::min(asked_at_once, self->left.size());
    const std::vector<std::string> part(self->left.end() - static_cast<std::ptrdiff_t>(count), self->left.end());
    self->left.resize(self->left.size() - count);
    api_.call({.method = "POST", .path = path_of("missing"), .body = encode(wire::MissingQuery{part}), .patience = settings_.patience},
              [self, alive = std::weak_ptr(alive_)](const Result<std::string>& body) {
                if (alive.expired()) return;
                if (!body) return self->done(body.error());
                const auto answer = wire::decode<wire::MissingAnswer>(*body);
                if (!answer) return self->done(answer.error());
                self->found.insert(self->found.end(), answer->missing.begin(), answer->missing.end());
                self->next(self);
              });
  };
  asking->next(asking);
}

void BlobClient::upload(const std::string& sha256, const std::string& path, std::int64_t offset, Done done) {
  add(std::make_shared<Transfer>(Transfer{.is_upload = true, .sha256 = sha256, .path = path, .offset = offset, .done = std::move(done)}));
}

void BlobClient::download(const std::string& sha256, const std::string& path, Done done) {
  add(std::make_shared<Transfer>(Transfer{.sha256 = sha256, .path = path, .done = std::move(done)}));
}

void BlobClient::add(std::shared_ptr<Transfer> transfer) {
  waiting_.push_back(std::move(transfer));
  next();
}

void BlobClient::next() {
  while (running_ < settings_.at_once && !waiting_.empty()) {
    ++running_;
    const std::shared_ptr<Transfer> transfer = std::move(waiting_.front());
    waiting_.pop_front();
    run(transfer);
  }
}

void BlobClient::run(const std::shared_ptr<Transfer>& transfer) {
  ++transfer->tries;
  io::ClientRequest request = api_.request(transfer->is_upload ? "PUT" : "GET", path_of(transfer->sha256));
  if (transfer->is_upload) {
    if (transfer->offset > 0) request.url += fmt::format("?offset={}", transfer->offset);
    request.body_file = transfer->path;
    request.body_offset = static_cast<std::uint64_t>(transfer->offset);
  } else {
    request.save_file = transfer->path;
    request.save_offset = static_cast<std::uint64_t>(transfer->offset);
  }
  io::http_call(api_.loop(), std::move(request), [this, transfer, alive = std::weak_ptr(alive_)](const Result<io::ClientAnswer>& answer) {
    if (!alive.expired()) ended(transfer, answer);
  });
}

void BlobClient::ended(const std::shared_ptr<Transfer>& transfer, const Result<io::ClientAnswer>& answer) {
  if (answer && answer->status / 100 == 2) return finish(transfer, {});
  Error error = answer ? error_of(*answer) : answer.error();
  // What the server holds of it is not what we took it for: from the beginning.
  const bool out_of_step = answer && transfer->is_upload && transfer->offset > 0 && (answer->status == 409 || answer->status == 422);
  if (out_of_step) {
    transfer->offset = 0;
    return again(transfer, make_error(ErrorCode::unavailable, error.message));
  }
  // Another machine may have been sending the same; what is here is what its name says, or it changed meanwhile.
  if (answer && transfer->is_upload && answer->status == 422 && transfer->tries < mismatches_max)
    return again(transfer, make_error(ErrorCode::unavailable, error.message));
  if (answer && transfer->is_upload && answer->status == 422)
    return finish(transfer, make_error(ErrorCode::conflict, fmt::format("'{}' changed while it was sent", transfer->path),
                                       "try again when nothing writes to it, or leave it out: [workspace] exclude"));
  if (!is_passing(error)) return finish(transfer, std::move(error).in(fmt::format("blob {}", transfer->sha256.substr(0, 12))));
  again(transfer, error);
}

void BlobClient::again(const std::shared_ptr<Transfer>& transfer, const Error& error) {
  const Millis pause = pause_before(transfer->tries);
  const auto spent = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - transfer->began);
  if (spent + pause > settings_.patience) return finish(transfer, error);
  transfer->pause = api_.loop().after(pause, [this, transfer, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    if (!transfer->is_upload) {
      transfer->offset = size_of(transfer->path);
      return run(transfer);
    }
    // How much of it arrived?
    missing({transfer->sha256}, [this, transfer, alive](const Result<std::vector<wire::MissingBlob>>& left) {
      if (alive.expired()) return;
      if (!left) return finish(transfer, left.error());
      if (left->empty()) return finish(transfer, {});
      transfer->offset = std::min(left->front().bytes, size_of(transfer->path));
      run(transfer);
    });
  });
}

void BlobClient::finish(const std::shared_ptr<Transfer>& transfer, const Result<>& outcome) {
  --running_;
  const Done done = std::move(transfer->done);
  next();
  done(outcome);
}

void BlobClient::send_missing(std::vector<File> files, std::function<void(Result<std::int64_t>)> done) {
  auto paths = std::make_shared<std::map<std::string, std::string>>();
  std::vector<std::string> hashes;
  for (File& file : files)
    if (paths->emplace(file.sha256, std::move(file.path)).second) hashes.push_back(file.sha256);
  missing(std::move(hashes), [this, paths, done = std::move(done)](Result<std::vector<wire::MissingBlob>> left) {
    if (!left) return done(left.error());
    std::erase_if(*left, [&](const wire::MissingBlob& blob) { return !paths->contains(blob.sha256); });  // it was not asked for
    if (left->empty()) return done(0);
    struct Sending {
      std::size_t left = 0;
      std::int64_t sent = 0;
      std::optional<Error> first_error;
    };
    auto sending = std::make_shared<Sending>(Sending{.left = left->size()});
    for (const wire::MissingBlob& blob : *left)
      upload(blob.sha256, paths->at(blob.sha256), blob.bytes, [sending, done](const Result<>& outcome) {
        if (outcome)
          ++sending->sent;
        else if (!sending->first_error)
          sending->first_error = outcome.error();
        if (--sending->left > 0) return;
        done(sending->first_error ? Result<std::int64_t>(*sending->first_error) : Result<std::int64_t>(sending->sent));
      });
  });
}

}  // namespace tamarack::client
