#include "agent/outgoing.h"

#include <fmt/format.h>

#include "base/text.h"
#include "io/files.h"

namespace tamarack::agent {
namespace {

// Of one transfer, against a moment's trouble. A server that is away for longer is the business of Uploads.
constexpr Millis transfer_patience{10'000};

}  // namespace

Outgoing::Outgoing(io::Loop& loop, client::ApiClient& api, const wire::SpoolHead& head, Say say)
    : run_(head.run),
      say_(std::move(say)),
      blobs_(
          std::make_unique<client::BlobClient>(api, client::BlobClient::Settings{.project = head.project, .patience = transfer_patience})) {
  UploadPort port{.missing = [this](std::vector<std::string> sha256, auto done) { blobs_->missing(std::move(sha256), std::move(done)); },
                  .send = [this](const std::string& sha256, const std::string& path, std::int64_t offset,
                                 auto done) { blobs_->upload(sha256, path, offset, std::move(done)); }};
  UploadCallbacks callbacks{
      .on_owed =
          [this](const std::string& sha256) {
            if (spool_) spool_->owe(sha256);
          },
      .on_settled =
          [this](const std::string& sha256) {
            if (spool_) spool_->sent(sha256);
          },
      .on_refused = [this](const std::string&, const Error& error) { say_("warning: an artifact could not be sent: " + error.message); },
      .on_trouble = [this](const Error& error) { say_("cannot send artifacts and tries again: " + error.message); }};
  uploads_ = std::make_unique<Uploads>(loop, std::move(port), std::move(callbacks));
}

std::unique_ptr<Outgoing> Outgoing::begin(io::Loop& loop, client::ApiClient& api, const std::string& run_dir, wire::SpoolHead head,
                                          Say say) {
  std::unique_ptr<Outgoing> outgoing(new Outgoing(loop, api, head, std::move(say)));
  const auto warn = [say = outgoing->say_](const Error& error) {
    say("warning: what the server does not hear is kept in memory alone and is lost if this agent dies: " + describe(error));
  };
  const std::string folder = run_dir + "/spool-" + head.session;
  auto spool = Spool::create(folder, std::move(head));
  if (!spool) {
    warn(spool.error());
    return outgoing;
  }
  outgoing->spool_ = std::move(*spool);
  outgoing->spool_->on_trouble([warn, say = outgoing->say_](const std::optional<Error>& error) {
    if (error) return warn(*error);
    say("keeps on its disk again what the server does not hear");
  });
  return outgoing;
}

std::unique_ptr<Outgoing> Outgoing::restore(io::Loop& loop, client::ApiClient& api, std::unique_ptr<Spool> spool, Say say) {
  std::unique_ptr<Outgoing> outgoing(new Outgoing(loop, api, spool->head(), std::move(say)));
  outgoing->spool_ = std::move(spool);
  return outgoing;
}

void Outgoing::send_owed(artifact::ArtifactStore& artifacts) {
  for (const std::string& sha256 : std::set(spool_->owed())) {
    const auto path = artifacts.locate(sha256);
    if (path && io::exists(*path)) {
      uploads_->add(sha256, *path);
    } else {
      say_(fmt::format("warning: an artifact of {} is not there any more and cannot be sent: {}", run_.value, sha256));
      spool_->sent(sha256);
    }
  }
}

void Outgoing::finish(Millis patience, io::Callback done) {
  uploads_->when_done(patience, patience, [this, done = std::move(done), alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    over();
    done();
  });
}

void Outgoing::over() {
  if (uploads_->owed() > 0) {
    const auto& error = uploads_->last_error();
    say_(fmt::format("warning: {} of {} did not arrive at the server{}", count_of(static_cast<std::int64_t>(uploads_->owed()), "artifact"),
                     run_.value, error ? ": " + error->message : ""));
  }
  if (spool_) spool_->remove();
}

}  // namespace tamarack::agent
