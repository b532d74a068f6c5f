#include "domain/workspace_setup.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/sha256.h"
#include "base/text.h"
#include "domain/workspace_rules.h"

namespace tamarack::domain {
namespace {

// Close enough to a shell's words: a name too many only means that setup runs once more than needed.
std::set<std::string> words_of(std::string command) {
  for (char& c : command)
    if (std::string_view("\t\n\"'`;|&()<>=").find(c) != std::string_view::npos) c = ' ';
  std::set<std::string> words;
  for (std::string word : split(command, ' ')) {
    while (word.starts_with("./")) word.erase(0, 2);
    words.insert(std::move(word));
  }
  return words;
}

}  // namespace

std::vector<const ManifestEntry*> setup_inputs(const SetupRule& rule, const Manifest& manifest) {
  const PathPatterns patterns(rule.inputs);
  const std::set<std::string> named = words_of(rule.command);
  std::vector<const ManifestEntry*> inputs;
  for (const ManifestEntry& entry : manifest.entries)
    if (named.contains(entry.path) || patterns.match(entry.path)) inputs.push_back(&entry);
  if (inputs.empty())
    for (const ManifestEntry& entry : manifest.entries) inputs.push_back(&entry);
  return inputs;
}

std::string setup_key(const SetupRule& rule, const Manifest& manifest, const std::string& platform) {
  if (trim(rule.command).empty()) return {};
  Manifest inputs;
  for (const ManifestEntry* entry : setup_inputs(rule, manifest)) inputs.entries.push_back(*entry);
  return sha256_hex(fmt::format("tamarack setup 1\n{}:{}\n{}:{}\n{}", rule.command.size(), rule.command, platform.size(), platform,
                                canonical_text(inputs)));
}

}  // namespace tamarack::domain
