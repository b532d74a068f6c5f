// Values to JSON text and back, driven by Boost.Describe (described.h). Used only inside wire/*.cpp: everybody else calls the codecs.
// Writing goes straight to a string. Reading collects every problem with its JSON pointer; a missing field keeps its default and an
// unknown one is ignored, so that an older and a newer side understand each other.
#pragma once

#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <boost/mp11.hpp>
#include <charconv>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/text.h"
#include "base/time.h"

namespace tamarack::wire::json {

// ---- writing -----------------------------------------------------------------------------------------------------------------------

void write_string(std::string& out, std::string_view text);  // escapes; repairs invalid UTF-8

inline void write(std::string& out, bool value) {
  out += value ? "true" : "false";
}
inline void write(std::string& out, std::string_view value) {
  write_string(out, value);
}
inline void write(std::string& out, const std::string& value) {
  write_string(out, value);
}
template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>)
void write(std::string& out, T value) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  out.append(buffer, end);
}
inline void write(std::string& out, Millis value) {
  write(out, value.count());
}
inline void write(std::string& out, Instant value) {
  write(out, to_ms(value));
}
template <class Tag>
void write(std::string& out, const TextId<Tag>& id) {
  write_string(out, id.value);
}
template <class Tag>
void write(std::string& out, NumberId<Tag> id) {
  write(out, id.value);
}
template <class T>
void write(std::string& out, const std::vector<T>& items);
template <class T>
void write(std::string& out, const std::map<std::string, T>& items);
template <class T>
  requires(std::is_enum_v<T>)
void write(std::string& out, T value) {
  write_string(out, boost::describe::enum_to_string(value, "?"));
}
template <class T>
  requires(boost::describe::has_describe_members<T>::value)
void write(std::string& out, const T& value);

template <class T>
void write(std::string& out, const std::vector<T>& items) {
  out += '[';
  bool first = true;
  for (const T& item : items) {
    if (!first) out += ',';
    first = false;
    write(out, item);
  }
  out += ']';
}

template <class T>
void write(std::string& out, const std::map<std::string, T>& items) {
  out += '{';
  bool first = true;
  for (const auto& [key, item] : items) {
    if (!first) out += ',';
    first = false;
    write_string(out, key);
    out += ':';
    write(out, item);
  }
  out += '}';
}

// The fields without the braces, so that a codec can put its own in front.
template <class T>
void write_fields(std::string& out, const T& value) {
  bool first = true;
  boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_public>>([&](auto member) {
    if (!first) out += ',';
    first = false;
    out += '"';
    out += member.name;
    out += "\":";
    write(out, value.*member.pointer);
  });
}

template <class T>
  requires(boost::describe::has_describe_members<T>::value)
void write(std::string& out, const T& value) {
  out += '{';
  write_fields(out, value);
  out += '}';
}

// ---- reading -----------------------------------------------------------------------------------------------------------------------

using Problems = std::vector<std::string>;

inline void expected(Problems& problems, const std::string& path, std::string_view what, const boost::json::value& got) {
  static constexpr std::string_view names[] = {"null",     "a boolean", "an integer", "an integer",
                                               "a number", "a string",  "an array",   "an object"};
  problems.push_back(fmt::format("{}: expected {}, got {}", path.empty() ? "/" : path, what, names[static_cast<std::size_t>(got.kind())]));
}

inline void read(const boost::json::value& in, bool& out, const std::string& path, Problems& problems) {
  if (in.is_bool())
    out = in.get_bool();
  else
    expected(problems, path, "a boolean", in);
}
inline void read(const boost::json::value& in, std::string& out, const std::string& path, Problems& problems) {
  if (in.is_string())
    out = std::string(in.get_string());
  else
    expected(problems, path, "a string", in);
}
template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>)
void read(const boost::json::value& in, T& out, const std::string& path, Problems& problems) {
  boost::system::error_code failed;
  const T value = in.to_number<T>(failed);
  if (failed || in.is_double())
    expected(problems, path, "an integer in range", in);
  else
    out = value;
}
inline void read(const boost::json::value& in, Millis& out, const std::string& path, Problems& problems) {
  std::int64_t ms = 0;
  read(in, ms, path, problems);
  out = Millis{ms};
}
inline void read(const boost::json::value& in, Instant& out, const std::string& path, Problems& problems) {
  std::int64_t ms = 0;
  read(in, ms, path, problems);
  out = from_ms(ms);
}
template <class Tag>
void read(const boost::json::value& in, TextId<Tag>& out, const std::string& path, Problems& problems) {
  read(in, out.value, path, problems);
}
template <class Tag>
void read(const boost::json::value& in, NumberId<Tag>& out, const std::string& path, Problems& problems) {
  read(in, out.value, path, problems);
}
template <class T>
void read(const boost::json::value& in, std::vector<T>& out, const std::string& path, Problems& problems);
template <class T>
void read(const boost::json::value& in, std::map<std::string, T>& out, const std::string& path, Problems& problems);
template <class T>
  requires(std::is_enum_v<T>)
void read(const boost::json::value& in, T& out, const std::string& path, Problems& problems) {
  if (in.is_string() && boost::describe::enum_from_string(std::string(in.get_string()).c_str(), out)) return;
  std::vector<std::string> names;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto enumerator) { names.emplace_back(enumerator.name); });
  expected(problems, path, "one of " + join(names, ", "), in);
}
template <class T>
  requires(boost::describe::has_describe_members<T>::value)
void read(const boost::json::value& in, T& out, const std::string& path, Problems& problems) {
  if (!in.is_object()) return expected(problems, path, "an object", in);
  const boost::json::object& object = in.get_object();
  boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_public>>([&](auto member) {
    if (const auto* field = object.if_contains(member.name)) read(*field, out.*member.pointer, path + "/" + member.name, problems);
  });
}
template <class T>
void read(const boost::json::value& in, std::vector<T>& out, const std::string& path, Problems& problems) {
  if (!in.is_array()) return expected(problems, path, "an array", in);
  out.clear();
  out.reserve(in.get_array().size());
  for (const boost::json::value& item : in.get_array()) {
    T value{};
    read(item, value, path + "/" + std::to_string(out.size()), problems);
    out.push_back(std::move(value));
  }
}
template <class T>
void read(const boost::json::value& in, std::map<std::string, T>& out, const std::string& path, Problems& problems) {
  if (!in.is_object()) return expected(problems, path, "an object", in);
  out.clear();
  for (const auto& [key, item] : in.get_object()) read(item, out[std::string(key)], path + "/" + std::string(key), problems);
}

// Bytes from outside: depth is bounded, nothing throws out of here.
Result<boost::json::value> parse(std::string_view text);

template <class T>
Result<T> read_as(const boost::json::value& in) {
  T out{};
  Problems problems;
  read(in, out, "", problems);
  if (!problems.empty()) return make_error(ErrorCode::corrupt, join(problems, "; "));
  return out;
}

}  // namespace tamarack::wire::json
