#include "agent/file_owner.h"

#include <algorithm>
#include <cctype>

namespace tamarack::agent {
namespace {

// A title that is shorter says nothing in a path.
constexpr std::size_t slug_bytes_min = 3;

// "Checkout › pays (guest)" -> "-checkout-pays-guest-": what frameworks make of titles in file names, whatever their separators.
std::string slug(std::string_view text) {
  std::string out = "-";
  for (const char c : text) {
    const bool word = (static_cast<unsigned char>(c) & 0x80) != 0 || std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (word)
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (out.back() != '-')
      out += '-';
  }
  if (out.back() != '-') out += '-';
  return out;
}

}  // namespace

void FileOwners::opened(int lease, std::vector<domain::TestIndex> tests, Instant at) {
  leases_[lease] = {std::move(tests), at, {}};
}

void FileOwners::began(int lease, domain::TestIndex test, int retry, Instant at) {
  const auto found = leases_.find(lease);
  if (found != leases_.end()) found->second.windows.push_back({.test = test, .retry = retry, .began = at});
}

void FileOwners::ended(int lease, domain::TestIndex test, int retry, Instant at) {
  const auto found = leases_.find(lease);
  if (found == leases_.end()) return;
  for (Window& window : found->second.windows)
    if (window.test == test && window.retry == retry) window.ended = std::min(window.ended, std::max(at, window.began));
}

std::vector<FileOwner> FileOwners::owners_of(std::string_view path, Instant written) const {
  const std::string path_slug = slug(path);
  std::vector<Candidate> candidates;
  for (const auto& [number, lease] : leases_)
    for (const Candidate& candidate : candidates_of(number, lease, path_slug, written)) candidates.push_back(candidate);
  const auto narrow = [&candidates](const auto& keep) {
    if (candidates.size() > 1 && std::any_of(candidates.begin(), candidates.end(), keep))
      std::erase_if(candidates, [&](const Candidate& candidate) { return !keep(candidate); });
  };
  narrow([](const Candidate& candidate) { return candidate.in_flight; });
  narrow([&](const Candidate& candidate) { return names(path_slug, candidate.owner.test); });
  std::vector<FileOwner> owners;
  for (const Candidate& candidate : candidates) owners.push_back(candidate.owner);
  return owners;
}

std::vector<FileOwners::Candidate> FileOwners::candidates_of(int number, const Lease& lease, std::string_view path_slug,
                                                             Instant written) const {
  if (written + stamp_error < lease.opened || lease.tests.empty()) return {};
  const Window* before = nullptr;  // the last that began before it
  const Window* after = nullptr;
  for (const Window& window : lease.windows) {
    if (window.began <= written) {
      if (before == nullptr || window.began >= before->began) before = &window;
    } else if (after == nullptr || window.began < after->began) {
      after = &window;
    }
  }
  const auto candidate = [number](const Window& window, bool in_flight) {
    return std::vector<Candidate>{{{number, window.test, window.retry}, in_flight}};
  };
  if (before != nullptr && written <= before->ended) return candidate(*before, true);
  if (after != nullptr && after->began <= written + stamp_error) return candidate(*after, true);
  if (before != nullptr) return candidate(*before, false);
  if (after != nullptr) return candidate(*after, false);
  // No live events, so any of its tests may be it: those the path names, else the last of them.
  std::vector<Candidate> named;
  for (const domain::TestIndex test : lease.tests)
    if (names(path_slug, test)) named.push_back({{number, test, 0}, false});
  if (named.empty()) named.push_back({{number, lease.tests.back(), 0}, false});
  return named;
}

bool FileOwners::names(std::string_view path_slug, domain::TestIndex test) const {
  const domain::TestIdentity& identity = plan_.tests.at(test.value).identity;
  const auto says = [path_slug](std::string_view name) {
    const std::string wanted = slug(name);
    return wanted.size() >= slug_bytes_min + 2 && path_slug.find(wanted) != std::string_view::npos;
  };
  if (!identity.title_path.empty()) return says(identity.title_path.back());
  // A unit of a command is its whole spec: "units/pays.sh" -> pays.
  const std::string_view spec = identity.spec;
  const std::string_view file = spec.substr(spec.rfind('/') + 1);
  return says(file.substr(0, file.find('.')));
}

}  // namespace tamarack::agent
