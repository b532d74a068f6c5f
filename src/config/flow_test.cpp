#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "config/flow_checks.h"
#include "config/flow_wish.h"
#include "config/read_config.h"

namespace tamarack::config {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string head = "version = 1\n[suite]\nframework = \"playwright\"\n";
const std::string tests_first =
    "[[flow]]\nname = \"analysis\"\n[[flow.phase]]\nname = \"prepare\"\ntag = \"prepare\"\ncapture = { job_id = \"string\", ok = "
    "\"boolean\" }\n";

std::string problems_of(const std::string& flows) {
  return describe(read_config(head + flows, "tamarack.toml").problems);
}
// The keys of one more phase, from line 12 on, after tests that capture job_id.
std::string in_second_phase(const std::string& lines) {
  return problems_of(tests_first + "[[flow.phase]]\nname = \"backend\"\n" + lines);
}
std::string in_wait(const std::string& value) {
  return in_second_phase("wait = " + value + "\n");
}

Config config_of(const std::string& flows) {
  ReadResult read = read_config(head + flows, "tamarack.toml");
  EXPECT_TRUE(read.config) << describe(read.problems);
  return read.config.value_or(Config{});
}

TEST(Flow, IsReadWithItsPhases) {
  const Config config = config_of(tests_first + R"(
retries = 0
never_twice = true
[[flow.phase]]
name = "backend"
timeout = "10m"
wait = { http = { url = "/jobs/{job_id}/status" }, field = "$.status", map = { DONE = "satisfied" }, capture = { result = "$.result" } }
[[flow.phase]]
name = "validate"
match = "validate/**"
[[flow.phase]]
name = "clean up"
tag = "clean"
needs = ["prepare"]
[[flow]]
name = "second"
each = "spec"
limit = "30m"
on_drift = "invalid"
[[flow.phase]]
name = "only"
tag = "only"
capture = ["a", "b"]
)");
  ASSERT_EQ(config.flows.size(), 2U);
  const FlowRule& flow = config.flows[0];
  EXPECT_EQ(flow.each, "describe");
  EXPECT_EQ(flow.line, 4);
  ASSERT_EQ(flow.phases.size(), 4U);
  EXPECT_EQ(flow.phases[0].tag, "prepare");
  EXPECT_EQ(flow.phases[0].retries, 0);
  EXPECT_TRUE(flow.phases[0].never_twice);
  EXPECT_EQ(flow.phases[0].captures, (std::vector<Capture>{{"job_id", "", "string"}, {"ok", "", "boolean"}}));
  EXPECT_TRUE(flow.phases[0].needs.empty());
  EXPECT_FALSE(flow.phases[0].is_wait());
  EXPECT_TRUE(flow.phases[1].is_wait());
  EXPECT_EQ(flow.phases[1].line, 16);  // of the key `wait`
  EXPECT_EQ(flow.phases[1].timeout, Millis{600'000});
  EXPECT_THAT(flow.phases[1].needs, ElementsAre("prepare"));
  EXPECT_EQ(flow.phases[2].match, "validate/**");
  EXPECT_EQ(flow.phases[2].retries, -1);
  EXPECT_THAT(flow.phases[2].needs, ElementsAre("backend"));
  EXPECT_THAT(flow.phases[3].needs, ElementsAre("prepare"));
  EXPECT_EQ(config.flows[1].limit, Millis{1'800'000});
  EXPECT_EQ(flow.on_drift, "tell");
  EXPECT_EQ(config.flows[1].on_drift, "invalid");
  EXPECT_EQ(config.flows[1].phases[0].captures, (std::vector<Capture>{{"a"}, {"b"}}));
}

json::value wish(const std::string& lines) {
  const Config config = config_of(tests_first + "[[flow.phase]]\nname = \"backend\"\n" + lines);
  return json::parse(wish_of(config.flows.at(0), config.flows.at(0).phases.at(1)));
}

TEST(Wish, IsTheOneFormOfWaits) {
  EXPECT_EQ(wish(R"(
timeout = "90s"
pace = { min = "1s", net = "2m" }
[flow.phase.wait]
name = "job"
http = { url = "/jobs/{job_id}", method = "POST", headers = { Accept = "application/json" }, body = "{{}}", discover = true, events = "/e" }
field = "$.status"
map = { RUNNING = "going_on", "DONE OK" = "satisfied" }
error_field = "$.error"
fail_when = [{ path = "$.n", above = 3 }, { contains = "x" }]
capture = { result = "$.result", rows = { path = "$.rows", type = "integer" } }
hold_times = 2
heartbeat_field = "$.t"
lost_after = "1m30s"
not_found_max = "0s"
no_answer_max = "10s"
cancel = { url = "/jobs/{job_id}", method = "DELETE" }
)"),
            json::parse(R"({"name":"analysis/backend","timeout_ms":90000,"pace":{"min_ms":1000,"net_ms":120000},"conditions":[{"name":"job",
"http":{"url":"/jobs/{job_id}","method":"POST","headers":{"Accept":"application/json"},"body":"{{}}","discover":true,"events":"/e"},
"field":"$.status","map":{"RUNNING":"going_on","DONE OK":"satisfied"},"error_field":"$.error",
"fail_when":[{"path":"$.n","above":3},{"contains":"x"}],
"capture":{"result":"$.result","rows":{"path":"$.rows","type":"integer"}},"hold_times":2,"heartbeat_field":"$.t","lost_after_ms":90000,
"not_found_max_ms":0,"no_answer_max_ms":10000,"cancel":{"url":"/jobs/{job_id}","method":"DELETE"}}]})"));
}

TEST(Wish, LeavesOutWhatTheFileLeavesOut) {
  EXPECT_EQ(wish("wait = { signal = \"approve-{job_id}\" }\n"),
            json::parse(R"({"name":"analysis/backend","conditions":[{"signal":"approve-{job_id}"}]})"));
}

TEST(Wish, HasEverySource) {
  EXPECT_EQ(wish(R"(
join = "any"
conditions = [
  { job = "{job_id}", cancel_when_dropped = true },
  { redis = { url = "redis://h", hash = "j:{job_id}", notify = true }, until = [{ path = "$.done", equals = true }] },
  { postgres = { url = "postgres://h/d", query = "select 1", channel = "c" }, until = [{ exists = true }] },
  { rabbitmq = { url = "amqp://h", exchange = "e", routing_key = "k" } },
  { file = { path = "a" } },
  { tcp = { address = "h:1" } },
  { log = { path = "l", pattern = "p.*" } },
  { command = { run = "r", dir = "d", env = { A = "{job_id}" } }, until = [{ differs = "x" }, { below = 1.5 }] },
]
)"),
            json::parse(R"({"name":"analysis/backend","join":"any","conditions":[{"job":"{job_id}","cancel_when_dropped":true},
{"redis":{"url":"redis://h","hash":"j:{job_id}","notify":true},"until":[{"path":"$.done","equals":true}]},
{"postgres":{"url":"postgres://h/d","query":"select 1","channel":"c"},"until":[{"exists":true}]},
{"rabbitmq":{"url":"amqp://h","exchange":"e","routing_key":"k"}},{"file":{"path":"a"}},{"tcp":{"address":"h:1"}},
{"log":{"path":"l","pattern":"p.*"}},
{"command":{"run":"r","dir":"d","env":{"A":"{job_id}"}},"until":[{"differs":"x"},{"below":1.5}]}]})"));
}

TEST(Phase, IsTestsOrAWait) {
  const std::string rule = "tamarack.toml:10:1: [[flow.phase]] needs exactly one of 'tag', 'match', 'wait', 'conditions', got ";
  EXPECT_EQ(in_second_phase(""), rule + "none\n");
  EXPECT_EQ(in_second_phase("tag = \"a\"\nwait = { signal = \"s\" }\n"), rule + "'tag' and 'wait'\n  hint: keep one of them\n");
  EXPECT_EQ(in_second_phase("tag = \"a\"\nmatch = \"b\"\n"), rule + "'tag' and 'match'\n  hint: keep one of them\n");
  EXPECT_EQ(in_second_phase("conditions = []\n"), "tamarack.toml:12:1: 'conditions' in [[flow.phase]] must have at least one entry\n");
}

TEST(Flow, KnowsWhatToDoOfDrift) {
  EXPECT_THAT(
      problems_of("[[flow]]\nname = \"a\"\non_drift = \"fail\"\n[[flow.phase]]\nname = \"t\"\ntag = \"t\"\n"),
      testing::AllOf(HasSubstr("tamarack.toml:6:12: "), HasSubstr("'on_drift' in [[flow]]"), HasSubstr("tell"), HasSubstr("invalid")));
}

TEST(Phase, MayBeAWaitBeforeAnyTest) {
  EXPECT_EQ(
      problems_of("[[flow]]\nname = \"a\"\n[[flow.phase]]\nname = \"go\"\nwait = { signal = \"go\" }\n[[flow.phase]]\nname = \"t\"\ntag "
                  "= \"t\"\n"),
      "");
}

TEST(Phase, RefusesTheKeysOfTheOtherKind) {
  EXPECT_EQ(in_second_phase("wait = { signal = \"s\" }\ncapture = [\"x\"]\nretries = 1\nnever_twice = true\n"),
            "tamarack.toml:13:1: 'capture' in [[flow.phase]] is for phases of tests, 'backend' is a wait\n"
            "  hint: what a wait captures stands in its condition: wait = { …, capture = { NAME = \"$.path\" } }\n"
            "tamarack.toml:14:1: 'retries' in [[flow.phase]] is for phases of tests, 'backend' is a wait\n  hint: remove the line\n"
            "tamarack.toml:15:1: 'never_twice' in [[flow.phase]] is for phases of tests, 'backend' is a wait\n  hint: remove the line\n");
  EXPECT_THAT(in_second_phase("tag = \"x\"\npace = { min = \"1s\" }\njoin = \"any\"\ntimeout = \"5m\"\n"),
              testing::AllOf(HasSubstr(":13:8: 'pace' in [[flow.phase]] is for waits"), HasSubstr(":14:1: 'join' in [[flow.phase]] is for"),
                             HasSubstr(":15:1: 'timeout' in [[flow.phase]] is for waits")));
}

TEST(Phase, SaysWhatIsWrongWithAWaitAllAtOnce) {
  EXPECT_EQ(in_wait("{ http = { url = 5, metod = \"GET\" }, map = { A = \"ok\", B = \"satisfid\" }, hold_times = 0, colour = 1 }"),
            "tamarack.toml:12:25: 'url' in [flow.phase.wait.http] must be a string, got integer 5\n"
            "tamarack.toml:12:28: unknown key 'metod' in [flow.phase.wait.http], expected one of url, method, headers, body, discover, "
            "events\n  hint: did you mean 'method'?\n"
            "tamarack.toml:12:57: 'map.A' in [flow.phase.wait] must be one of \"going_on\", \"satisfied\", \"failed\", \"lost\", "
            "\"cancelled\", got 'ok'\n"
            "tamarack.toml:12:67: 'map.B' in [flow.phase.wait] must be one of \"going_on\", \"satisfied\", \"failed\", \"lost\", "
            "\"cancelled\", got 'satisfid'\n  hint: did you mean \"satisfied\"?\n"
            "tamarack.toml:12:94: 'hold_times' in [flow.phase.wait] must be an integer from 1 to 1000, got integer 0\n"
            "tamarack.toml:12:97: unknown key 'colour' in [flow.phase.wait], expected one of name, job, signal, field, map, error_field, "
            "capture, hold_times, heartbeat_field, lost_after, not_found_max, no_answer_max, cancel_when_dropped, http, redis, postgres, "
            "rabbitmq, file, tcp, log, command, until, fail_when, cancel\n");
  EXPECT_THAT(in_wait("{ job = \"a\", signal = \"b\" }"), HasSubstr("[flow.phase.wait] needs exactly one of 'http', 'job'"));
  EXPECT_THAT(in_wait("{ http = { url = \"/\" }, until = [{ path = \"$.a\" }] }"),
              HasSubstr("[[flow.phase.wait.until]] needs exactly one of 'exists', 'equals'"));
  EXPECT_THAT(in_wait("\"/status\""), HasSubstr("must be the section [flow.phase.wait], got string '/status'"));
  EXPECT_THAT(in_wait("{ http = {} }"), HasSubstr("missing key 'url' in [flow.phase.wait.http]"));
}

TEST(Phase, CapturesHaveTypes) {
  EXPECT_EQ(
      problems_of("[[flow]]\nname = \"a\"\n[[flow.phase]]\nname = \"p\"\ntag = \"p\"\ncapture = { id = \"strng\", \"a b\" = \"any\" }\n"),
      "tamarack.toml:9:18: 'capture.id' in [[flow.phase]] must be a type, one of \"any\", \"string\", \"number\", \"integer\", "
      "\"boolean\", \"object\", \"array\", got string 'strng'\n  hint: did you mean \"string\"?\n"
      "tamarack.toml:9:35: 'capture.a b' in [[flow.phase]] must have a name of letters, digits, '_', '-' and '.', at most 100\n");
  EXPECT_THAT(in_wait("{ signal = \"s\", capture = { a = 1, b = { path = \"$.b\", typ = \"any\" } } }"),
              testing::AllOf(HasSubstr("'capture.a' in [flow.phase.wait] must be a JSON path or { path, type }, got integer 1"),
                             HasSubstr("'capture.b' in [flow.phase.wait] has the unknown key 'typ', expected path or type")));
}

TEST(Phase, NeedsPhasesOfItsFlow) {
  EXPECT_EQ(in_second_phase("tag = \"b\"\nneeds = [\"prepar\", \"backend\"]\n"),
            "tamarack.toml:13:1: 'needs' in [[flow.phase]] 'backend' names 'prepar', which is no phase of its flow\n"
            "  hint: did you mean \"prepare\"?\n"
            "tamarack.toml:13:1: 'needs' in [[flow.phase]] 'backend' names the phase itself\n");
  EXPECT_EQ(
      problems_of("[[flow]]\nname = \"a\"\n[[flow.phase]]\nname = \"p\"\ntag = \"p\"\nneeds = [\"q\"]\n[[flow.phase]]\nname = \"q\"\ntag = "
                  "\"q\"\n"),
      "tamarack.toml:9:1: the phases 'p', 'q' of [[flow]] 'a' need each other, so none could begin\n"
      "  hint: take one of them out of 'needs'\n");
}

TEST(Names, AreThereOnce) {
  EXPECT_EQ(problems_of(tests_first + "[[flow.phase]]\nname = \"prepare\"\ntag = \"x\"\n" + tests_first),
            "tamarack.toml:11:1: 'name' in [[flow.phase]] must differ from the others of its flow, got 'prepare' twice\n"
            "tamarack.toml:14:1: 'name' in [[flow]] must differ from the others, got 'analysis' twice\n");
}

TEST(FlowRule, NeedsTests) {
  EXPECT_EQ(problems_of("[[flow]]\nname = \"a\"\n[[flow.phase]]\nname = \"w\"\nwait = { signal = \"s\" }\n"),
            "tamarack.toml:4:1: [[flow]] 'a' needs at least one [[flow.phase]] of tests ('tag' or 'match')\n"
            "  hint: a wait alone can be had with: tamarack wait\n");
}

// The typo of the seed: jobId is asked for where job_id was captured. It costs no run.
TEST(Places, AreFilledByEarlierPhases) {
  EXPECT_EQ(in_wait("{ http = { url = \"/jobs/{job_id}/status\" } }"), "");
  EXPECT_EQ(in_wait("{ http = { url = \"/jobs/{jobid}/status\" } }"),
            "tamarack.toml:12:19: 'wait.http.url' in [[flow.phase]] 'backend' has the place '{jobid}', which no earlier phase captures\n"
            "  hint: did you mean '{job_id}'?\n");
  EXPECT_EQ(in_wait("{ http = { url = \"/jobs/{jobId}/status\" } }"),
            "tamarack.toml:12:19: 'wait.http.url' in [[flow.phase]] 'backend' has the place '{jobId}', which no earlier phase captures\n"
            "  hint: did you mean '{job_id}'?\n");
  EXPECT_EQ(in_wait("{ signal = \"go-{ok}\" }"),
            "tamarack.toml:12:10: 'wait.signal' in [[flow.phase]] 'backend' has the place '{ok}', which phase 'prepare' captures as "
            "boolean\n  hint: only strings and numbers can stand in a text\n");
  EXPECT_THAT(in_wait("{ http = { url = \"/{{jobId}}\", body = \"{x}\", events = \"/{a}\" }, cancel = { url = \"/{b}\" } }"),
              testing::AllOf(HasSubstr("'wait.http.events' in [[flow.phase]] 'backend' has the place '{a}'"),
                             HasSubstr("'wait.cancel.url'"), testing::Not(HasSubstr("jobId")), testing::Not(HasSubstr("{x}"))));
  EXPECT_THAT(in_second_phase("conditions = [{ signal = \"a\" }, { signal = \"{jobId}\" }]\n"), HasSubstr("'conditions[1].signal'"));
}

TEST(Places, AreNotFilledByPhasesThatMayStillRun) {
  EXPECT_THAT(in_second_phase("needs = []\nwait = { signal = \"{job_id}\" }\n"),
              HasSubstr("hint: phase 'prepare' captures it, but 'backend' does not need that phase: add it to 'needs'"));
  EXPECT_THAT(in_wait("{ signal = \"{own}\", capture = { own = \"$.x\" } }"),
              HasSubstr("hint: it captures that itself, which is too late"));
}

TEST(Places, ComeThroughSeveralPhases) {
  EXPECT_EQ(
      in_second_phase("wait = { signal = \"{job_id}\", capture = { r = \"$.r\" } }\n[[flow.phase]]\nname = \"again\"\nwait = { signal = "
                      "\"{job_id}-{r}\" }\n"),
      "");
}

TEST(Places, AreReadAsTheWaitReadsThem) {
  EXPECT_THAT(places_in("/{a}/{{b}}/{a}/{c.d}/}}{e"), ElementsAre("a", "c.d"));
  EXPECT_THAT(places_in("{}{ x }${d}"), ElementsAre("d"));
}

}  // namespace
}  // namespace tamarack::config
