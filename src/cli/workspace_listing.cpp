#include "cli/workspace_listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "base/text.h"
#include "report/cells.h"
#include "report/json_writer.h"

namespace tamarack::cli {
namespace {

constexpr std::size_t files_shown_max = 30;

std::string human(std::int64_t bytes) {
  return human_bytes(static_cast<std::uint64_t>(std::max<std::int64_t>(bytes, 0)));
}

}  // namespace

WorkspaceListing workspace_listing(const domain::Manifest& manifest, const std::vector<wire::MissingBlob>& missing) {
  std::map<std::string, std::int64_t> there;  // bytes of lacking contents that are on the server already
  for (const wire::MissingBlob& blob : missing) there[blob.sha256] = blob.bytes;
  WorkspaceListing listing;
  for (const domain::ManifestEntry& entry : manifest.entries) {
    if (entry.kind != domain::FileKind::file) {
      ++listing.links;
      continue;
    }
    listing.files.push_back({.path = entry.path, .bytes = entry.size, .lacking = there.contains(entry.sha256)});
    listing.bytes += entry.size;
  }
  for (const auto& [sha256, entry] : domain::contents_of(manifest)) {
    const auto lacks = there.find(sha256);
    if (lacks == there.end()) continue;
    ++listing.lacking;
    listing.lacking_bytes += entry->size - std::clamp<std::int64_t>(lacks->second, 0, entry->size);
  }
  std::sort(listing.files.begin(), listing.files.end(),
            [](const ListedFile& a, const ListedFile& b) { return std::tie(b.bytes, a.path) < std::tie(a.bytes, b.path); });
  return listing;
}

std::string to_text(const WorkspaceListing& listing, const std::string& server) {
  std::string text;
  const std::size_t shown = std::min(listing.files.size(), files_shown_max);
  for (std::size_t i = 0; i < shown; ++i) {
    const ListedFile& file = listing.files[i];
    text += fmt::format("{:>12}  {}{}\n", human(file.bytes), report::printable(file.path), file.lacking ? "  (new)" : "");
  }
  if (shown < listing.files.size()) {
    std::int64_t rest = 0;
    for (std::size_t i = shown; i < listing.files.size(); ++i) rest += listing.files[i].bytes;
    text += fmt::format("{:>12}  in {}; --json lists all\n", human(rest),
                        count_of(static_cast<std::int64_t>(listing.files.size() - shown), "more file"));
  }
  text += fmt::format("\nthe workspace has {} ({}){}\n", count_of(std::ssize(listing.files), "file"), human(listing.bytes),
                      listing.links > 0 ? " and " + count_of(listing.links, "link or empty folder", "links and empty folders") : "");
  text += listing.lacking == 0 ? fmt::format("{} has all of it: a run would send nothing\n", server)
                               : fmt::format("{} lacks {} ({}): a run would send this\n", server, count_of(listing.lacking, "file"),
                                             human(listing.lacking_bytes));
  return text + "nothing was sent and nothing was started; [workspace] exclude keeps files at home\n";
}

std::string to_json(const WorkspaceListing& listing) {
  report::JsonWriter json;
  json.begin_object();
  json.field("version", std::int64_t{1});
  json.field("bytes", listing.bytes);
  json.field("lacking", listing.lacking);
  json.field("lacking_bytes", listing.lacking_bytes);
  json.key("files");
  json.begin_array();
  for (const ListedFile& file : listing.files) {
    json.begin_object();
    json.field("path", file.path);
    json.field("bytes", file.bytes);
    json.field("lacking", file.lacking);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return std::move(json).take();
}

}  // namespace tamarack::cli
