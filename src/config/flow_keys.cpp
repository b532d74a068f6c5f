#include "config/flow_keys.h"

#include "config/key_entry.h"

namespace tamarack::config {
namespace {

constexpr std::int64_t long_text_max = 16'384;  // a query, a body, a script
constexpr std::int64_t wait_hours_max = 720;    // 30 days, as flow/wait_spec.h

constexpr std::string_view flow_example = R"([[flow]]
name = "analysis"
limit = "30m"

[[flow.phase]]
name = "prepare"
tag = "prepare"
capture = { job_id = "string" }

[[flow.phase]]
name = "backend"
timeout = "10m"

[flow.phase.wait]
http = { url = "/api/v1/jobs/{job_id}/status" }
field = "$.status"
map = { PENDING = "going_on", RUNNING = "going_on", COMPLETED = "satisfied", FAILED = "failed" }
error_field = "$.error.message"
capture = { result = "$.result" }

[[flow.phase]]
name = "validate"
tag = "validate"
)";

FlowPhase& phase(Config& config) {
  return config.flows.back().phases.back();
}
FlowCondition& condition(Config& config) {
  return phase(config).conditions.back();
}
void begin_condition(Config& config, std::int64_t) {
  phase(config).conditions.emplace_back();
}

Section source(std::string_view name, std::string_view description, void (*append)(Config&, std::int64_t)) {
  return {.name = name, .description = description, .append = append};
}

std::vector<Section> source_sections() {
  return {
      source("flow.phase.wait.http", "An HTTP answer. Without `field` and `until` a 2xx status other than 202 satisfies.",
             [](Config& c, std::int64_t) { condition(c).source.kind = "http"; }),
      source("flow.phase.wait.redis", "A hash, a key or a stream in Redis.",
             [](Config& c, std::int64_t) { condition(c).source.kind = "redis"; }),
      source("flow.phase.wait.postgres", "The first row of a query, as an object by column.",
             [](Config& c, std::int64_t) { condition(c).source.kind = "postgres"; }),
      source("flow.phase.wait.rabbitmq", "A message in RabbitMQ, as an object with `routing_key`, `headers` and `body`.",
             [](Config& c, std::int64_t) { condition(c).source.kind = "rabbitmq"; }),
      source("flow.phase.wait.file", "A file on the machine that waits.",
             [](Config& c, std::int64_t) { condition(c).source.kind = "file"; }),
      source("flow.phase.wait.tcp", "An address that accepts connections.",
             [](Config& c, std::int64_t) { condition(c).source.kind = "tcp"; }),
      source("flow.phase.wait.log", "The newest line of a log file that matches, as an object with `line` and its groups.",
             [](Config& c, std::int64_t) { condition(c).source.kind = "log"; }),
      source("flow.phase.wait.command", "What a command prints. Exit code 0 is an answer, 1 is \"not there yet\".",
             [](Config& c, std::int64_t) { condition(c).source.kind = "command"; }),
  };
}

template <FlowProbe FlowCondition::* Probe>
std::vector<Key> http_keys(std::string_view section) {
  return {
      key(section, "url", Kind::text, "\"/api/v1/jobs/{job_id}/status\"",
          "The address. One that begins with `/` is on the application under test.",
          [](Config& c) -> Slot { return &(condition(c).*Probe).texts["url"]; })
          .required(),
      key(section, "method", Kind::text, "\"POST\"", "The method. Unset: `GET` to look, `POST` to cancel.",
          [](Config& c) -> Slot { return &(condition(c).*Probe).texts["method"]; })
          .within(1, 20),
      key(section, "headers", Kind::texts, "{ Accept = \"application/json\" }", "Headers of the request.",
          [](Config& c) -> Slot { return &(condition(c).*Probe).headers; }),
      key(section, "body", Kind::text, "\"{\\\"id\\\": 7}\"", "The body of the request.",
          [](Config& c) -> Slot { return &(condition(c).*Probe).texts["body"]; })
          .within(1, long_text_max),
  };
}

std::vector<Key> queue_keys() {
  return {
      key("flow.phase.wait.redis", "url", Kind::text, "\"redis://127.0.0.1:6379/0\"", "`redis://[:password@]host:port[/database]`.",
          [](Config& c) -> Slot { return &condition(c).source.texts["url"]; })
          .required(),
      key("flow.phase.wait.redis", "hash", Kind::text, "\"job:{job_id}\"", "A hash; its fields are the answer.",
          [](Config& c) -> Slot { return &condition(c).source.texts["hash"]; }),
      key("flow.phase.wait.redis", "key", Kind::text, "\"job:{job_id}:status\"", "A string; the answer is `{ \"value\": … }`.",
          [](Config& c) -> Slot { return &condition(c).source.texts["key"]; }),
      key("flow.phase.wait.redis", "stream", Kind::text, "\"events\"", "A stream; its newest entry is the answer.",
          [](Config& c) -> Slot { return &condition(c).source.texts["stream"]; }),
      key("flow.phase.wait.redis", "after", Kind::text, "\"{last_id}\"", "For `stream`: only entries after this id.",
          [](Config& c) -> Slot { return &condition(c).source.texts["after"]; })
          .within(1, 200),
      key("flow.phase.wait.redis", "notify", Kind::flag, "true",
          "For `hash` and `key`: Redis announces changes (keyspace notifications are switched on there), so they are seen at once.",
          [](Config& c) -> Slot { return &condition(c).source.flags["notify"]; }),
      key("flow.phase.wait.postgres", "url", Kind::text, "\"postgres://127.0.0.1/shop\"", "`postgres://…`, or a libpq connection string.",
          [](Config& c) -> Slot { return &condition(c).source.texts["url"]; })
          .required(),
      key("flow.phase.wait.postgres", "query", Kind::text, "\"select status from jobs where id = '{job_id}'\"", "The query.",
          [](Config& c) -> Slot { return &condition(c).source.texts["query"]; })
          .required()
          .within(1, long_text_max),
      key("flow.phase.wait.postgres", "channel", Kind::text, "\"job_changed\"",
          "A channel on which changes are announced (`NOTIFY`), so they are seen at once.",
          [](Config& c) -> Slot { return &condition(c).source.texts["channel"]; })
          .within(1, 200),
      key("flow.phase.wait.rabbitmq", "url", Kind::text, "\"amqp://127.0.0.1:5672/\"", "`amqp://user:password@host:port/vhost`.",
          [](Config& c) -> Slot { return &condition(c).source.texts["url"]; })
          .required(),
      key("flow.phase.wait.rabbitmq", "queue", Kind::text, "\"results\"", "A queue; it is read, nothing is taken from it.",
          [](Config& c) -> Slot { return &condition(c).source.texts["queue"]; })
          .within(1, 255),
      key("flow.phase.wait.rabbitmq", "exchange", Kind::text, "\"events\"", "An exchange; a queue of our own is bound to it.",
          [](Config& c) -> Slot { return &condition(c).source.texts["exchange"]; })
          .within(1, 255),
      key("flow.phase.wait.rabbitmq", "routing_key", Kind::text, "\"job.{job_id}\"", "The routing key that messages must have.",
          [](Config& c) -> Slot { return &condition(c).source.texts["routing_key"]; })
          .within(1, 255),
  };
}

std::vector<Key> machine_keys() {
  return {
      key("flow.phase.wait.file", "path", Kind::text, "\"out/{job_id}.json\"", "The file; its content is the answer.",
          [](Config& c) -> Slot { return &condition(c).source.texts["path"]; })
          .required(),
      key("flow.phase.wait.tcp", "address", Kind::text, "\"127.0.0.1:9000\"", "`HOST:PORT`.",
          [](Config& c) -> Slot { return &condition(c).source.texts["address"]; })
          .required(),
      key("flow.phase.wait.log", "path", Kind::text, "\"logs/worker.log\"", "The log file.",
          [](Config& c) -> Slot { return &condition(c).source.texts["path"]; })
          .required(),
      key("flow.phase.wait.log", "pattern", Kind::text, "\"job (.*) is done\"", "A regular expression (ECMAScript).",
          [](Config& c) -> Slot { return &condition(c).source.texts["pattern"]; })
          .required()
          .within(1, 1000),
      key("flow.phase.wait.command", "run", Kind::text, "\"scripts/job_state.sh {job_id}\"",
          "The command, for a shell. A variable is written `$HOME`; `{HOME}` would be a place.",
          [](Config& c) -> Slot { return &condition(c).source.texts["run"]; })
          .required()
          .within(1, long_text_max),
      key("flow.phase.wait.command", "dir", Kind::text, "\"backend\"", "The folder in which it runs.",
          [](Config& c) -> Slot { return &condition(c).source.texts["dir"]; }),
      key("flow.phase.wait.command", "env", Kind::environment, "{ STAGE = \"test\" }", "Environment variables of the command.",
          [](Config& c) -> Slot { return &condition(c).source.env; }),
  };
}

template <std::vector<FlowPredicate> FlowCondition::* Predicates>
std::vector<Key> predicate_keys(std::string_view section) {
  return {
      key(section, "path", Kind::text, "\"$.progress\"", "A JSON path into the answer. Unset: the answer as text.",
          [](Config& c) -> Slot { return &(condition(c).*Predicates).back().path; }),
      key(section, "exists", Kind::flag, "true", "Something stands there.",
          [](Config& c) -> Slot { return &(condition(c).*Predicates).back().exists; }),
      key(section, "equals", Kind::scalar, "100", "It is this.",
          [](Config& c) -> Slot { return &(condition(c).*Predicates).back().comparisons["equals"]; }),
      key(section, "differs", Kind::scalar, "\"pending\"", "It is not this.",
          [](Config& c) -> Slot { return &(condition(c).*Predicates).back().comparisons["differs"]; }),
      key(section, "below", Kind::scalar, "10", "It is a smaller number.",
          [](Config& c) -> Slot { return &(condition(c).*Predicates).back().comparisons["below"]; }),
      key(section, "above", Kind::scalar, "0", "It is a greater number.",
          [](Config& c) -> Slot { return &(condition(c).*Predicates).back().comparisons["above"]; }),
      key(section, "contains", Kind::scalar, "\"done\"", "It is a text with this in it.",
          [](Config& c) -> Slot { return &(condition(c).*Predicates).back().comparisons["contains"]; }),
  };
}

std::vector<Key> condition_keys() {
  constexpr std::string_view wait = "flow.phase.wait";
  return {
      key(wait, "name", Kind::text, "\"job\"", "What it is called in messages. Unset: what it looks at, such as `http`.",
          [](Config& c) -> Slot { return &condition(c).name; })
          .within(1, 100),
      key(wait, "job", Kind::text, "\"{job_id}\"", "The id of a job of Tamarack.", [](Config& c) -> Slot { return &condition(c).job; }),
      key(wait, "signal", Kind::text, "\"approve-{order_id}\"", "The key of a signal that somebody sends.",
          [](Config& c) -> Slot { return &condition(c).signal; }),
      key(wait, "field", Kind::text, "\"$.status\"", "The JSON path of the status in the answer.",
          [](Config& c) -> Slot { return &condition(c).field; }),
      key(wait, "map", Kind::texts, "{ RUNNING = \"going_on\", COMPLETED = \"satisfied\", FAILED = \"failed\" }",
          "What each status means. One that is not here makes the wait invalid. Unset: the usual words, such as `PENDING`, `COMPLETED`, "
          "`FAILED`.",
          [](Config& c) -> Slot { return &condition(c).map; })
          .choices({"going_on", "satisfied", "failed", "lost", "cancelled"}),
      key(wait, "error_field", Kind::text, "\"$.error.message\"", "The JSON path of the backend's own words about a failure.",
          [](Config& c) -> Slot { return &condition(c).error_field; }),
      key(wait, "capture", Kind::captures, "{ result = \"$.result\", rows = { path = \"$.rows\", type = \"integer\" } }",
          "What is taken from the answer that satisfies, for the phases after this one.",
          [](Config& c) -> Slot { return &condition(c).captures; }),
      key(wait, "hold_times", Kind::integer, "3", "So many answers in a row must satisfy.",
          [](Config& c) -> Slot { return &condition(c).hold_times; })
          .by_default("1")
          .within(1, 1000),
      key(wait, "heartbeat_field", Kind::text, "\"$.updated_at\"", "The JSON path of a value that changes while somebody works on it.",
          [](Config& c) -> Slot { return &condition(c).heartbeat_field; }),
      key(wait, "lost_after", Kind::duration, "\"90s\"", "How long that value may stay the same before the work is lost. Unset: 1m.",
          [](Config& c) -> Slot { return &condition(c).lost_after; })
          .within(100, wait_hours_max * hour),
      key(wait, "not_found_max", Kind::duration, "\"30s\"", "How long a 404 is forgiven before the first good answer. Unset: 5s.",
          [](Config& c) -> Slot { return &condition(c).not_found_max; })
          .within(0, wait_hours_max * hour),
      key(wait, "no_answer_max", Kind::duration, "\"2m\"", "How long nobody may answer before the wait is given up. Unset: 30s.",
          [](Config& c) -> Slot { return &condition(c).no_answer_max; })
          .within(0, wait_hours_max * hour),
      key(wait, "cancel_when_dropped", Kind::flag, "true", "For `job`: cancel it when the wait ends without it.",
          [](Config& c) -> Slot { return &condition(c).cancel_when_dropped; })
          .by_default("false"),
  };
}

std::vector<Key> phase_keys() {
  return {
      key("flow.phase", "name", Kind::text, "\"prepare\"", "The phase; different from the others of its flow.",
          [](Config& c) -> Slot { return &phase(c).name; })
          .required()
          .within(1, 100),
      key("flow.phase", "tag", Kind::text, "\"prepare\"", "A phase of tests: those with this tag, without `@`.",
          [](Config& c) -> Slot { return &phase(c).tag; })
          .within(1, 200),
      key("flow.phase", "match", Kind::text, "\"prepare/**\"", "A phase of tests: those in specs whose path matches this pattern.",
          [](Config& c) -> Slot { return &phase(c).match; }),
      key("flow.phase", "capture", Kind::typed_names, "{ job_id = \"string\" }",
          "For tests: what they must have captured when the phase ends, with types, or only names: `[\"job_id\"]`. What a wait "
          "captures stands in `wait`.",
          [](Config& c) -> Slot { return &phase(c).captures; }),
      key("flow.phase", "retries", Kind::integer, "0", "For tests: how often a failed one is tried again. Unset: `retries` of `[run]`.",
          [](Config& c) -> Slot { return &phase(c).retries; })
          .within(0, 10),
      key("flow.phase", "never_twice", Kind::flag, "true",
          "For tests that start something which must not be started again: one that was cut off, with its worker, is lost and does not "
          "run again.",
          [](Config& c) -> Slot { return &phase(c).never_twice; })
          .by_default("false"),
      key("flow.phase", "needs", Kind::list, "[\"backend\"]",
          "Phases that must have ended well before this one begins. Unset: the one before it in this file.",
          [](Config& c) -> Slot { return &phase(c).needs; }),
      key("flow.phase", "timeout", Kind::duration, "\"10m\"", "For waits: how long it may take from its beginning. Unset: 10m.",
          [](Config& c) -> Slot { return &phase(c).timeout; })
          .within(second, wait_hours_max * hour),
      key("flow.phase", "join", Kind::choice, "\"any\"", "For `conditions`: whether all must hold or any.",
          [](Config& c) -> Slot { return &phase(c).join; })
          .by_default("\"all\"")
          .choices({"all", "any"}),
  };
}

std::vector<Key> pace_keys() {
  return {
      key("flow.phase.pace", "min", Kind::duration, "\"1s\"", "The shortest pause between two looks. Unset: 250ms.",
          [](Config& c) -> Slot { return &phase(c).pace_min; })
          .within(10, 24 * hour),
      key("flow.phase.pace", "max", Kind::duration, "\"30s\"", "The longest pause. Unset: 15s.",
          [](Config& c) -> Slot { return &phase(c).pace_max; })
          .within(10, 24 * hour),
      key("flow.phase.pace", "net", Kind::duration, "\"2m\"", "The pause where changes are announced to us. Unset: 1m.",
          [](Config& c) -> Slot { return &phase(c).pace_net; })
          .within(10, 24 * hour),
  };
}

}  // namespace

std::vector<Section> flow_sections() {
  std::vector<Section> sections{
      {.name = "flow",
       .repeated = true,
       .description =
           "Tests that start long work in a backend, the wait for it, and the tests that look at what came of it: phases in "
           "order, with one verdict. Nobody holds a worker during the wait. Tests of different phases never run together, so a serial "
           "group must not span phases. A flow needs tests for each of its phases; where a filter such as `--tag` leaves only "
           "some of them, they run as ordinary tests. Every address, query, key and command of a wait may hold `{places}`, filled "
           "with what earlier phases captured; `{{` is a brace.",
       .example = flow_example,
       .append = [](Config& config, std::int64_t line) { config.flows.emplace_back().line = line; }},
      {.name = "flow.phase",
       .repeated = true,
       .description = "One step of a flow: tests (`tag` or `match`), or a wait (`wait` for one condition, `conditions` for several).",
       .alternatives = {"tag", "match", "wait", "conditions"},
       .alternative_required = true,
       .append = [](Config& config, std::int64_t line) { config.flows.back().phases.emplace_back().line = line; }},
      {.name = "flow.phase.wait",
       .description = "A wait for one condition. Short form: `wait = { http = { url = \"…\" }, field = \"$.status\", map = { … } }` in "
                      "`[[flow.phase]]`. The longer one, `[flow.phase.wait]`, belongs to the `[[flow.phase]]` above it.",
       .alternatives = {"http", "job", "signal", "redis", "postgres", "rabbitmq", "file", "tcp", "log", "command"},
       .alternative_required = true,
       .append = begin_condition},
      {.name = "flow.phase.conditions",
       .repeated = true,
       .description = "A wait for several conditions; `join` says how many must hold. Each has the keys of `wait`.",
       .alternatives = {"http", "job", "signal", "redis", "postgres", "rabbitmq", "file", "tcp", "log", "command"},
       .alternative_required = true,
       .keys_like = "flow.phase.wait",
       .append = begin_condition},
      {.name = "flow.phase.pace", .description = "How often a wait looks. It learns from earlier runs; these are its bounds."},
  };
  for (Section& section : source_sections()) sections.push_back(section);
  sections.push_back({.name = "flow.phase.wait.until",
                      .repeated = true,
                      .description = "Instead of `field`: the wait is satisfied when all of these hold. Short form: "
                                     "`until = [{ path = \"$.progress\", equals = 100 }]`.",
                      .alternatives = {"exists", "equals", "differs", "below", "above", "contains"},
                      .alternative_required = true,
                      .append = [](Config& config, std::int64_t) { condition(config).until.emplace_back(); }});
  sections.push_back({.name = "flow.phase.wait.fail_when",
                      .repeated = true,
                      .description = "The wait fails at once when any of these holds.",
                      .alternatives = {"exists", "equals", "differs", "below", "above", "contains"},
                      .alternative_required = true,
                      .append = [](Config& config, std::int64_t) { condition(config).fail_when.emplace_back(); }});
  sections.push_back({.name = "flow.phase.wait.cancel",
                      .description = "A request that is sent when the wait ends without this condition, so that the backend stops.",
                      .append = [](Config& config, std::int64_t) { condition(config).cancel.kind = "http"; }});
  return sections;
}

std::vector<Key> flow_keys() {
  const std::vector<Key> flow{
      key("flow", "name", Kind::text, "\"analysis\"", "The flow; different from the others.",
          [](Config& c) -> Slot { return &c.flows.back().name; })
          .required()
          .within(1, 100),
      key("flow", "each", Kind::choice, "\"spec\"",
          "Which tests make one flow: those of one `describe` block, of one `spec`, or `all` that match. Playwright's projects always are "
          "flows of their own.",
          [](Config& c) -> Slot { return &c.flows.back().each; })
          .by_default("\"describe\"")
          .choices({"describe", "spec", "all"}),
      key("flow", "limit", Kind::duration, "\"30m\"", "How long one flow may take, waits included. Unset: no limit of its own.",
          [](Config& c) -> Slot { return &c.flows.back().limit; })
          .within(second, wait_hours_max * hour),
      key("flow", "on_drift", Kind::choice, "\"invalid\"",
          "What becomes of a flow whose code, or the application it captured as `app_version`, changed while it waited. `tell`: a test "
          "that "
          "ran with the change is marked `drifted`. `invalid`: its phase is invalid as well, exit code 5.",
          [](Config& c) -> Slot { return &c.flows.back().on_drift; })
          .by_default("\"tell\"")
          .choices({"tell", "invalid"}),
  };
  const std::vector<Key> http_more{
      key("flow.phase.wait.http", "discover", Kind::flag, "true",
          "A 202 names the address to look at from then on (`Operation-Location` or `Location`).",
          [](Config& c) -> Slot { return &condition(c).source.flags["discover"]; }),
      key("flow.phase.wait.http", "events", Kind::text, "\"/api/v1/jobs/{job_id}/events\"",
          "The address of a stream of server-sent events; each makes the wait look at once.",
          [](Config& c) -> Slot { return &condition(c).source.texts["events"]; }),
  };
  std::vector<Key> all;
  for (const std::vector<Key>& part :
       {flow, phase_keys(), condition_keys(), pace_keys(), http_keys<&FlowCondition::source>("flow.phase.wait.http"), http_more,
        queue_keys(), machine_keys(), predicate_keys<&FlowCondition::until>("flow.phase.wait.until"),
        predicate_keys<&FlowCondition::fail_when>("flow.phase.wait.fail_when"),
        http_keys<&FlowCondition::cancel>("flow.phase.wait.cancel")})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace tamarack::config
