#include "coordinator/flow_scope.h"

#include <gtest/gtest.h>

namespace tamarack::coordinator {
namespace {

domain::Caller caller_of(const std::string& project) {
  return {.token = domain::Token{.id = domain::TokenId{"t"}, .project = project, .role = domain::Role::runner}, .problem = {}};
}

TEST(FlowScope, TwoProjectsNeverHaveOneName) {
  for (const auto& [project, name] : std::vector<std::pair<std::string, std::string>>{
           {"shop", "a/b"}, {"shop/a", "b"}, {"shop%2Fa", "b"}, {"%", ""}, {"*", "k"}, {"", "x"}, {"a b", "c"}}) {
    const auto back = unscoped(scoped(project, name));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->project, project);
    EXPECT_EQ(back->name, name);
  }
  EXPECT_NE(scoped("shop/a", "b"), scoped("shop", "a/b"));
  EXPECT_NE(scoped("shop/a", "b"), scoped("shop%2Fa", "b"));
  EXPECT_FALSE(unscoped("run r-1"));
  EXPECT_EQ(shown_name("shop/approve"), "approve");
}

TEST(FlowScope, AWaitOfAProjectWaitsForSignalsOfIt) {
  flow::WaitSpec spec{.name = "w", .owner = "run r-1"};
  spec.conditions.push_back({.source = flow::SourceKind::signal, .target = "approve"});
  spec.conditions.push_back({.source = flow::SourceKind::job, .target = "j-1"});
  put_into_project(spec, "shop");
  EXPECT_EQ(spec.owner, "shop/run r-1");
  EXPECT_EQ(spec.conditions[0].target, "shop/approve");
  EXPECT_EQ(spec.conditions[0].name, "approve") << "as people know it";
  EXPECT_EQ(spec.conditions[1].target, "j-1");
}

TEST(FlowScope, ATokenMakesThingsOfItsOwnProject) {
  EXPECT_EQ(project_of_new(caller_of("shop"), "").value(), "shop");
  EXPECT_EQ(project_of_new(caller_of("shop"), "shop").value(), "shop");
  EXPECT_EQ(project_of_new(caller_of("shop"), "other").error().code, ErrorCode::not_found);
  EXPECT_EQ(project_of_new(caller_of("*"), "other").value(), "other");
  EXPECT_EQ(project_of_new(caller_of("*"), "").value(), "*");
  EXPECT_EQ(project_of_new(domain::open_caller(), "other").value(), "*") << "an open server tells nobody apart";
  EXPECT_FALSE(project_of_new(caller_of("*"), std::string(300, 'x')));
}

}  // namespace
}  // namespace tamarack::coordinator
