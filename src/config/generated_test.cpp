#include "config/generated.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "base/text.h"
#include "config/read_config.h"
#include "config/schema.h"

namespace tamarack::config {
namespace {

// Compares a committed file with the generated text, or writes it when TAMARACK_UPDATE_GENERATED is set.
void expect_committed(const std::string& relative_path, const std::string& generated) {
  const std::string path = std::string(TAMARACK_SOURCE_DIR) + "/" + relative_path;
  if (std::getenv("TAMARACK_UPDATE_GENERATED")) std::ofstream(path, std::ios::binary) << generated;
  std::ifstream file(path, std::ios::binary);
  std::stringstream committed;
  committed << file.rdbuf();
  EXPECT_EQ(committed.str(), generated)
      << relative_path << " is not what src/config/keys.cpp gives.\n"
      << "Update it with: TAMARACK_UPDATE_GENERATED=1 build/check/bin/config_test --gtest_filter='Generated.*'";
}

TEST(Generated, json_schema_is_committed) {
  expect_committed("docs/guide/tamarack.schema.json", json_schema());
}
TEST(Generated, reference_page_is_committed) {
  expect_committed("docs/guide/configuration.md", reference_markdown());
}

TEST(Generated, json_schema_is_json_and_closed) {
  boost::json::error_code failed;
  const boost::json::value schema = boost::json::parse(json_schema(), failed);
  ASSERT_FALSE(failed);
  EXPECT_FALSE(schema.at("additionalProperties").as_bool());
  EXPECT_FALSE(schema.at("properties").at("suite").at("additionalProperties").as_bool());
  EXPECT_EQ(schema.at("properties").at("run").at("properties").at("retries").at("default").as_int64(), 0);
  EXPECT_EQ(schema.at("properties").at("lock").at("type").as_string(), "array");
  EXPECT_EQ(schema.at("properties").at("app").at("properties").at("ready").at("type").as_string(), "object");
}

TEST(Schema, says_everything_about_every_key) {
  std::set<std::string> seen;
  for (const Key& key : keys()) {
    const std::string name = std::string(key.section) + "." + std::string(key.name);
    EXPECT_TRUE(seen.insert(name).second) << name << " is there twice";
    EXPECT_NE(find_section(key.section), nullptr) << name;
    EXPECT_TRUE(key.description.ends_with(".")) << name;
    EXPECT_FALSE(key.example.empty()) << name;
    EXPECT_NE(key.slot, nullptr) << name;
    if (key.required) EXPECT_TRUE(key.default_value.empty()) << name;
  }
  for (const Section& section : sections()) EXPECT_TRUE(section.description.ends_with(".")) << section.name;
}

// The keys of a section that must be there beside `key`, and one of its alternatives.
std::string others_beside(const Key& key) {
  const Section& section = *find_section(key.section);
  const auto is_alternative = [&](std::string_view name) {
    return std::find(section.alternatives.begin(), section.alternatives.end(), name) != section.alternatives.end();
  };
  std::string others;
  bool wants_alternative = section.alternative_required && !is_alternative(key.name);
  for (const Key* other : keys_of(key.section)) {
    const bool fills = wants_alternative && is_alternative(other->name);
    if (other->name == key.name || !(other->required || fills)) continue;
    others += std::string(other->name) + " = " + std::string(other->example) + "\n";
    if (fills) wants_alternative = false;
  }
  return others;
}

// A flow with tests that capture what the examples of waits have in their places, and the key in a phase after them.
std::string flow_with(const Key& key, const std::string& line) {
  const std::string others = others_beside(key);
  const std::string phase = "[[flow.phase]]\nname = \"first\"\ntag = \"first\"\ncapture = [\"job_id\", \"last_id\", \"order_id\"]\n";
  const std::string second = "[[flow.phase]]\nname = \"backend\"\n";
  if (key.section == "flow") return "[[flow]]\n" + others + line + phase;
  const std::string flow = "[[flow]]\nname = \"a\"\n" + phase;
  if (key.section == "flow.phase" && (key.name == "join" || key.name == "timeout"))
    return flow + second + "conditions = [{ signal = \"s\" }]\n" + line;
  if (key.section == "flow.phase") return flow + (key.name == "needs" ? second + "tag = \"b\"\n" : "") + "[[flow.phase]]\n" + others + line;
  if (key.section == "flow.phase.pace") return flow + second + "wait = { signal = \"s\" }\n[flow.phase.pace]\n" + line;
  if (key.section == "flow.phase.wait") return flow + second + "[flow.phase.wait]\n" + others + line;
  const bool is_source =
      find_section(key.section)->append != nullptr && !find_section(key.section)->repeated && key.section != "flow.phase.wait.cancel";
  return flow + second + "[flow.phase.wait]\n" + (is_source ? "" : "signal = \"s\"\n") + heading_of(*find_section(key.section)) + "\n" +
         others + line;
}

// A complete file in which one key has the given value.
std::string file_with(const Key& key, std::string_view value) {
  std::string framework = "\"playwright\"";
  if (key.section == "suite" && key.name == "framework") framework = value;
  if (key.section == "suite" && (key.name == "discover" || key.name == "run" || key.name == "results")) framework = "\"command\"";
  std::string top = "version = 1\n";
  std::string suite = "[suite]\nframework = " + framework + "\n";
  if (framework == "\"command\"") {
    if (key.name != "discover") suite += "discover = \"ls\"\n";
    if (key.name != "run") suite += "run = \"sh {unit}\"\n";
  }
  const std::string line = std::string(key.name) + " = " + std::string(value) + "\n";
  if (key.section.empty()) return (key.name == "version" ? line : top + line) + suite;
  if (key.section == "suite") return top + suite + (key.name == "framework" ? "" : line);
  if (key.section == "app") return top + suite + "[app]\n" + (key.name == "start" ? "" : "start = \"serve\"\n") + line;
  if (key.section == "app.ready") return top + suite + "[app]\nstart = \"serve\"\n[app.ready]\n" + line;
  const Section& section = *find_section(key.section);
  if (key.section.starts_with("flow")) return top + suite + flow_with(key, line);
  std::string others;
  const bool is_alternative = std::find(section.alternatives.begin(), section.alternatives.end(), key.name) != section.alternatives.end();
  for (const Key* other : keys_of(key.section)) {
    const bool fills_alternative = section.alternative_required && !is_alternative && section.alternatives.front() == other->name;
    if (other->name != key.name && (other->required || fills_alternative))
      others += std::string(other->name) + " = " + std::string(other->example) + "\n";
  }
  return top + suite + heading_of(section) + "\n" + others + line;
}

// A key of a repeated section has no place before an entry of it, and of those around it, has begun.
void begin_sections(Config& config, std::string_view section) {
  for (std::size_t end = section.find('.');; end = section.find('.', end + 1)) {
    const Section* one = find_section(section.substr(0, end));
    if (one->append) one->append(config, 1);
    if (end == std::string_view::npos) return;
  }
}

bool same_value(Slot left, Slot right) {
  return std::visit(
      [&](auto* value) {
        auto** other = std::get_if<decltype(value)>(&right);
        return other != nullptr && **other == *value;
      },
      left);
}

TEST(Schema, examples_are_accepted) {
  for (const Key& key : keys()) {
    const std::string text = file_with(key, key.example);
    const ReadResult result = read_config(text, "/shop/tamarack.toml");
    EXPECT_TRUE(result.config) << text << describe(result.problems);
    EXPECT_TRUE(result.warnings.empty() || key.name == "build_dir" || key.name == "specs") << text << describe(result.warnings);
  }
}

// config.h and the table both know the defaults: one for the compiler, one for people.
TEST(Schema, defaults_are_those_of_the_values) {
  for (const Key& key : keys()) {
    if (key.default_value.empty()) continue;
    ReadResult written = read_config(file_with(key, key.default_value), "/shop/tamarack.toml");
    ASSERT_TRUE(written.config) << key.section << "." << key.name << "\n" << describe(written.problems);
    Config untouched;
    begin_sections(untouched, key.section);
    EXPECT_TRUE(same_value(key.slot(*written.config), key.slot(untouched))) << key.section << "." << key.name;
  }
}

TEST(Schema, every_key_refuses_a_value_of_another_type) {
  for (const Key& key : keys()) {
    const std::string text = file_with(key, "[[1]]");
    const ReadResult result = read_config(text, "/shop/tamarack.toml");
    ASSERT_FALSE(result.config) << text;
    EXPECT_THAT(describe(result.problems), testing::HasSubstr("got")) << text;
  }
}

}  // namespace
}  // namespace tamarack::config
