#include "wire/manifest.h"

#include <boost/describe.hpp>

#include "base/check.h"
#include "wire/json.h"

namespace tamarack::domain {
BOOST_DESCRIBE_ENUM(FileKind, file, symlink, folder)
BOOST_DESCRIBE_STRUCT(ManifestEntry, (), (path, kind, executable, size, sha256, target))
}  // namespace tamarack::domain

namespace tamarack::wire {
namespace {

constexpr std::size_t problems_shown_max = 10;

struct Envelope {
  std::int64_t version = 0;
  std::vector<domain::ManifestEntry> entries;
};
BOOST_DESCRIBE_STRUCT(Envelope, (), (version, entries))

std::string first_of(const std::vector<std::string>& problems) {
  const std::size_t shown = std::min(problems.size(), problems_shown_max);
  std::string text = join(std::span(problems).first(shown), "; ");
  if (shown < problems.size()) text += fmt::format("; and {} more", problems.size() - shown);
  return text;
}

}  // namespace

std::string encode_manifest(const domain::Manifest& manifest) {
  const std::vector<std::string> problems = domain::problems_of(manifest);
  CHECK(problems.empty(), "{}", problems.front());
  std::string out = fmt::format("{{\"version\":{},\"entries\":", manifest_version);
  json::write(out, manifest.entries);
  out += '}';
  return out;
}

Result<domain::Manifest> decode_manifest(std::string_view text) {
  if (text.size() > manifest_bytes_max)
    return make_error(ErrorCode::limit_exceeded,
                      fmt::format("a manifest may have at most {}, got {}", human_bytes(manifest_bytes_max), human_bytes(text.size())));
  const boost::json::value value = TRY(json::parse(text));
  Envelope envelope;
  json::Problems wrong;
  json::read(value, envelope, "", wrong);
  if (!wrong.empty()) return make_error(ErrorCode::corrupt, "not a manifest: " + first_of(wrong));
  if (envelope.version != manifest_version)
    return make_error(ErrorCode::corrupt, fmt::format("a manifest of version {}, expected {}", envelope.version, manifest_version),
                      "use the same version of tamarack on both sides");
  domain::Manifest manifest{std::move(envelope.entries)};
  const std::vector<std::string> problems = domain::problems_of(manifest);
  if (!problems.empty()) return make_error(ErrorCode::invalid_argument, "the manifest is refused: " + first_of(problems));
  return manifest;
}

}  // namespace tamarack::wire
