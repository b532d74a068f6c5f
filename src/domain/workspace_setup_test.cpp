#include "domain/workspace_setup.h"

#include <gtest/gtest.h>

#include "base/sha256.h"

namespace tamarack::domain {
namespace {

Manifest project(const std::string& lock, const std::string& source) {
  Manifest manifest;
  for (const auto& [path, content] :
       std::vector<std::pair<std::string, std::string>>{{"package-lock.json", lock}, {"scripts/setup.sh", "install"}, {"src/a.ts", source}})
    manifest.entries.push_back({.path = path, .size = static_cast<std::int64_t>(content.size()), .sha256 = sha256_hex(content)});
  return manifest;
}

const SetupRule npm{.command = "npm ci", .inputs = {"**/package-lock.json"}};

TEST(SetupKey, ChangesOnlyWithItsInputs) {
  const std::string key = setup_key(npm, project("1", "x"), "Linux x86_64");
  EXPECT_TRUE(is_sha256(key));
  EXPECT_EQ(setup_key(npm, project("1", "y"), "Linux x86_64"), key) << "a source file is no input";
  EXPECT_NE(setup_key(npm, project("2", "x"), "Linux x86_64"), key);
  EXPECT_NE(setup_key(npm, project("1", "x"), "Linux aarch64"), key);
  EXPECT_NE(setup_key({.command = "npm install", .inputs = npm.inputs}, project("1", "x"), "Linux x86_64"), key);
}

TEST(SetupKey, IsEmptyWithoutACommand) {
  EXPECT_EQ(setup_key({.command = " ", .inputs = npm.inputs}, project("1", "x"), "Linux"), "");
}

TEST(SetupKey, AScriptThatTheCommandNamesIsAnInput) {
  const SetupRule rule{.command = "sh './scripts/setup.sh' && true", .inputs = npm.inputs};
  const Manifest manifest = project("1", "x");
  const std::vector<const ManifestEntry*> inputs = setup_inputs(rule, manifest);
  ASSERT_EQ(inputs.size(), 2U);
  EXPECT_EQ(inputs[1]->path, "scripts/setup.sh");
}

TEST(SetupKey, WithoutAnyInputEveryChangeCounts) {
  const SetupRule rule{.command = "make deps", .inputs = {"**/yarn.lock"}};
  EXPECT_NE(setup_key(rule, project("1", "x"), "Linux"), setup_key(rule, project("1", "y"), "Linux"));
}

}  // namespace
}  // namespace tamarack::domain
