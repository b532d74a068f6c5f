#include "wire/wait_wish.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <variant>

#include "base/text.h"
#include "wire/probe_request.h"

namespace tamarack::wire {
namespace {

using flow::Captured;

// A wish of one condition, written as in the design page: with single quotes.
std::string wish_of(const std::string& condition, const std::string& more = "") {
  return replace_all(fmt::format("{{'conditions':[{{{}}}]{}}}", condition, more), "'", "\"");
}

flow::WaitSpec spec_of(const std::string& json, const std::vector<Captured>& captures = {}, std::string_view base = "http://app:8000") {
  auto spec = read_wait_wish(json, captures, base);
  EXPECT_TRUE(spec.has_value()) << (spec ? "" : spec.error().message);
  return spec ? *std::move(spec) : flow::WaitSpec{};
}

template <class Probe>
Probe probe_of(const flow::WaitSpec& spec, std::size_t index = 0) {
  const auto request = parse_probe_request(spec.conditions.at(index).request);
  EXPECT_TRUE(request.has_value()) << spec.conditions.at(index).request;
  const Probe* probe = request ? std::get_if<Probe>(&*request) : nullptr;
  EXPECT_NE(probe, nullptr);
  return probe ? *probe : Probe{};
}

std::string problems(const std::string& json) {
  const std::vector<std::string> all = problems_of_wish(json);
  return join(all, "\n");
}

TEST(WaitWish, BringsItsOwnCapturesAlong) {
  const std::string wish = wish_of("'http':{'url':'/jobs/{id}/{part}'}");
  const std::string long_number = "123456789012345678901234567890";
  const auto whole = wish_with_captures(wish, {{"id", "\"a b\""}, {"part", long_number}, {"other", "[1,{\"x\":null}]"}});
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_EQ(spec_of(*whole).conditions[0].target, "http://app:8000/jobs/a%20b/" + long_number);
  EXPECT_TRUE(spec_of(*whole).problems.empty());
  // What the reader knows itself counts more.
  EXPECT_EQ(spec_of(*whole, {{"id", "7"}}).conditions[0].target, "http://app:8000/jobs/7/" + long_number);
  EXPECT_EQ(problems(*whole), "");
  const auto typo = wish_with_captures(wish_of("'http':{'url':'/jobs/{jobid}'}"), {{"job_id", "7"}});
  EXPECT_NE(join(spec_of(typo.value()).problems, ";").find("did you mean '{job_id}'?"), std::string::npos);
  EXPECT_FALSE(wish_with_captures(wish, {{"id", "\"" + std::string(wait_wish_bytes_max, 'x') + "\""}}));
  EXPECT_FALSE(wish_with_captures("[]", {}));
  EXPECT_NE(read_wait_wish(wish_of("'job':'j'", ",'captures':[1]"), {}, "").error().message.find("captures: expected an object"),
            std::string::npos);
  EXPECT_NE(read_wait_wish(wish_of("'job':'j'", ",'captures':{'a b':1}"), {}, "").error().message.find("'a b' is no name"),
            std::string::npos);
}

TEST(WaitWish, EverythingThatCanBeSaid) {
  const flow::WaitSpec spec = spec_of(R"({
    "name": "report", "owner": "run r-1", "join": "any", "timeout_ms": 90000, "pace": {"min_ms": 100, "max_ms": 2000, "net_ms": 30000},
    "conditions": [
      {"name": "status", "http": {"url": "http://app:8000/jobs/7", "method": "POST", "headers": {"X-Key": "v"}, "body": {"id": 7}},
       "field": "$.status", "map": {"WORKING": "going_on", "OK": "satisfied", "BAD": "failed", "GONE": "lost", "STOPPED": "cancelled"},
       "error_field": "$.error", "fail_when": [{"path": "$.errors", "above": 3}],
       "capture": {"result": "$.result.id", "rows": {"path": "$.rows", "type": "integer"}},
       "hold_times": 2, "heartbeat_field": "$.at", "lost_after_ms": 20000, "not_found_max_ms": 1000, "no_answer_max_ms": 2000,
       "cancel": {"url": "http://app:8000/jobs/7", "method": "DELETE"}},
      {"signal": "approved"}, {"job": "j-1", "cancel_when_dropped": true}
    ]})");
  EXPECT_EQ(spec.name, "report");
  EXPECT_EQ(spec.owner, "run r-1");
  EXPECT_EQ(spec.join, flow::Join::any);
  EXPECT_EQ(spec.limit, Millis{90'000});
  EXPECT_EQ(spec.pace, (flow::Pace{.min = Millis{100}, .max = Millis{2'000}, .net = Millis{30'000}, .past = {}}));
  ASSERT_EQ(spec.conditions.size(), 3U);

  const flow::Condition& status = spec.conditions[0];
  EXPECT_EQ(status.name, "status");
  EXPECT_EQ(status.source, flow::SourceKind::outside);
  EXPECT_EQ(status.host, "http://app:8000");
  EXPECT_EQ(status.hold_times, 2);
  EXPECT_FALSE(status.pushed);
  EXPECT_NE(status.target.find("http://app:8000/jobs/7"), std::string::npos);
  const auto probe = probe_of<HttpProbe>(spec);
  EXPECT_EQ(probe.method, "POST");
  EXPECT_EQ(probe.body, R"({"id":7})");
  EXPECT_EQ(probe.headers, (std::map<std::string, std::string>{{"Content-Type", "application/json"}, {"X-Key", "v"}}));
  EXPECT_EQ(status.cancel_request, to_text(HttpProbe{.method = "DELETE", .url = "http://app:8000/jobs/7"}));
  const flow::ReadRules& rules = status.rules;
  EXPECT_EQ(rules.field, "$.status");
  EXPECT_EQ(rules.map, (std::vector<flow::MappedStatus>{{"WORKING", flow::Meaning::going_on},
                                                        {"OK", flow::Meaning::satisfied},
                                                        {"BAD", flow::Meaning::failed},
                                                        {"GONE", flow::Meaning::lost},
                                                        {"STOPPED", flow::Meaning::cancelled}}));
  EXPECT_EQ(rules.error_field, "$.error");
  EXPECT_EQ(rules.fail_when, (std::vector<flow::Predicate>{{"$.errors", flow::Comparison::above, "3"}}));
  EXPECT_EQ(rules.captures, (std::vector<flow::CaptureRule>{{"result", "$.result.id", flow::CaptureType::any},
                                                            {"rows", "$.rows", flow::CaptureType::integer}}));
  EXPECT_EQ(rules.heartbeat_field, "$.at");
  EXPECT_EQ(rules.lost_after, Millis{20'000});
  EXPECT_EQ(rules.not_found_max, Millis{1'000});
  EXPECT_EQ(rules.no_answer_max, Millis{2'000});

  EXPECT_EQ(spec.conditions[1].source, flow::SourceKind::signal);
  EXPECT_EQ(spec.conditions[1].target, "approved");
  EXPECT_EQ(spec.conditions[1].name, "signal");
  EXPECT_EQ(spec.conditions[2].source, flow::SourceKind::job);
  EXPECT_TRUE(spec.conditions[2].cancel_when_dropped);
  EXPECT_TRUE(spec.problems.empty());
  EXPECT_TRUE(flow::problems_of(spec).empty()) << join(flow::problems_of(spec), "; ");
}

TEST(WaitWish, EverySourceOutside) {
  EXPECT_EQ(probe_of<RedisProbe>(spec_of(wish_of("'redis':{'url':'redis://:secret@r:6379/1','hash':'job:7','notify':true},'field':'$.s'"))),
            (RedisProbe{.url = "redis://:secret@r:6379/1", .hash = "job:7", .notify = true}));
  EXPECT_EQ(probe_of<RedisProbe>(spec_of(wish_of("'redis':{'url':'redis://r:6379','stream':'done','after':'5-0'}"))),
            (RedisProbe{.url = "redis://r:6379", .stream = "done", .after = "5-0"}));
  EXPECT_EQ(probe_of<PostgresProbe>(spec_of(wish_of("'postgres':{'url':'postgres://u@h/db','query':'select 1','channel':'done'}"))),
            (PostgresProbe{.url = "postgres://u@h/db", .query = "select 1", .channel = "done"}));
  EXPECT_EQ(probe_of<RabbitProbe>(spec_of(wish_of("'rabbitmq':{'url':'amqp://u:p@h:5672/v','exchange':'e','routing_key':'a.#'}"))),
            (RabbitProbe{.url = "amqp://u:p@h:5672/v", .exchange = "e", .routing_key = "a.#"}));
  EXPECT_EQ(probe_of<FileProbe>(spec_of(wish_of("'file':{'path':'/out/report.json'}"))), (FileProbe{.path = "/out/report.json"}));
  EXPECT_EQ(probe_of<TcpProbe>(spec_of(wish_of("'tcp':{'address':'localhost:8000'}"))), (TcpProbe{.address = "localhost:8000"}));
  EXPECT_EQ(probe_of<LogProbe>(spec_of(wish_of("'log':{'path':'app.log','pattern':'done in ([0-9]{1,3}) s'}"))),
            (LogProbe{.path = "app.log", .pattern = "done in ([0-9]{1,3}) s"}));
  EXPECT_EQ(probe_of<CommandProbe>(spec_of(wish_of("'command':{'run':'check \\u0022$X\\u0022','dir':'/x','env':{'X':'1'}}"))),
            (CommandProbe{.run = "check \"$X\"", .dir = "/x", .env = {{"X", "1"}}}));
  const flow::WaitSpec shown = spec_of(wish_of("'redis':{'url':'redis://:secret@r:6379/1','hash':'job:7','notify':true}"));
  EXPECT_EQ(shown.conditions[0].target.find("secret"), std::string::npos) << shown.conditions[0].target;
  EXPECT_TRUE(shown.conditions[0].pushed);
}

TEST(WaitWish, PlacesAreFilledAndAddressesCompleted) {
  const std::vector<Captured> captures{{"job_id", R"("a b/7")"}, {"n", "3"}, {"status_url", R"("/jobs/9?x=1")"}, {"key", R"("k-1")"}};
  const std::string json = wish_of(
      "'http':{'url':'/jobs/{job_id}/status','method':'POST','headers':{'X':'{job_id}'},"
      "'body':{'id':'{job_id}','deep':[{'n':'{n}'}]}},'until':[{'path':'$.id','equals':'{key}'}]},"
      "{'http':{'url':'{status_url}'}},{'redis':{'url':'redis://r:6379','hash':'job:{key}'}},{'signal':'done:{key}'},"
      "{'log':{'path':'l','pattern':'^{job_id} took [0-9]{1,3}'}},{'command':{'run':'awk {{print}} {key}.txt'}");
  const flow::WaitSpec spec = spec_of(json, captures, "http://app:8000/");
  EXPECT_TRUE(spec.problems.empty()) << join(spec.problems, "; ");
  const auto http = probe_of<HttpProbe>(spec, 0);
  EXPECT_EQ(http.url, "http://app:8000/jobs/a%20b%2F7/status");
  EXPECT_EQ(http.headers.at("X"), "a b/7");
  EXPECT_EQ(http.body, R"({"id":"a b/7","deep":[{"n":"3"}]})");
  EXPECT_EQ(spec.conditions[0].rules.until[0].value, R"("k-1")");
  EXPECT_EQ(probe_of<HttpProbe>(spec, 1).url, "http://app:8000/jobs/9?x=1");
  EXPECT_EQ(probe_of<RedisProbe>(spec, 2).hash, "job:k-1");
  EXPECT_EQ(spec.conditions[3].target, "done:k-1");
  EXPECT_EQ(probe_of<LogProbe>(spec, 4).pattern, R"(^a b\/7 took [0-9]{1,3})");
  EXPECT_EQ(probe_of<CommandProbe>(spec, 5).run, "awk {print} k-1.txt");
  EXPECT_EQ(places_of_wish(json), (std::vector<std::string>{"job_id", "key", "n", "status_url"}));
  EXPECT_EQ(problems(json), "");
}

// What is captured wrongly makes the wait invalid, with evidence; it is no mistake of the form.
TEST(WaitWish, WrongCapturesStandInTheSpec) {
  const std::string json = wish_of("'http':{'url':'/jobs/{jobId}/status'},'field':'$.status'");
  const flow::WaitSpec spec = spec_of(json, {{"job_id", "\"7\""}});
  EXPECT_EQ(join(spec.problems, "\n"), "conditions[0].http.url: the captured field 'jobId' is missing (did you mean '{job_id}'?)");
  EXPECT_FALSE(flow::problems_of(spec).empty());
  EXPECT_EQ(spec_of(json, {{"jobId", "\"undefined\""}}).problems.size(), 1U);
  EXPECT_EQ(spec_of(wish_of("'file':{'path':'/o/{x}'}"), {{"x", "null"}}).problems.size(), 1U);
  EXPECT_EQ(spec_of(wish_of("'http':{'url':'{x}'}"), {{"x", "\"ftp://h\""}}).problems.size(), 1U);
  EXPECT_EQ(join(spec_of(wish_of("'tcp':{'address':'h:{port}'}"), {{"port", "8000"}}).problems, ""), "");
}

// The address was made by a program that had forgotten a value.
TEST(WaitWish, ForgottenValuesMakeItInvalid) {
  EXPECT_FALSE(flow::problems_of(spec_of(wish_of("'http':{'url':'http://app/jobs/undefined/status'}"))).empty());
  EXPECT_EQ(spec_of(wish_of("'http':{'url':'http://app/jobs?id=undefined'}")).problems.size(), 1U);
  EXPECT_EQ(spec_of(wish_of("'redis':{'url':'redis://r:1','hash':'job:undefined'}")).problems.size(), 1U);
  EXPECT_EQ(spec_of(wish_of("'signal':'done:null'")).problems.size(), 1U);
  EXPECT_TRUE(spec_of(wish_of("'http':{'url':'http://app/jobs?deleted=null'}")).problems.empty());
}

// A value from outside changes no query and no command.
TEST(WaitWish, ValuesDoNotBecomeCommands) {
  for (const char* evil : {"\"7'; drop table jobs\"", "\"$(reboot)\"", "\"a b\"", "\"-rf\"", "\"7--\"", "\"`x`\""}) {
    EXPECT_EQ(spec_of(wish_of("'command':{'run':'check {id}'}"), {{"id", evil}}).problems.size(), 1U) << evil;
    EXPECT_EQ(spec_of(wish_of("'postgres':{'url':'postgres://h/d','query':'select {id}'}"), {{"id", evil}}).problems.size(), 1U) << evil;
  }
  const flow::WaitSpec by_env = spec_of(wish_of("'command':{'run':'check','env':{'ID':'{id}'}}"), {{"id", "\"$(reboot)\""}});
  EXPECT_TRUE(by_env.problems.empty());
  EXPECT_EQ(probe_of<CommandProbe>(by_env).env.at("ID"), "$(reboot)");
}

TEST(WaitWish, TheUsualWords) {
  const flow::WaitSpec spec = spec_of(wish_of("'http':{'url':'http://app/7'},'field':'$.status'"));
  const auto& map = spec.conditions[0].rules.map;
  const auto meaning_of = [&](const std::string& word) {
    for (const auto& one : map)
      if (one.text == word) return one.meaning;
    ADD_FAILURE() << word;
    return flow::Meaning::lost;
  };
  for (const char* word : {"PENDING", "QUEUED", "INITIALIZING", "RUNNING", "STARTED", "PROGRESS"})
    EXPECT_EQ(meaning_of(word), flow::Meaning::going_on);
  for (const char* word : {"COMPLETED", "SUCCESS", "SUCCEEDED"}) EXPECT_EQ(meaning_of(word), flow::Meaning::satisfied);
  for (const char* word : {"FAILED", "FAILURE", "ERROR"}) EXPECT_EQ(meaning_of(word), flow::Meaning::failed);
  for (const char* word : {"CANCELLED", "CANCELED", "REVOKED"}) EXPECT_EQ(meaning_of(word), flow::Meaning::cancelled);
  EXPECT_EQ(meaning_of("LOST"), flow::Meaning::lost);
  EXPECT_EQ(map.size(), 16U);
  const flow::WaitSpec found = spec_of(wish_of("'http':{'url':'http://app/7','discover':true},'field':'$.status'"));
  EXPECT_EQ(found.conditions[0].rules.map, flow::common_status_map());
  EXPECT_TRUE(spec_of(wish_of("'http':{'url':'http://app/7'}")).conditions[0].rules.map.empty());
}

TEST(WaitWish, EachProblemIsNamedWithItsPlace) {
  EXPECT_EQ(problems("[]"), "expected an object, got an array");
  EXPECT_EQ(problems("{}"), "conditions: is missing");
  EXPECT_EQ(problems(R"({"conditions":[]})"), "conditions: expected 1 to 16, got 0");
  EXPECT_NE(problems("{"), "");
  EXPECT_EQ(problems(wish_of("'http':{'url':'http://a/b'}", ",'timeout':5,'join':'both','pace':{'min_ms':0}")),
            "join: expected all or any, got 'both'\npace.min_ms: must be 1 to 2592000000, got 0\n"
            "timeout: unknown key, did you mean 'timeout_ms'?");
  EXPECT_EQ(problems(wish_of("'http':{'ulr':'http://a/b'},'feild':'$.s'")),
            "conditions[0].http.url: is missing\nconditions[0].http.ulr: unknown key, did you mean 'url'?\n"
            "conditions[0].feild: unknown key, did you mean 'field'?");
  EXPECT_EQ(problems(wish_of("'http':{'url':'http://a/b'},'signal':'k'")), "conditions[0]: expected one source, got http and signal");
  EXPECT_EQ(problems(wish_of("'field':'$.s'")),
            "conditions[0]: expected one of command, file, http, job, log, postgres, rabbitmq, redis, signal, tcp");
  EXPECT_EQ(problems(wish_of("'http':{'url':5},'field':'$..s','map':{'OK':'sucess'},'hold_times':0")),
            "conditions[0].http.url: expected a string, got an integer\n"
            "conditions[0].field: JSON path '$..s', character 3: expected a name\n"
            "conditions[0].map.OK: expected one of going_on, satisfied, failed, lost, cancelled, got 'sucess'\n"
            "conditions[0].hold_times: must be 1 to 1000, got 0");
  EXPECT_EQ(problems(wish_of("'http':{'url':'ftp://a'}")),
            "conditions[0].http.url: expected an address that begins with http:// or https://, got 'ftp://a'");
  EXPECT_EQ(problems(wish_of("'http':{'url':'http://a/{x'}")),
            "conditions[0].http.url: 'http://a/{x', character 10: expected '{name}' (write a brace twice to mean itself)");
  EXPECT_EQ(problems(wish_of("'redis':{'url':'redis://r','hash':'a','key':'b','after':'1'}")),
            "conditions[0].redis: expected exactly one of hash, key, stream, got more\n"
            "conditions[0].redis.after: only entries of a stream come after another");
  EXPECT_EQ(problems(wish_of("'log':{'path':'l','pattern':'(a'}")),
            "conditions[0].log: the pattern '(a' is no regular expression (ECMAScript): Mismatched '(' and ')' in regular expression");
  EXPECT_EQ(problems(wish_of("'tcp':{'address':'h'}")), "conditions[0].tcp: 'address' must be host:port");
}

TEST(WaitWish, RulesThatMakeNoSense) {
  const std::string http = "'http':{'url':'http://a/b'},";
  EXPECT_EQ(problems(wish_of(http + "'map':{'OK':'satisfied'}")), "conditions[0].map: needs a 'field' whose values it maps");
  EXPECT_EQ(problems(wish_of(http + "'field':'$.s','map':{'A':'going_on'}")),
            "condition 'http': no status is mapped to satisfied, so the wait could never end well");
  EXPECT_EQ(problems(wish_of(http + "'field':'$.s','until':[{'path':'$.x','exists':true}]")),
            "conditions[0].until: excludes 'field': its map says when it ends");
  EXPECT_EQ(problems(wish_of(http + "'until':[{'path':'$.x'}]")),
            "conditions[0].until[0]: expected exactly one of exists, equals, differs, below, above, contains, got none");
  EXPECT_EQ(
      problems(wish_of(http + "'until':[{'path':'$.x','exists':false}],'fail_when':[{'above':3}]")),
      "conditions[0].until[0].exists: can only be true\nconditions[0].fail_when[0].above: needs a path: the whole answer is no number");
  EXPECT_EQ(problems(wish_of(http + "'capture':{'a b':'$.x','c':{'path':'$.x','type':'text'}}")),
            "conditions[0].capture.a b: expected a name of letters, digits, '-', '_', '.'\n"
            "conditions[0].capture.c.type: expected one of any, string, number, integer, boolean, object, array, got 'text'");
  EXPECT_EQ(problems(wish_of(http + "'lost_after_ms':5")),
            "conditions[0].lost_after_ms: needs a 'heartbeat_field' that has to change so often");
  EXPECT_EQ(problems(wish_of(http + "'cancel_when_dropped':true")),
            "conditions[0].cancel_when_dropped: 'cancel' has to say how; by itself only a job of Tamarack is cancelled");
  EXPECT_EQ(problems(wish_of("'signal':'k','hold_times':2")),
            "conditions[0].hold_times: only what is looked at from outside can hold several times");
  EXPECT_EQ(problems(wish_of("'signal':'k','capture':{'a':'$.x'}},{'signal':'l','capture':{'a':'$.x'}")),
            "conditions[1].capture.a: another condition captures it, too");
  EXPECT_EQ(problems(wish_of("'signal':'k','name':'n'},{'signal':'l','name':'n'")), "conditions[1].name: 'n' is there twice");
}

TEST(WaitWish, TheServersAddress) {
  const std::string json = wish_of("'http':{'url':'/jobs/7'}");
  EXPECT_EQ(problems(json), "");
  const auto refused = read_wait_wish(json, {}, "");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(refused.error().message.find("conditions[0].http.url: there is no base address for '/jobs/7'"), std::string::npos);
}

TEST(WaitWish, TooLong) {
  EXPECT_NE(problems(std::string(wait_wish_bytes_max + 1, ' ')).find("at most 64.0 KiB"), std::string::npos);
  std::string many = "{";
  for (int i = 0; i < 200; ++i) many += fmt::format("\"wrong{}\":1,", i);
  many.back() = '}';
  EXPECT_EQ(problems_of_wish(many).size(), 51U);
}

// Parts are looked for as they stand, everything else is compared as JSON.
TEST(WaitWish, ValuesOfStatements) {
  const flow::WaitSpec spec =
      spec_of(wish_of("'file':{'path':'f'},'until':[{'contains':'done {id}'},{'path':'$.a','equals':'x'},{'path':'$.b','differs':7}]"),
              {{"id", "7"}});
  EXPECT_EQ(spec.conditions[0].rules.until, (std::vector<flow::Predicate>{{"", flow::Comparison::contains, "done 7"},
                                                                          {"$.a", flow::Comparison::equals, "\"x\""},
                                                                          {"$.b", flow::Comparison::differs, "7"}}));
}

// A brace that is doubled is one also where nothing is filled yet.
TEST(WaitWish, BracesOfAShell) {
  EXPECT_TRUE(places_of_wish(wish_of("'command':{'run':'awk {{print}} ${HOME} | sort'}")).empty());
  EXPECT_EQ(probe_of<CommandProbe>(spec_of(wish_of("'command':{'run':'awk {{print}} { a b; } {1,2} ${HOME}'}"))).run,
            "awk {print} { a b; } {1,2} ${HOME}");
}

TEST(WaitWish, PatternsWithPlaces) {
  const std::string json = wish_of("'log':{'path':'l','pattern':'{id}: ok'}");
  EXPECT_EQ(problems(json), "");
  EXPECT_EQ(probe_of<LogProbe>(spec_of(json, {{"id", "\"a.*\""}})).pattern, R"(a\.\*: ok)");
}

}  // namespace
}  // namespace tamarack::wire
