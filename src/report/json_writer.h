// JSON into one growing string, without a tree in between: a report of 100,000 tests is written once and never looked at.
// Refuses to produce anything but valid JSON in valid UTF-8: bad bytes in a text become U+FFFD.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace tamarack::report {

class JsonWriter {
 public:
  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  void key(std::string_view name);

  void value(std::string_view text);
  void value(const char* text) { value(std::string_view(text)); }
  void value(const std::string& text) { value(std::string_view(text)); }
  void value(std::int64_t number);
  void value(bool truth);
  void value(double number);  // six digits; what is not a number becomes null
  void null();
  void raw(std::string_view json);  // one value that is JSON already

  template <class T>
  void field(std::string_view name, const T& content) {
    key(name);
    value(content);
  }

  void reserve(std::size_t bytes) { out_.reserve(bytes); }
  std::string take() && { return std::move(out_); }

 private:
  void open(char bracket);
  void close(char bracket);
  void separate();

  std::string out_;
  bool needs_comma_ = false;
};

}  // namespace tamarack::report
