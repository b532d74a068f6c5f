#include "wire/wish_form.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "flow/json_path.h"

namespace tamarack::wire {
namespace {

constexpr std::size_t shown_key_max = 60;

std::string shown_key(std::string_view key) {
  return to_valid_utf8(key.substr(0, shown_key_max)) + (key.size() > shown_key_max ? "…" : "");
}

}  // namespace

void FormProblems::add(const std::string& path, std::string_view what) {
  if (all_.size() == form_problems_max) all_.emplace_back("and more");
  if (all_.size() > form_problems_max) return;
  all_.push_back(path.empty() ? std::string(what) : fmt::format("{}: {}", path, what));
}

std::string meant(std::string_view word, const std::vector<std::string>& candidates) {
  auto found = closest(word, candidates);
  if (!found && !word.empty()) {
    // "timeout" for "timeout_ms", "ulr" for "url": too far apart for closest(), clear to a person.
    const auto is_meant = [&](const std::string& candidate) {
      return candidate.starts_with(std::string(word) + "_") ||
             std::is_permutation(word.begin(), word.end(), candidate.begin(), candidate.end());
    };
    const auto it = std::find_if(candidates.begin(), candidates.end(), is_meant);
    if (it != candidates.end()) found = *it;
  }
  return found ? fmt::format(", did you mean '{}'?", *found) : std::string{};
}

std::string problem_of_text(const boost::json::value& value) {
  if (!value.is_string()) return fmt::format("expected a string, got {}", flow::kind_name(value));
  const std::string_view text(value.get_string());
  if (trim(text).empty()) return "must not be empty";
  if (text.find('\0') != std::string_view::npos) return "must not contain a NUL character";
  return {};
}

Form::Form(const boost::json::value& value, std::string path, FormProblems& problems)
    : path_(std::move(path)), problems_(problems), object_(value.if_object()) {
  if (object_ == nullptr) problems_.add(path_, fmt::format("expected an object, got {}", flow::kind_name(value)));
}

std::string Form::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

bool Form::has(std::string_view key) const {
  return object_ != nullptr && object_->contains({key.data(), key.size()});
}

const boost::json::value* Form::any(std::string_view key) {
  known_.emplace_back(key);
  return object_ == nullptr ? nullptr : object_->if_contains({key.data(), key.size()});
}

std::optional<std::string> Form::text(std::string_view key) {
  const boost::json::value* value = any(key);
  if (value == nullptr) return std::nullopt;
  if (const std::string problem = problem_of_text(*value); !problem.empty()) {
    refuse(key, problem);
    return std::nullopt;
  }
  return std::string(value->get_string());
}

std::string Form::text_or_empty(std::string_view key) {
  return text(key).value_or(std::string{});
}

std::string Form::required_text(std::string_view key) {
  if (object_ != nullptr && !has(key)) refuse(key, "is missing");
  return text_or_empty(key);
}

std::optional<std::int64_t> Form::integer(std::string_view key, std::int64_t min, std::int64_t max) {
  const boost::json::value* value = any(key);
  if (value == nullptr) return std::nullopt;
  boost::system::error_code failed;
  const auto number = value->to_number<std::int64_t>(failed);
  if (failed || value->is_double()) {
    refuse(key, fmt::format("expected an integer, got {}", flow::kind_name(*value)));
    return std::nullopt;
  }
  if (number < min || number > max) {
    refuse(key, fmt::format("must be {} to {}, got {}", min, max, number));
    return std::nullopt;
  }
  return number;
}

bool Form::flag(std::string_view key, bool otherwise) {
  const boost::json::value* value = any(key);
  if (value == nullptr) return otherwise;
  if (value->is_bool()) return value->get_bool();
  refuse(key, fmt::format("expected true or false, got {}", flow::kind_name(*value)));
  return otherwise;
}

void Form::refuse(std::string_view key, std::string_view what) {
  problems_.add(path_of(key), what);
}

void Form::finish() {
  if (object_ == nullptr) return;
  for (const auto& member : *object_) {
    const std::string key(member.key());
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    const std::string shown = shown_key(key);
    problems_.add(path_of(shown), "unknown key" + meant(shown, known_));
  }
}

}  // namespace tamarack::wire
