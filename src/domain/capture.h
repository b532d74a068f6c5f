// A value that a test or a wait hands on to what comes after it, such as the id of the job it started.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::domain {

inline constexpr std::size_t captures_of_test_max = 64;
inline constexpr std::size_t capture_bytes_max = 64 * 1024;  // of its JSON text
inline constexpr std::size_t capture_name_bytes_max = 128;

struct Capture {
  std::string name;  // is_capture_name()
  std::string json;  // the value as JSON text
  friend bool operator==(const Capture&, const Capture&) = default;
};

// Letters, digits and '_', no digit first: it stands in {places} and in names of environment variables.
bool is_capture_name(std::string_view name);

// Each name once, where it stands first; of several values the last counts.
void put_capture(std::vector<Capture>& captures, const Capture& capture);

// "string", "number", "boolean", "object", "array", "null"; of good JSON text, which is not checked here.
std::string_view kind_of_json(std::string_view json);

// The types that a phase may wish for: any, string, number, integer, boolean, object, array.
bool is_capture_type(std::string_view type);
// Null and an empty string are nothing, whatever the type.
bool is_of_type(std::string_view json, std::string_view type);

}  // namespace tamarack::domain
