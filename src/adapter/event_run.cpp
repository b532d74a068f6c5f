#include "adapter/event_run.h"

#include <boost/json.hpp>
#include <set>

#include "base/check.h"
#include "base/text.h"

namespace tamarack::adapter {
namespace {

Invocation event_invocation(const SuiteSettings& suite, const ExecutionContext& context, std::vector<std::string> argv, std::string mode) {
  Invocation invocation;
  invocation.argv = std::move(argv);
  invocation.directory = suite.root;
  invocation.env = {{"TAMARACK_EVENTS", events_path(context)}, {"TAMARACK_MODE", std::move(mode)}, {"FORCE_COLOR", "0"}};
  invocation.events_expected = true;
  return invocation;
}

}  // namespace

boost::json::object identity_json(const domain::TestIdentity& identity) {
  boost::json::array titles;
  for (const std::string& title : identity.title_path) titles.emplace_back(title);
  return {{"spec", identity.spec}, {"title_path", std::move(titles)}, {"parameters", identity.parameters}};
}

std::string events_path(const ExecutionContext& context) {
  return context.attempt_dir + "/events.ndjson";
}

Invocation discovery_invocation(const SuiteSettings& suite, const ExecutionContext& context, std::vector<std::string> argv) {
  return event_invocation(suite, context, std::move(argv), "discover");
}

Invocation execution_invocation(const SuiteSettings& suite, const Selection& selection, const ExecutionContext& context,
                                std::vector<std::string> argv) {
  Invocation invocation = event_invocation(suite, context, std::move(argv), "run");
  const std::string path = context.attempt_dir + "/selection.json";
  invocation.env["TAMARACK_SELECTION"] = path;
  if (!suite.listing.empty()) invocation.env["TAMARACK_LISTING"] = suite.listing;
  invocation.files.push_back({path, selection_json(selection)});
  return invocation;
}

const domain::TestCase& test_of(const Selection& selection, domain::TestIndex test) {
  CHECK(selection.plan != nullptr && test.value < selection.plan->tests.size(), "test {} is not in the plan", test.value);
  return selection.plan->tests[test.value];
}

std::string selection_json(const Selection& selection) {
  boost::json::array tests;
  for (const Selection::Part& part : selection.parts) {
    for (const domain::TestIndex index : part.tests) {
      tests.push_back(identity_json(test_of(selection, index).identity));
    }
  }
  return boost::json::serialize(boost::json::object{{"v", 1}, {"tests", std::move(tests)}});
}

std::string listing_json(const domain::Discovery& discovery) {
  boost::json::array tests;
  for (const domain::TestCase& test : discovery.tests) tests.push_back(identity_json(test.identity));
  return boost::json::serialize(boost::json::object{{"v", 1}, {"tests", std::move(tests)}});
}

std::vector<std::string> specs_of(const Selection& selection) {
  std::vector<std::string> specs;
  std::set<std::string> seen;
  for (const Selection::Part& part : selection.parts) {
    for (const domain::TestIndex index : part.tests) {
      const std::string& spec = test_of(selection, index).identity.spec;
      if (seen.insert(spec).second) specs.push_back(spec);
    }
  }
  return specs;
}

std::string path_argument(const std::string& path) {
  return path.starts_with('-') ? "./" + path : path;
}

}  // namespace tamarack::adapter
