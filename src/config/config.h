// tamarack.toml as values, with every default filled in. Which keys exist, their types, defaults, limits and texts is said once, in
// keys.cpp; reading, the JSON Schema and the reference page are made from it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "domain/plan.h"

namespace tamarack::config {

struct Suite {
  std::string framework;               // playwright, pytest, mocha, ctest, command
  std::string dir = ".";               // folder the framework runs in, relative to the file
  std::string config;                  // the framework's own configuration file
  std::vector<std::string> arguments;  // key `args`
  std::map<std::string, std::string> env;
  std::string program;  // how to start the framework, shell words
  std::string discover;
  std::string run;
  std::string results = "exit-code";
  std::string build_dir = "build";
  std::vector<std::string> specs;
  std::optional<Millis> discover_timeout{Millis{120'000}};
};

struct Ready {
  std::string http;  // path ("/healthz") or full URL
  std::string tcp;   // "host:port"; "{port}" allowed
  std::string log;   // regular expression on a line of the application's output
  Millis timeout{60'000};
};

struct App {
  std::string start;  // empty: no application is managed
  std::string dir = ".";
  std::map<std::string, std::string> env;
  Ready ready;
  std::string health;  // path polled while tests run; empty: only the process is watched
  Millis health_interval{5'000};
  std::string reset;  // command, or "http:PATH" (POST); run between units
  Millis stop_timeout{10'000};
};

struct Run {
  std::int64_t workers = 0;  // 0: half the logical processors, at least 1
  domain::Policy policy = domain::Policy::dynamic;
  std::int64_t retries = 0;
  std::int64_t fail_fast = 0;          // stop after this many failed tests; 0: never
  std::optional<Millis> timeout;       // for the whole run
  std::optional<Millis> unit_timeout;  // for one framework invocation
  std::int64_t lost_max = 3;           // workers a test may take down with it before it is given up as lost
  std::int64_t quarantine_max = 50;    // tests that [[quarantine]] may hold
};

struct LockRule {  // [[lock]]: units that match hold the named lock
  std::string name;
  std::string tag;        // tests with this tag, or
  std::string match;      // spec paths that match this glob
  std::int64_t line = 0;  // of its header in the file
};
struct CapRule {  // [[cap]]: at most `max` units that match run at once
  std::string name;
  std::string tag;
  std::string match;
  std::int64_t max = 1;
  std::int64_t line = 0;  // of its header in the file
};
struct TogetherRule {  // [[together]]: specs that match stay on one worker, in order
  std::string match;
  std::int64_t line = 0;  // of its header in the file
};
struct OrderRule {  // [[order]]: units that match `before` end before units that match `after` start
  std::string before;
  std::string after;
  std::int64_t line = 0;  // of its header in the file
};
struct QuarantineRule {  // [[quarantine]]: run and shown, but not counted against the run
  std::string test;      // id or "SPEC › TITLE" substring
  std::string owner;
  std::string reason;
  std::string expires;            // YYYY-MM-DD
  std::int64_t line = 0;          // of its header in the file
  std::int64_t expires_line = 0;  // of the key `expires`, for warnings about an expired entry
  std::int64_t expires_column = 0;
};

struct Capture {  // a value that comes after a test or a wait may use as {name}
  std::string name;
  std::string path;  // waits: its JSON path in the answer
  std::string type = "any";
  friend bool operator==(const Capture&, const Capture&) = default;
};

// What a wait looks at, as its keys and values stand in the file: which there are is said in flow_keys.cpp alone.
struct FlowProbe {
  std::string kind;  // http, redis, postgres, rabbitmq, file, tcp, log, command; empty: none
  std::map<std::string, std::string> texts;
  std::map<std::string, std::string> headers;  // http
  std::map<std::string, std::string> env;      // command
  std::map<std::string, bool> flags;
};

struct FlowPredicate {  // a statement about an answer; one of the comparisons is set
  std::string path;
  std::optional<bool> exists;
  std::map<std::string, std::string> comparisons;  // "equals", "differs", "below", "above", "contains" → JSON text
};

struct FlowCondition {
  std::string name;
  std::string job;  // one of job, signal, source
  std::string signal;
  FlowProbe source;
  std::string field;
  std::map<std::string, std::string> map;
  std::string error_field;
  std::vector<FlowPredicate> until;
  std::vector<FlowPredicate> fail_when;
  std::vector<Capture> captures;
  std::int64_t hold_times = 1;
  std::string heartbeat_field;
  std::optional<Millis> lost_after;
  std::optional<Millis> not_found_max;
  std::optional<Millis> no_answer_max;
  bool cancel_when_dropped = false;
  FlowProbe cancel;  // kind "http" when it is set
};

struct FlowPhase {  // [[flow.phase]]: tests, or a wait
  std::string name;
  std::string tag;                        // tests with this tag, or
  std::string match;                      // spec paths that match this glob, or
  std::vector<FlowCondition> conditions;  // a wait
  std::string join = "all";
  std::vector<Capture> captures;  // what its tests must have captured; a wait has them in its conditions
  std::int64_t retries = -1;      // -1: those of the run
  bool never_twice = false;
  std::vector<std::string> needs;  // with the default filled in: the phase before
  std::optional<Millis> timeout;
  std::optional<Millis> pace_min;
  std::optional<Millis> pace_max;
  std::optional<Millis> pace_net;
  std::int64_t line = 0;  // where its wait stands in the file, else its header
  std::int64_t column = 0;
  bool is_wait() const { return !conditions.empty(); }
};

struct FlowRule {  // [[flow]]: phases with one verdict
  std::string name;
  std::string each = "describe";  // the tests of one describe block, spec, or all are one flow
  std::string on_drift = "tell";  // or "invalid"
  std::optional<Millis> limit;
  std::vector<FlowPhase> phases;
  std::int64_t line = 0;  // of its header in the file
};

struct Artifacts {
  std::vector<std::string> watch;  // globs, relative to suite.dir, beside what the framework reports itself
  Millis settle{400};
  std::int64_t bytes_max = 2'000'000'000;  // per run
};

struct Report {
  std::string junit;  // extra copies beside the ones in the run's folder; empty: none
  std::string ctrf;
  std::string html;
};

struct Workspace {                   // what travels to agents on other machines
  std::vector<std::string> include;  // patterns, relative to the file's folder
  std::vector<std::string> exclude;
  std::string setup;  // command, run once on an agent after unpacking; empty: none
  std::vector<std::string> setup_inputs{"**/package-lock.json", "**/npm-shrinkwrap.json", "**/yarn.lock",     "**/pnpm-lock.yaml",
                                        "**/bun.lock",          "**/requirements*.txt",   "**/poetry.lock",   "**/uv.lock",
                                        "**/Pipfile.lock",      "**/Gemfile.lock",        "**/composer.lock", "**/go.sum",
                                        "**/Cargo.lock"};
  std::int64_t bytes_max = 2'000'000'000;
};

struct Config {
  std::string path;  // of the file, absolute
  std::string root;  // its folder
  std::int64_t version = 1;
  std::string project;  // default: name of the folder
  Suite suite;
  App app;
  Run run;
  std::vector<LockRule> locks;
  std::vector<CapRule> caps;
  std::vector<TogetherRule> together;
  std::vector<OrderRule> order;
  std::vector<QuarantineRule> quarantine;
  std::vector<FlowRule> flows;
  Artifacts artifacts;
  Report report;
  Workspace workspace;
};

}  // namespace tamarack::config
