#include "adapter/ctest/test_list.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <optional>
#include <set>

#include "adapter/json_fields.h"
#include "base/text.h"

namespace tamarack::adapter {
namespace {

namespace json = boost::json;

struct Place {
  std::string file;
  std::int64_t line = 0;
};

const json::value* member(const json::value* value, std::string_view name) {
  const json::object* object = value == nullptr ? nullptr : value->if_object();
  return object == nullptr ? nullptr : object->if_contains(name);
}

const json::value* element(const json::value* value, std::int64_t index) {
  const json::array* array = value == nullptr ? nullptr : value->if_array();
  return array == nullptr || index < 0 || static_cast<std::size_t>(index) >= array->size() ? nullptr
                                                                                           : &(*array)[static_cast<std::size_t>(index)];
}

std::int64_t number_of(const json::value* value, std::int64_t fallback) {
  return value == nullptr || !value->is_int64() ? fallback : value->get_int64();
}

std::string text_of(const json::value* value) {
  const json::string* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

// A property is a string or a list of strings.
std::vector<std::string> texts_of(const json::value* value) {
  const json::array* array = value == nullptr ? nullptr : value->if_array();
  if (array == nullptr) {
    const std::string text = text_of(value);
    return text.empty() ? std::vector<std::string>{} : std::vector<std::string>{text};
  }
  std::vector<std::string> texts;
  for (const json::value& one : *array) texts.push_back(text_of(&one));
  return texts;
}

bool is_true(const json::value* value) {
  if (value == nullptr) return false;
  if (const bool* flag = value->if_bool()) return *flag;
  return value->is_int64() ? value->get_int64() != 0 : lower(text_of(value)) == "true";
}

// `path` below `folder`, or nothing.
std::optional<std::string> below(const std::string& folder, const std::string& path) {
  if (!path.starts_with(folder + "/")) return std::nullopt;
  return path.substr(folder.size() + 1);
}

// Where add_test() was called. CMake gives it as an index into a graph of call sites.
Place place_of(const json::value* list, const json::value* test) {
  const json::value* graph = member(list, "backtraceGraph");
  const json::value* node = element(member(graph, "nodes"), number_of(member(test, "backtrace"), -1));
  if (node == nullptr) return {};
  return {text_of(element(member(graph, "files"), number_of(member(node, "file"), -1))), number_of(member(node, "line"), 0)};
}

// Tests of one executable belong together (GoogleTest cases). A test that is run by an interpreter from elsewhere belongs to the
// CMakeLists.txt that declares it.
std::string spec_of(const SuiteSettings& suite, const std::string& build_dir, const std::string& program, const Place& place) {
  if (std::optional<std::string> path = below(build_dir, program)) return *path;
  if (std::optional<std::string> path = below(suite.root, program)) return *path;
  if (std::optional<std::string> path = below(build_dir, place.file)) return *path;
  if (std::optional<std::string> path = below(suite.root, place.file)) return *path;
  const std::string& rest = place.file.empty() ? program : place.file;
  return rest.empty() ? "CTest" : rest.substr(rest.rfind('/') + 1);
}

void read_property(domain::TestCase& test, const std::string& name, const json::value* value) {
  if (name == "LABELS") {
    for (const std::string& label : texts_of(value)) test.tags.push_back(label);
  } else if (name == "RESOURCE_LOCK") {
    for (const std::string& lock : texts_of(value)) test.tags.push_back("lock:" + lock);
  } else if (name == "RUN_SERIAL") {
    if (is_true(value)) test.tags.emplace_back("run_serial");
  } else if (name == "DISABLED") {
    test.skip_expected = is_true(value);
  } else if (name == "DEPENDS" || name == "FIXTURES_REQUIRED" || name == "FIXTURES_SETUP" || name == "FIXTURES_CLEANUP") {
    for (const std::string& other : texts_of(value)) test.annotations.push_back({lower(name), other});
  }
}

}  // namespace

Result<domain::Discovery> read_test_list(std::string_view text, const SuiteSettings& suite, const std::string& build_dir) {
  // CTest says "Internal ctest changing into directory" before the list in some versions.
  text.remove_prefix(std::min(text.find('{'), text.size()));
  const Result<json::value> list = parse_json(text);
  if (!list) return make_error(ErrorCode::invalid_config, fmt::format("ctest printed no test list: {}", list.error().message));
  if (text_of(member(&*list, "kind")) != "ctestInfo")
    return make_error(ErrorCode::invalid_config, "ctest printed something else than a test list", "tamarack needs CTest 3.21 or newer");

  domain::Discovery discovery;
  discovery.framework = "ctest";
  std::set<std::string> names;
  const json::value* tests = member(&*list, "tests");
  const std::size_t count = tests != nullptr && tests->is_array() ? tests->get_array().size() : 0;
  for (std::size_t i = 0; i < count; ++i) {
    const json::value* entry = &tests->get_array()[i];
    const std::string name = text_of(member(entry, "name"));
    if (name.empty()) return make_error(ErrorCode::corrupt, fmt::format("test {} of the list of ctest has no name", i + 1));
    if (!names.insert(name).second)
      return make_error(ErrorCode::invalid_config, fmt::format("two tests are called '{}', in different folders of the project", name),
                        "ctest selects and reports tests by name; give one of them another");
    if (name.ends_with("_NOT_BUILT"))
      return make_error(ErrorCode::invalid_config,
                        fmt::format("'{}' has not been built, so its tests are unknown", name.substr(0, name.size() - 10)),
                        fmt::format("run: cmake --build {}", shell_quote(build_dir)));
    const std::vector<std::string> command = texts_of(member(entry, "command"));
    const Place place = place_of(&*list, entry);
    domain::TestCase test;
    test.identity.spec = spec_of(suite, build_dir, command.empty() ? "" : command.front(), place);
    test.identity.title_path = {name};
    test.id = domain::make_test_id(test.identity);
    test.line = place.line;
    test.selector = std::to_string(i + 1);  // the number CTest gives it
    const json::value* properties = member(entry, "properties");
    if (properties != nullptr && properties->is_array())
      for (const json::value& property : properties->get_array())
        read_property(test, text_of(member(&property, "name")), member(&property, "value"));
    if (command.empty() && !test.skip_expected)
      discovery.warnings.push_back(fmt::format("ctest cannot find the executable of test '{}'; it will fail", name));
    discovery.tests.push_back(std::move(test));
  }
  return discovery;
}

}  // namespace tamarack::adapter
