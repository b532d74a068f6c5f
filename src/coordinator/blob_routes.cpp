#include "coordinator/blob_routes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/sha256.h"
#include "base/text.h"
#include "coordinator/answers.h"
#include "coordinator/job_upload.h"
#include "io/files.h"
#include "io/signed_url.h"

namespace tamarack::coordinator {
namespace {

constexpr Millis link_lifetime{12 * 3600'000};
constexpr std::size_t asked_at_once_max = 250'000;

std::string link_path(const std::string& project, const std::string& sha256, const std::string& name) {
  return "/blobs/" + io::url_segment(project) + "/" + sha256 + "/" + io::url_segment(name);
}

// Only what a browser shows without running anything in it; all else is for saving.
std::string shown_type(const std::string& name) {
  static constexpr std::pair<std::string_view, std::string_view> types[] = {{".png", "image/png"},
                                                                            {".jpg", "image/jpeg"},
                                                                            {".jpeg", "image/jpeg"},
                                                                            {".gif", "image/gif"},
                                                                            {".webp", "image/webp"},
                                                                            {".webm", "video/webm"},
                                                                            {".mp4", "video/mp4"},
                                                                            {".txt", "text/plain; charset=utf-8"},
                                                                            {".log", "text/plain; charset=utf-8"},
                                                                            {".json", "application/json"},
                                                                            {".zip", "application/zip"},
                                                                            {".md", "text/plain; charset=utf-8"}};
  for (const auto& [ending, type] : types)
    if (name.ends_with(ending)) return std::string(type);
  return "application/octet-stream";
}

Result<std::uint64_t> offset_of(const io::RequestHead& head) {
  const std::string_view text = head.parameter("offset").value_or("0");
  const auto offset = parse_integer(text);
  if (!offset || *offset < 0)
    return make_error(ErrorCode::invalid_argument, fmt::format("offset: expected a number of bytes, got '{}'", text));
  return static_cast<std::uint64_t>(*offset);
}

io::Answer busy_upload(const std::string& sha256) {
  io::Answer answer = io::problem(503, fmt::format("blob '{}' is being sent by somebody else right now", sha256));
  answer.fields.emplace_back("Retry-After", "1");
  return answer;
}

}  // namespace

io::Admission BlobRoutes::admit_upload(const io::RequestHead& head, const std::string& project, const std::string& sha256) {
  const auto offset = offset_of(head);
  if (!offset) return {.refused = trouble(offset.error())};
  if (!parts_.cleaner.has_room(project, head.content_length.value_or(1)))
    return {.refused = io::problem(507, fmt::format("the files of project '{}' take all of the {} it may have; raise artifacts_max_gb in "
                                                    "[retention] of server.toml, or let runs go earlier with runs_keep_days",
                                                    project, human_bytes(parts_.cleaner.rules().artifacts_max)))};
  const bool is_first = uploading_->insert({project, sha256}).second;
  std::shared_ptr<void> claim;
  if (is_first) claim = std::shared_ptr<void>(nullptr, [all = uploading_, upload = Upload{project, sha256}](void*) { all->erase(upload); });
  if (!is_first && *offset > 0) return {.refused = busy_upload(sha256)};
  auto path = is_first ? parts_.stores.blobs.partial_path(project, sha256) : upload_path(parts_.stores.blobs, project);
  if (!path) return {.refused = trouble(path.error())};
  return {.refused = std::nullopt,
          .body_max = parts_.settings.blob_bytes_max,
          .body_file = std::move(*path),
          .body_offset = *offset,
          .claim = std::move(claim)};
}

void BlobRoutes::handle(const Call& call) {
  if (call.route->id == RouteId::blobs_missing) return missing(call);
  if (call.route->id == RouteId::blob_put) return uploaded(call);
  send(call, "application/octet-stream");
}

void BlobRoutes::missing(const Call& call) {
  const auto query = wire::decode<wire::MissingQuery>(call.request.body);
  if (!query) return call.exchange->answer(trouble(query.error()));
  if (query->sha256.size() > asked_at_once_max)
    return call.exchange->answer(io::problem(413, fmt::format("/sha256: at most {} at once", asked_at_once_max)));
  const bool all_hashes = std::all_of(query->sha256.begin(), query->sha256.end(), [](const std::string& one) { return is_sha256(one); });
  if (!all_hashes) return call.exchange->answer(io::problem(400, "/sha256: expected SHA-256 values of 64 hexadecimal digits"));
  auto answer = std::make_shared<wire::MissingAnswer>();
  parts_.loop.background(
      [&blobs = parts_.stores.blobs, project = call.parameter("project"), hashes = query->sha256, answer] {
        for (const std::string& sha256 : hashes)
          if (!blobs.renew(project, sha256)) answer->missing.push_back({sha256, blobs.partial_bytes(project, sha256)});
      },
      [answer, exchange = call.exchange, project = call.parameter("project"), uploading = uploading_] {
        // What somebody else is sending right now is not gone on with, but begun anew.
        for (wire::MissingBlob& one : answer->missing)
          if (uploading->contains({project, one.sha256})) one.bytes = 0;
        exchange->answer(json_answer(encode(*answer)));
      });
}

// The bytes are verified before they get their name.
void BlobRoutes::uploaded(const Call& call) {
  auto outcome = std::make_shared<Result<>>();
  const std::string project = call.parameter("project");
  parts_.loop.background(
      [&blobs = parts_.stores.blobs, project, sha256 = call.parameter("sha256"), file = call.request.body_file, outcome] {
        // Nothing was sent: the empty blob.
        if (!io::exists(file)) *outcome = io::write_file(file, "");
        if (*outcome) *outcome = blobs.finish(project, sha256, file);
      },
      [this, outcome, project, bytes = call.request.body_bytes, exchange = call.exchange, sha256 = call.parameter("sha256"),
       claim = call.request.claim, alive = std::weak_ptr(alive_)] {
        const bool is_wrong = !*outcome && outcome->error().code == ErrorCode::corrupt;
        if (!alive.expired() && is_wrong) {
          ++refused_;
          parts_.host.bytes_were_wrong(project, sha256);
        }
        if (!alive.expired() && *outcome) {
          parts_.cleaner.stored(project, bytes);
          parts_.host.bytes_were_right(project, sha256);
        }
        if (*outcome) return exchange->answer(json_answer(fmt::format(R"({{"sha256":"{}"}})", sha256), 201));
        exchange->answer(is_wrong ? io::problem(422, outcome->error().message) : trouble(outcome->error()));
      });
}

void BlobRoutes::send(const Call& call, const std::string& content_type) {
  const std::string sha256 = call.parameter("sha256");
  const auto path = parts_.stores.blobs.locate(call.parameter("project"), sha256);
  if (!path) return call.exchange->answer(io::problem(404, fmt::format("blob '{}' is not here", sha256)));
  // Bytes under their hash never change. Whatever they are, they run nothing here.
  call.exchange->send_file({.path = *path,
                            .content_type = content_type,
                            .fields = {{"Cache-Control", "private, max-age=31536000, immutable"},
                                       {"X-Content-Type-Options", "nosniff"},
                                       {"Content-Security-Policy", "default-src 'none'; sandbox"}},
                            .etag = "\"" + sha256 + "\""});
}

std::string BlobRoutes::link_to(const std::string& project, const std::string& sha256, const std::string& name) const {
  const std::string& key = parts_.settings.signing_key;
  if (key.empty()) return {};
  // One segment: what stood in a folder keeps only its own name.
  const std::string last = name.substr(name.rfind('/') + 1);
  const std::string path = link_path(project, sha256, last.empty() ? "file" : last);
  return path + "?" + io::sign_path(path, parts_.clock.now() + link_lifetime, key);
}

void BlobRoutes::open_link(const Call& call) {
  const std::string name = call.parameter("name");
  const std::string path = link_path(call.parameter("project"), call.parameter("sha256"), name);
  const std::string& key = parts_.settings.signing_key;
  const auto check = key.empty() ? io::SignatureCheck::forged : io::verify_path(path, call.request.head.raw_query, key, parts_.clock.now());
  if (check == io::SignatureCheck::forged) return call.exchange->answer(io::problem(403, "the link was not made here"));
  if (check == io::SignatureCheck::expired) return call.exchange->answer(io::problem(410, "the link has expired; open the page again"));
  send(call, shown_type(name));
}

}  // namespace tamarack::coordinator
