// One object of a form that people write by hand, read strictly: a key that nobody asked for is a problem, with what was probably meant,
// because a misspelled limit that is silently ignored is found out only by a wait that never ends. Only for wire/*.cpp.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::wire {

inline constexpr std::size_t form_problems_max = 50;  // more are not told

class FormProblems {
 public:
  void add(const std::string& path, std::string_view what);  // "conditions[0].http: what"
  const std::vector<std::string>& all() const { return all_; }
  bool empty() const { return all_.empty(); }

 private:
  std::vector<std::string> all_;
};

// ", did you mean 'field'?", or nothing where no candidate is close.
std::string meant(std::string_view word, const std::vector<std::string>& candidates);

class Form {
 public:
  // Anything but an object is a problem, and reads as an empty one.
  Form(const boost::json::value& value, std::string path, FormProblems& problems);

  bool is_object() const { return object_ != nullptr; }
  const std::string& path() const { return path_; }
  std::string path_of(std::string_view key) const;
  FormProblems& problems() { return problems_; }

  // Each makes its key known. Nothing where the key is missing; of another type, empty or out of range is a problem, and nothing.
  const boost::json::value* any(std::string_view key);
  std::optional<std::string> text(std::string_view key);
  std::string text_or_empty(std::string_view key);
  std::string required_text(std::string_view key);
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t min, std::int64_t max);
  bool flag(std::string_view key, bool otherwise = false);

  bool has(std::string_view key) const;
  void refuse(std::string_view key, std::string_view what);  // a problem at this key
  // Every key that nobody has asked for is a problem. To be called once, at the end.
  void finish();

 private:
  std::string path_;
  FormProblems& problems_;
  const boost::json::object* object_ = nullptr;
  std::vector<std::string> known_;
};

// A text that may stand in a form: not empty, without NUL characters. What is wrong with it, or nothing.
std::string problem_of_text(const boost::json::value& value);

}  // namespace tamarack::wire
