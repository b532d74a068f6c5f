#include "wire/wish_places.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "flow/placeholder.h"

namespace tamarack::wire {
namespace {

struct Piece {
  bool is_place = false;
  std::string text;  // as it stands, or the name of a place
};

bool is_strict(PlaceKind kind) {
  return kind == PlaceKind::address || kind == PlaceKind::word;
}

bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// The name between the brace at `at` and the next closing one; empty when there is no name there. In free texts "{3}" is a quantifier.
std::string_view name_at(std::string_view text, std::size_t at, PlaceKind kind) {
  const std::size_t end = text.find('}', at);
  if (end == std::string_view::npos) return {};
  const std::string_view name = text.substr(at + 1, end - at - 1);
  if (!is_plain_name(name) || (!is_strict(kind) && !begins_name(name[0]))) return {};
  return name;
}

void add_text(std::vector<Piece>& pieces, std::string_view text) {
  if (pieces.empty() || pieces.back().is_place) pieces.push_back({});
  pieces.back().text += text;
}

Result<std::vector<Piece>> strict_pieces(std::string_view text, PlaceKind kind) {
  std::vector<Piece> pieces;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool doubled = (c == '{' || c == '}') && at + 1 < text.size() && text[at + 1] == c;
    if (c != '{' || doubled) {
      add_text(pieces, text.substr(at, 1));
      if (doubled) ++at;
      continue;
    }
    const std::string_view name = name_at(text, at, kind);
    if (name.empty())
      return make_error(ErrorCode::invalid_argument, fmt::format("'{}', character {}: expected '{{name}}'", text, at + 1),
                        "write a brace twice to mean itself");
    pieces.push_back({true, std::string(name)});
    at += name.size() + 1;
  }
  return pieces;
}

std::vector<Piece> free_pieces(std::string_view text, PlaceKind kind) {
  std::vector<Piece> pieces;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool doubled = text[at] == '{' && at + 1 < text.size() && text[at + 1] == '{';
    const bool is_variable = kind == PlaceKind::command && at > 0 && text[at - 1] == '$';  // of the shell
    const std::string_view name = text[at] == '{' && !is_variable ? name_at(text, at + (doubled ? 1 : 0), kind) : std::string_view{};
    if (name.empty()) {
      add_text(pieces, text.substr(at, 1));
      continue;
    }
    if (!doubled) {
      pieces.push_back({true, std::string(name)});
      at += name.size() + 1;
      continue;
    }
    const std::size_t after = at + name.size() + 3;
    const bool closed = after < text.size() && text[after] == '}';
    if (!closed) {  // "{{name}" is a brace and a place
      add_text(pieces, "{");
      continue;
    }
    add_text(pieces, text.substr(at + 1, name.size() + 2));
    at = after;
  }
  return pieces;
}

Result<std::vector<Piece>> pieces_of(std::string_view text, PlaceKind kind) {
  if (is_strict(kind)) return strict_pieces(text, kind);
  return free_pieces(text, kind);
}

bool is_harmless(std::string_view value) {
  if (value.starts_with('-') || value.find("--") != std::string_view::npos) return false;
  return std::all_of(value.begin(), value.end(), [](char c) {
    return begins_name(c) || (c >= '0' && c <= '9') || std::string_view(".:@/+=,-").find(c) != std::string_view::npos;
  });
}

std::string taken_literally(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (std::string_view(R"(^$\.*+?()[]{}|/)").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

Result<std::string> value_for(const std::string& name, PlaceKind kind, bool is_first, const std::vector<flow::Captured>& captures) {
  const bool encode = kind == PlaceKind::address && !is_first;
  const std::string value = TRY(flow::fill("{" + name + "}", captures, encode ? flow::FilledAs::address : flow::FilledAs::text));
  if (kind == PlaceKind::pattern) return taken_literally(value);
  if (kind == PlaceKind::command && !is_harmless(value))
    return make_error(ErrorCode::invalid_argument,
                      fmt::format("the captured field '{}' is '{}', which could change what is executed", name, value),
                      "only letters, digits and '_.:@/+=,-' are put into a query or a command; a command can take it from its 'env'");
  return value;
}

}  // namespace

Result<std::set<std::string>> places_in(std::string_view text, PlaceKind kind) {
  std::set<std::string> names;
  for (Piece& piece : TRY(pieces_of(text, kind)))
    if (piece.is_place) names.insert(std::move(piece.text));
  return names;
}

Result<std::string> fill_places(std::string_view text, PlaceKind kind, const std::vector<flow::Captured>& captures) {
  std::string out;
  bool is_first = true;
  for (const Piece& piece : TRY(pieces_of(text, kind))) {
    out += piece.is_place ? TRY(value_for(piece.text, kind, is_first, captures)) : piece.text;
    is_first = false;
  }
  return out;
}

}  // namespace tamarack::wire
