#include "cli/wait_flags.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "wire/wait_wish.h"

namespace tamarack::cli {
namespace {

// The one condition, with single quotes; every wish must be good as it is.
std::string condition_of(const WaitFlags& flags) {
  const auto wish = wish_of(flags);
  if (!wish) return wish.error().message + " | " + wish.error().hint;
  EXPECT_TRUE(wire::problems_of_wish(*wish).empty()) << *wish << "\n" << join(wire::problems_of_wish(*wish), "\n");
  const std::string opening = "{\"conditions\":[";
  EXPECT_TRUE(wish->starts_with(opening) && wish->ends_with("]}")) << *wish;
  return replace_all(wish->substr(opening.size(), wish->size() - opening.size() - 2), "\"", "'");
}

TEST(WaitFlags, Sources) {
  EXPECT_EQ(condition_of({.source = "http", .target = "http://a/b", .method = "PUT", .body = "x", .headers = {"X-Key: a: b"}}),
            "{'http':{'url':'http://a/b','method':'PUT','headers':{'X-Key':'a: b'},'body':'x'}}");
  EXPECT_EQ(condition_of({.source = "http", .target = "http://a/b", .method = "POST", .body = R"({"id": 7})", .discover = true}),
            "{'http':{'url':'http://a/b','method':'POST','discover':true,'body':{'id':7}}}");
  EXPECT_EQ(condition_of({.source = "redis", .target = "redis://r", .hash = "job:7", .notify = true}),
            "{'redis':{'url':'redis://r','hash':'job:7','notify':true}}");
  EXPECT_EQ(condition_of({.source = "postgres", .target = "postgres://h/d", .query = "select 1", .channel = "c"}),
            "{'postgres':{'url':'postgres://h/d','query':'select 1','channel':'c'}}");
  EXPECT_EQ(condition_of({.source = "rabbitmq", .target = "amqp://h", .exchange = "e", .routing_key = "a.#"}),
            "{'rabbitmq':{'url':'amqp://h','exchange':'e','routing_key':'a.#'}}");
  EXPECT_EQ(condition_of({.source = "file", .target = "/x"}), "{'file':{'path':'/x'}}");
  EXPECT_EQ(condition_of({.source = "tcp", .target = "h:1"}), "{'tcp':{'address':'h:1'}}");
  EXPECT_EQ(condition_of({.source = "log", .target = "l", .pattern = "a"}), "{'log':{'path':'l','pattern':'a'}}");
  EXPECT_EQ(condition_of({.source = "command", .target = "x", .dir = "/d", .env = {"A=b=c"}}),
            "{'command':{'run':'x','dir':'/d','env':{'A':'b=c'}}}");
  EXPECT_EQ(condition_of({.source = "signal", .target = "k"}), "{'signal':'k'}");
  EXPECT_EQ(condition_of({.source = "job", .target = "j-1"}), "{'job':'j-1'}");
}

// A shell has braces of its own; they are places only where there is something to fill them.
TEST(WaitFlags, BracesArePlacesOnlyWithCaptures) {
  EXPECT_EQ(condition_of({.source = "command", .target = "awk {print} {a b} ${HOME}"}),
            "{'command':{'run':'awk {{print}} {a b} ${HOME}'}}");
  EXPECT_EQ(condition_of({.source = "command", .target = "check {id}", .has_captures = true}), "{'command':{'run':'check {id}'}}");
  EXPECT_EQ(condition_of({.source = "log", .target = "l", .pattern = "a[0-9]{3}"}), "{'log':{'path':'l','pattern':'a[0-9]{3}'}}");
}

TEST(WaitFlags, AFieldAndItsWords) {
  const WaitFlags http{.source = "http", .target = "http://a"};
  WaitFlags flags = http;
  flags.field = "$.status";
  EXPECT_EQ(condition_of(flags), "{'http':{'url':'http://a'},'field':'$.status'}");
  flags.map = {"A=B=satisfied", "C=failed"};
  EXPECT_EQ(condition_of(flags), "{'http':{'url':'http://a'},'field':'$.status','map':{'A=B':'satisfied','C':'failed'}}");
  flags.until = {"READY"};
  flags.fail = {"BROKEN", "$.errors>3"};
  EXPECT_EQ(condition_of(flags),
            "{'http':{'url':'http://a'},'field':'$.status','map':{'A=B':'satisfied','C':'failed','READY':'satisfied','BROKEN':'failed'},"
            "'fail_when':[{'path':'$.errors','above':3}]}");
  flags.map = {};
  flags.fail = {};
  const std::string usual = condition_of(flags);
  EXPECT_NE(usual.find("'RUNNING':'going_on'"), std::string::npos) << usual;
  EXPECT_NE(usual.find("'READY':'satisfied'"), std::string::npos) << usual;
  EXPECT_EQ(usual.find("COMPLETED"), std::string::npos) << usual;
  flags.until = {};
  flags.fail = {"BROKEN"};
  EXPECT_NE(condition_of(flags).find("'COMPLETED':'satisfied'"), std::string::npos);
}

TEST(WaitFlags, Statements) {
  WaitFlags flags{.source = "file", .target = "/x"};
  flags.until = {"$.id", "$.a=7", "$.a!=true", "$.n<5", "$.n>1.5", "$.t~x=y", "$['a=b'].c = READY", "plain text"};
  EXPECT_EQ(condition_of(flags),
            "{'file':{'path':'/x'},'until':[{'path':'$.id','exists':true},{'path':'$.a','equals':7},{'path':'$.a','differs':true},"
            "{'path':'$.n','below':5},{'path':'$.n','above':1.5E0},{'path':'$.t','contains':'x=y'},{'path':'$['a=b'].c','equals':'READY'},"
            "{'contains':'plain text'}]}");
  flags.until = {"$.a!7"};
  EXPECT_EQ(condition_of(flags),
            "--until: expected PATH, PATH=VALUE, PATH!=VALUE, PATH<N, PATH>N or PATH~TEXT, got '$.a!7' | "
            "for example --until '$.rows>5'");
}

TEST(WaitFlags, CapturesLimitsAndCancel) {
  WaitFlags flags{.source = "http", .target = "http://a", .cancel = "DELETE http://a/7", .capture = {"id=$.id", "rows:integer=$.rows"}};
  flags.hold = 2;
  flags.not_found_max_ms = 1000;
  EXPECT_EQ(condition_of(flags),
            "{'http':{'url':'http://a'},'not_found_max_ms':1000,'hold_times':2,"
            "'capture':{'id':'$.id','rows':{'path':'$.rows','type':'integer'}},'cancel':{'method':'DELETE','url':'http://a/7'}}");
  WaitFlags named{.source = "file", .target = "/x", .name = "n", .timeout_ms = 5, .every_ms = 7};
  EXPECT_EQ(replace_all(*wish_of(named), "\"", "'"),
            "{'name':'n','timeout_ms':5,'pace':{'min_ms':7,'max_ms':7},'conditions':[{'file':{'path':'/x'}}]}");
}

TEST(WaitFlags, WhatIsNoNameAndValue) {
  EXPECT_EQ(condition_of({.source = "http", .target = "http://a", .headers = {"x"}}),
            "--header: expected NAME: VALUE, got 'x' | for example --header 'Authorization: Bearer x'");
  EXPECT_EQ(condition_of({.source = "command", .target = "x", .env = {"=x"}}),
            "--env: expected NAME=VALUE, got '=x' | for example --env JOB=7");
  EXPECT_EQ(condition_of({.source = "file", .target = "x", .capture = {"id"}}),
            "--capture: expected NAME=PATH or NAME:TYPE=PATH, got 'id' | for example --capture 'rows:integer=$.result.rows'");
  EXPECT_EQ(condition_of({.source = "file", .target = "x", .field = "$.s", .map = {"A"}}),
            "--map: expected STATUS=MEANING, got 'A' | for example --map READY=satisfied --map BROKEN=failed --map WARMING=going_on");
}

}  // namespace
}  // namespace tamarack::cli
