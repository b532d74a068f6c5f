// A server's answers, read as JSON by the commands that show them.
#pragma once

#include <boost/json.hpp>
#include <string>

namespace tamarack::cli {

// A member that is a text; empty when it is not there or something else.
inline std::string text_of(const boost::json::object& from, const char* key) {
  const boost::json::value* found = from.if_contains(key);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string{};
}

}  // namespace tamarack::cli
