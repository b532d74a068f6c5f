#include "notify/github_event.h"

#include <algorithm>
#include <boost/json.hpp>

#include "notify/plain.h"

namespace tamarack::notify {
namespace {

const boost::json::object* object_in(const boost::json::object& from, std::string_view name) {
  const boost::json::value* found = from.if_contains(name);
  return found == nullptr ? nullptr : found->if_object();
}

std::string text_in(const boost::json::object& from, std::string_view name) {
  const boost::json::value* found = from.if_contains(name);
  const auto* text = found == nullptr ? nullptr : found->if_string();
  return text == nullptr ? std::string() : std::string(text->begin(), text->end());
}

bool is_branch(std::string_view text) {
  return !text.empty() && text.size() <= 255 &&
         std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

void add_github_event(std::string_view event, domain::CiRun& run) {
  if (event.size() > github_event_bytes_max) return;
  boost::json::parse_options options;
  options.max_depth = 64;
  boost::json::error_code failed;
  const boost::json::value value = boost::json::parse({event.data(), event.size()}, failed, {}, options);
  const boost::json::object* root = failed ? nullptr : value.if_object();
  const boost::json::object* pull_request = root == nullptr ? nullptr : object_in(*root, "pull_request");
  if (pull_request == nullptr) return;
  if (const boost::json::value* number = pull_request->if_contains("number");
      number != nullptr && number->is_int64() && number->as_int64() > 0)
    run.pull_request = number->as_int64();
  const boost::json::object* head = object_in(*pull_request, "head");
  if (head == nullptr) return;
  if (const std::string branch = text_in(*head, "ref"); is_branch(branch)) run.branch = branch;
  const std::string commit = text_in(*head, "sha");
  if (!is_full_commit(commit)) return;
  run.commit = commit;
  run.commit_is_merge = false;
}

}  // namespace tamarack::notify
