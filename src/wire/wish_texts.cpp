#include "wire/wish_texts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "flow/json_path.h"
#include "flow/placeholder.h"

namespace tamarack::wire {
namespace {

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

// What a program writes for a value that it has not got, in a parameter of an address or between the colons of a key.
std::string forgotten_part(const std::string& text, PlaceKind kind) {
  if (kind == PlaceKind::address) {
    const std::size_t query = text.find('?');
    if (query == std::string::npos) return {};
    for (const std::string& pair : split(text.substr(query + 1, text.find('#') - query - 1), '&')) {
      const std::string value = pair.substr(std::min(pair.find('='), pair.size() - 1) + 1);
      if (value == "undefined" || value == "NaN" || value == "[object Object]") return value;
    }
    return {};
  }
  for (const std::string& part : split(text, ':'))
    if (const std::string value = flow::forgotten_value(part); !value.empty()) return value;
  return {};
}

std::string problem_of_address(const std::string& address) {
  const std::size_t scheme = address.starts_with("https://") ? 8 : address.starts_with("http://") ? 7 : 0;
  const auto is_unfit = [](char c) { return is_control(c) || c == ' '; };
  if (std::any_of(address.begin(), address.end(), is_unfit)) return "an address has neither spaces nor control characters";
  if (scheme == 0) return fmt::format("expected an address that begins with http:// or https://, got '{}'", address);
  if (address.size() == scheme || std::string_view("/?#:").find(address[scheme]) != std::string_view::npos)
    return fmt::format("there is no host in '{}'", address);
  return {};
}

}  // namespace

void WishTexts::complain(const std::string& path, bool is_captured, std::string_view what) {
  if (is_captured)
    unfilled_.push_back(fmt::format("{}: {}", path, what));
  else
    problems_.add(path, what);
}

void WishTexts::look_for_forgotten(const std::string& path, const std::string& text, PlaceKind kind) {
  if (kind != PlaceKind::address && kind != PlaceKind::word) return;
  if (const std::string value = forgotten_part(text, kind); !value.empty())
    unfilled_.push_back(fmt::format("{}: '{}' contains '{}': a captured field was not set", path, text, value));
}

std::string WishTexts::fill(const std::string& path, const std::string& text, PlaceKind kind) {
  auto names = places_in(text, kind);
  if (!names) {
    problems_.add(path, fmt::format("{} ({})", names.error().message, names.error().hint));
    return text;
  }
  const bool has_places = !names->empty();
  if (has_places) ++with_places_;
  places_.merge(*names);
  if (captures_ == nullptr && has_places) return text;
  static const std::vector<flow::Captured> none;
  const auto filled = fill_places(text, kind, captures_ == nullptr ? none : *captures_);
  if (!filled) {
    const std::string hint = filled.error().hint.empty() ? std::string{} : fmt::format(" ({})", filled.error().hint);
    unfilled_.push_back(fmt::format("{}: {}{}", path, filled.error().message, hint));
    return text;
  }
  look_for_forgotten(path, *filled, kind);
  return *filled;
}

std::string WishTexts::address(const std::string& path, const std::string& text) {
  const Count before = count();
  std::string filled = fill(path, text, PlaceKind::address);
  const bool is_whole = captures_ != nullptr && unfilled_.size() == before.unfilled;
  const bool has_places = with_places_ != before.with_places;
  if (filled.starts_with('/')) {
    if (base_url_.empty()) {
      complain(path, !text.starts_with('/'), fmt::format("there is no base address for '{}'", filled));
      return filled;
    }
    const std::string_view base = base_url_.ends_with('/') ? base_url_.substr(0, base_url_.size() - 1) : base_url_;
    filled.insert(0, base);
  }
  // What is not filled yet can be judged only where it does not begin with a place.
  const bool begins_with_place = filled.starts_with('{') && !filled.starts_with("{{");
  if (!is_whole && begins_with_place) return filled;
  if (const std::string problem = problem_of_address(filled); !problem.empty()) complain(path, has_places, problem);
  return filled;
}

boost::json::value WishTexts::fill_within(const std::string& path, const boost::json::value& value) {
  if (value.is_string()) {
    const std::string filled = fill(path, std::string(value.get_string()), PlaceKind::free);
    return boost::json::value(boost::json::string(filled));
  }
  boost::json::value out = value;
  if (auto* object = out.if_object())
    for (auto& member : *object) member.value() = fill_within(path, member.value());
  if (auto* array = out.if_array())
    for (auto& item : *array) item = fill_within(path, item);
  return out;
}

std::string WishTexts::word(Form& form, std::string_view key) {
  const auto text = form.text(key);
  return text ? fill(form.path_of(key), *text, PlaceKind::word) : std::string{};
}

std::string WishTexts::required_word(Form& form, std::string_view key) {
  const std::string text = form.required_text(key);
  return text.empty() ? std::string{} : fill(form.path_of(key), text, PlaceKind::word);
}

std::map<std::string, std::string> WishTexts::named_texts(Form& form, std::string_view key) {
  std::map<std::string, std::string> texts;
  const boost::json::value* value = form.any(key);
  if (value == nullptr) return texts;
  if (!value->is_object()) {
    form.refuse(key, fmt::format("expected an object of texts, got {}", flow::kind_name(*value)));
    return texts;
  }
  for (const auto& member : value->get_object()) {
    const std::string name(member.key());
    const std::string path = fmt::format("{}.{}", form.path_of(key), name);
    if (!member.value().is_string()) {
      problems_.add(path, fmt::format("expected a string, got {}", flow::kind_name(member.value())));
      continue;
    }
    texts[name] = fill(path, std::string(member.value().get_string()), PlaceKind::free);
    if (texts[name].find('\0') != std::string::npos) problems_.add(path, "must not contain a NUL character");
  }
  return texts;
}

}  // namespace tamarack::wire
