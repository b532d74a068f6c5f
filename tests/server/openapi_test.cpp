// The API's description of itself against the server: it names every route and no other, every body has a shape, and what the server
// answers has the shape that is promised.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

#include "tests/server/shop.h"

namespace tamarack::coordinator {
namespace {

namespace json = boost::json;

// What a value has that its schema does not say, or the other way round. Members that the schema does not know are wrong here, although
// readers pass over them: a member that is answered and not described is one that nobody knows of.
class Comparison {
 public:
  explicit Comparison(const json::value& document) : document_(document) {}

  std::vector<std::string> problems(const json::value& value, const json::value& schema) {
    problems_.clear();
    compare(value, schema, "");
    return problems_;
  }

 private:
  void compare(const json::value& value, const json::value& schema, const std::string& path) {
    const json::object& rules = schema.as_object();
    if (const auto* reference = rules.if_contains("$ref")) {
      boost::system::error_code missing;
      const json::value* target = document_.find_pointer(std::string(reference->as_string()).substr(1), missing);
      if (target == nullptr)
        return problems_.push_back(path + ": leads to " + std::string(reference->as_string()) + ", which is not there");
      return compare(value, *target, path);
    }
    if (const auto* choices = rules.if_contains("anyOf")) {
      if (value.is_null()) return;
      return compare(value, choices->as_array().at(0), path);
    }
    if (const auto* type = rules.if_contains("type"); type != nullptr && !is_of(value, std::string_view(type->as_string())))
      return problems_.push_back(path + ": expected " + std::string(type->as_string()) + ", got " + json::serialize(value));
    if (value.is_array() && rules.contains("items")) {
      std::size_t at = 0;
      for (const json::value& item : value.as_array()) compare(item, rules.at("items"), fmt::format("{}/{}", path, at++));
    }
    if (value.is_object()) compare_members(value.as_object(), rules, path);
  }

  void compare_members(const json::object& value, const json::object& rules, const std::string& path) {
    const auto* properties = rules.if_contains("properties");
    const auto* others = rules.if_contains("additionalProperties");
    for (const auto& [name, member] : value) {
      const std::string below = path + "/" + std::string(name);
      const auto* rule = properties == nullptr ? nullptr : properties->as_object().if_contains(name);
      if (rule != nullptr)
        compare(member, *rule, below);
      else if (others != nullptr && others->is_object())
        compare(member, *others, below);
      else if (properties != nullptr)
        problems_.push_back(below + ": is not described");
    }
    if (const auto* required = rules.if_contains("required"))
      for (const json::value& name : required->as_array())
        if (!value.contains(name.as_string())) problems_.push_back(path + ": " + std::string(name.as_string()) + " is missing");
  }

  static bool is_of(const json::value& value, std::string_view type) {
    if (type == "integer") return value.is_int64() || value.is_uint64();
    if (type == "number") return value.is_number();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_bool();
    if (type == "array") return value.is_array();
    if (type == "object") return value.is_object();
    return type == "null" && value.is_null();
  }

  const json::value& document_;
  std::vector<std::string> problems_;
};

std::string lower(std::string_view method) {
  std::string text(method);
  for (char& one : text) one = static_cast<char>(one - 'A' + 'a');
  return text;
}

class OpenApiTest : public ShopTest {
 protected:
  OpenApiTest() {
    world_.add_runs();
    open_shop();
    document_ = json::parse(world_.get("/api/v1/openapi.json").body);
  }
  const json::object& paths() const { return document_.at("paths").as_object(); }
  // The schema of a body, or null: it has none.
  static const json::object* schema_in(const json::value& message) {
    const auto* content = message.as_object().if_contains("content");
    if (content == nullptr) return nullptr;
    return &content->as_object().begin()->value().at("schema").as_object();
  }
  // Of a good answer to this route.
  void expect_described(const std::string& method, const std::string& pattern, const io::ClientAnswer& answer) {
    const std::string what = method + " " + pattern;
    ASSERT_TRUE(answer.status >= 200 && answer.status < 300) << what << ": " << answer.status << " " << answer.body;
    const json::value& responses = document_.at("paths").at(pattern).at(method).at("responses");
    Comparison comparison(document_);
    for (const std::string& problem : comparison.problems(json::parse(answer.body), *schema_in(responses.at("2XX"))))
      ADD_FAILURE() << what << " answers " << problem << "\n" << answer.body;
  }

  json::value document_;
};

TEST_F(OpenApiTest, NamesEveryRouteAndNoOther) {
  std::set<std::string> routed;
  for (const Route& route : all_routes()) routed.insert(fmt::format("{} {}", lower(route.method), route.pattern));
  std::set<std::string> described;
  for (const auto& [path, operations] : paths())
    for (const auto& [method, operation] : operations.as_object()) described.insert(std::string(method) + " " + std::string(path));
  EXPECT_EQ(described, routed);
}

// A route of the table that nobody dispatches is a promise without a server behind it.
TEST_F(OpenApiTest, WhatIsDescribedIsAnswered) {
  const std::string admin = world_.token("*", domain::Role::admin);
  for (const Route& route : all_routes()) {
    std::string path(route.pattern);
    for (std::size_t at = path.find('{'); at != std::string::npos; at = path.find('{'))
      path.replace(at, path.find('}') - at + 1, path.substr(at, 5) == "{run}" ? "r-1" : "x");
    const auto answer = world_.ask({.method = std::string(route.method), .path = path, .token = admin});
    const std::string what = fmt::format("{} {}: {} {}", route.method, path, answer.status, answer.body);
    EXPECT_NE(answer.status, 0) << what;
    EXPECT_NE(answer.status, 405) << what;
    EXPECT_NE(answer.status, 500) << what;
    EXPECT_EQ(answer.body.find("there is nothing at"), std::string::npos) << what;
  }
  EXPECT_EQ(world_.get("/api/v1/nothing").status, 404);
}

TEST_F(OpenApiTest, EveryJsonBodyHasAShape) {
  // A result is what the job says; a WebSocket has no body; the description does not describe itself.
  const std::set<std::string> any{"get /api/v1/jobs/{job}/result", "get /api/v1/runs/{run}/link", "get /api/v1/openapi.json"};
  for (const auto& [path, operations] : paths())
    for (const auto& [method, operation] : operations.as_object()) {
      const std::string what = std::string(method) + " " + std::string(path);
      const json::object& rules = operation.as_object();
      if (const auto* body = rules.if_contains("requestBody");
          body != nullptr && body->at("content").as_object().contains("application/json"))
        EXPECT_FALSE(schema_in(*body)->empty()) << what << " takes JSON of no shape";
      const auto* good = rules.at("responses").as_object().if_contains("2XX");
      if (good == nullptr || !good->at("content").as_object().contains("application/json") || any.contains(what)) continue;
      EXPECT_FALSE(schema_in(*good)->empty()) << what << " answers JSON of no shape";
    }
  // Every reference leads somewhere.
  const std::string text = json::serialize(document_);
  const std::string sign = R"("$ref":"#)";
  for (std::size_t at = text.find(sign); at != std::string::npos; at = text.find(sign, at + 1)) {
    const std::size_t from = at + sign.size();
    boost::system::error_code missing;
    const std::string pointer = text.substr(from, text.find('"', from) - from);
    EXPECT_NE(document_.find_pointer(pointer, missing), nullptr) << pointer;
  }
}

TEST_F(OpenApiTest, RunsAndTestsAreAnsweredAsDescribed) {
  whole_run("r-7", {}, "works 1");
  const std::string test = ServerWorld::plan_of(1).tests[0].id.value;
  wait_until([&] { return says(get("/api/v1/projects/shop/tests").body, test); });
  expect_described("get", "/api/v1/session", get("/api/v1/session"));
  expect_described("get", "/api/v1/runs", get("/api/v1/runs"));
  for (const std::string run : {"r-1", "r-3", "r-7"}) {
    expect_described("get", "/api/v1/runs/{run}", get("/api/v1/runs/" + run));
    expect_described("get", "/api/v1/runs/{run}/report", get("/api/v1/runs/" + run + "/report"));
    expect_described("get", "/api/v1/runs/{run}/tests/{test}", get("/api/v1/runs/" + run + "/tests/" + test));
  }
  expect_described("get", "/api/v1/projects", get("/api/v1/projects"));
  expect_described("get", "/api/v1/projects/{project}/history", get("/api/v1/projects/shop/history"));
  expect_described("get", "/api/v1/projects/{project}/tests", get("/api/v1/projects/shop/tests"));
  expect_described("get", "/api/v1/projects/{project}/tests/{test}", get("/api/v1/projects/shop/tests/" + test));
  expect_described("get", "/api/v1/projects/{project}/specs", get("/api/v1/projects/shop/specs"));
  expect_described("get", "/api/v1/agents", get("/api/v1/agents"));
  expect_described("post", "/api/v1/runs", post("/api/v1/runs", encode(request("r-8"))));
  expect_described("get", "/api/v1/runs/{run}/spec", get("/api/v1/runs/r-8/spec"));
  expect_described("post", "/api/v1/projects/{project}/blobs/missing",
                   post("/api/v1/projects/shop/blobs/missing", encode(wire::MissingQuery{{std::string(64, 'a')}})));
  expect_described("put", "/api/v1/projects/{project}/blobs/{sha256}", put_blob(sha256_hex("x"), "x"));
  expect_described("post", "/api/v1/runs/{run}/cancel", post("/api/v1/runs/r-8/cancel", "{}"));
}

TEST_F(OpenApiTest, TokensJobsAndWaitsAreAnsweredAsDescribed) {
  const std::string admin = world_.token("*", domain::Role::admin);
  const auto ask = [&](const std::string& method, const std::string& path, const std::string& body = {}) {
    return world_.ask({.method = method, .path = path, .token = admin, .body = body});
  };
  const auto id_in = [](const io::ClientAnswer& answer, std::string_view member) {
    return std::string(json::parse(answer.body).at(member).as_string());
  };
  const auto made = ask("POST", "/api/v1/tokens", R"({"name":"a","project":"shop","role":"viewer","days":3})");
  expect_described("post", "/api/v1/tokens", made);
  expect_described("post", "/api/v1/tokens/{token}/rotate", ask("POST", "/api/v1/tokens/" + id_in(made, "id") + "/rotate", "{}"));
  expect_described("get", "/api/v1/tokens", ask("GET", "/api/v1/tokens"));
  EXPECT_EQ(ask("DELETE", "/api/v1/tokens/" + id_in(made, "id")).status, 204);

  const auto submitted = post("/api/v1/jobs", R"({"kind":"a","input":{"rows":3}})");
  expect_described("post", "/api/v1/jobs", submitted);
  const std::string job = "/api/v1/jobs/" + id_in(submitted, "job_id");
  expect_described("get", "/api/v1/jobs/{job}/status", get(job + "/status"));
  expect_described("post", "/api/v1/jobs/{job}/report", post(job + "/report", R"({"status":"RUNNING","stage":"x","progress":5})"));
  expect_described("post", "/api/v1/jobs/{job}/report", post(job + "/report", R"({"status":"COMPLETED","result":[1],"log":"x"})"));
  expect_described("post", "/api/v1/jobs/{job}/report", post(job + "/report", R"({"status":"FAILED","error":"late"})"));
  expect_described("get", "/api/v1/jobs/{job}", get(job));
  expect_described("post", "/api/v1/jobs/{job}/cancel", post(job + "/cancel", "{}"));
  expect_described("get", "/api/v1/jobs", get("/api/v1/jobs"));
  expect_described("post", "/api/v1/executors/claim",
                   post("/api/v1/executors/claim", R"({"executor":"e","processors":["p"],"wait_ms":0})"));

  const auto parked = post("/api/v1/waits", R"({"name":"w","conditions":[{"signal":"k"}]})");
  expect_described("post", "/api/v1/waits", parked);
  const std::string wait = "/api/v1/waits/" + id_in(parked, "wait_id");
  expect_described("get", "/api/v1/waits/{wait}", get(wait));
  expect_described("get", "/api/v1/mailboxes", get("/api/v1/mailboxes"));
  expect_described("post", "/api/v1/signals", post("/api/v1/signals", R"({"key":"k","data":{"a":1}})"));
  wait_until([&] { return says(get(wait).body, R"("state":"over")"); });
  expect_described("get", "/api/v1/waits/{wait}", get(wait));
  expect_described("post", "/api/v1/waits/{wait}/cancel", post(wait + "/cancel", ""));
  expect_described("get", "/api/v1/waits", get("/api/v1/waits"));

  const auto hook = ask("POST", "/api/v1/hooks", R"({"key":"k","project":"shop","scheme":"none"})");
  expect_described("post", "/api/v1/hooks", hook);
  expect_described("get", "/api/v1/hooks", ask("GET", "/api/v1/hooks"));
  expect_described("post", "/api/v1/hooks/{token}", ask("POST", id_in(hook, "url"), R"({"a":1})"));
  const auto once = ask("POST", "/api/v1/hooks", R"({"key":"once","project":"shop","scheme":"none","once":true})");
  expect_described("post", "/api/v1/hooks", once);
  expect_described("get", "/api/v1/hooks", ask("GET", "/api/v1/hooks"));
}

// A refusal is described, too, by one shape for all.
TEST_F(OpenApiTest, RefusalsAreProblemDocuments) {
  const auto missing = get("/api/v1/runs/nobody");
  Comparison comparison(document_);
  const json::value schema = json::object{{"$ref", "#/components/schemas/Problem"}};
  for (const auto& answer : {missing, world_.get("/api/v1/runs"), post("/api/v1/jobs", "{")})
    EXPECT_EQ(comparison.problems(json::parse(answer.body), schema), std::vector<std::string>{}) << answer.body;
}

}  // namespace
}  // namespace tamarack::coordinator
