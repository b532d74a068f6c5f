#include "report/wait_source.h"

#include <algorithm>
#include <array>

#include "flow/json_path.h"

namespace tamarack::report {
namespace {

constexpr std::size_t sources_max = 5;

// A source is an object of its own or, of what only a server knows, a name. These are objects as well, and none: what is not known here is
// taken for a source, so that a new kind of them needs no change.
bool is_source(std::string_view key, const boost::json::value& content) {
  constexpr std::array<std::string_view, 4> rules{"map", "capture", "cancel", "until"};
  if (key == "job" || key == "signal") return content.is_string();
  return content.is_object() && std::find(rules.begin(), rules.end(), key) == rules.end();
}

}  // namespace

std::string source_of_wish(std::string_view wish) {
  const auto document = flow::parse_document(wish);
  const boost::json::object* form = document ? document->if_object() : nullptr;
  const boost::json::value* conditions = form == nullptr ? nullptr : form->if_contains("conditions");
  if (conditions == nullptr || !conditions->is_array()) return {};
  std::string sources;
  std::size_t named = 0;
  for (const boost::json::value& item : conditions->get_array()) {
    if (!item.is_object()) continue;
    for (const auto& [key, content] : item.get_object()) {
      const std::string_view name(key.data(), key.size());
      if (!is_source(name, content) || (", " + sources + ",").find(", " + std::string(name) + ",") != std::string::npos) continue;
      if (named++ == sources_max) return sources + ", …";
      sources += (sources.empty() ? "" : ", ") + std::string(name);
    }
  }
  return sources;
}

}  // namespace tamarack::report
