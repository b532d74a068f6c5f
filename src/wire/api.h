// What clients and agents say to the server's HTTP API, version 1, beside the run's own messages (message.h). Shapes:
// docs/design/2026-11-21-http-api.md. Reading an incomplete or wrong body names every field that is wrong.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "domain/plan.h"
#include "run/event.h"

namespace tamarack::wire {

inline constexpr std::int64_t api_version = 1;

// ---- runs
struct RunRequest {  // POST /api/v1/runs
  std::int64_t version = api_version;
  domain::RunId run_id;  // drawn by the client: the same request twice is one run
  std::string project;
  std::string identity;  // of the CI job that asks; empty: none
  std::string branch;
  std::string commit;
  std::string command;
  domain::Plan plan;
  run::Options options;
  std::string workspace;                               // SHA-256 of the manifest's JSON, a blob of the project
  std::string listing;                                 // SHA-256 of what discovery found; empty: nothing was listed
  std::string config;                                  // the configuration, relative to the workspace's root
  std::string setup;                                   // command that an agent runs in the unpacked workspace; empty: none
  std::vector<std::string> setup_inputs;               // patterns of files that decide whether it has to run again
  std::int64_t workers_max = 0;                        // of all agents together; 0: as many as come
  std::map<std::string, std::string> requires_labels;  // an agent must have these
  domain::RunId carry_from;                            // an earlier run whose good verdicts stand; empty: the server decides by identity
  bool afresh = false;                                 // everything runs, whatever a run of this identity has left
  // Of the job that asks, for those who are told of the run; empty and 0: not known.
  std::string ci_url;
  std::int64_t ci_attempt = 0;
  std::int64_t pull_request = 0;
  std::string suite_dir;  // the suite's folder in its repository
};

enum class Started {
  started,    // a new run
  continued,  // a new run that carries the good verdicts of an earlier one forward
  same,       // this very request was made before
  joined,     // a run of the same identity goes on: this one follows it
  repeated,   // an earlier run left nothing to do: its verdict is repeated
};
// Of GET /api/v1/runs/{run}, as far as a client reads it.
struct RunFacts {
  domain::RunId run_id;
  std::string project;
  std::string branch;
  std::string commit;
  std::string started_at;  // ISO 8601
  std::string verdict;
  std::string headline;
  std::int64_t exit_code = 0;
  std::int64_t wall_ms = 0;  // 0 while it goes on
};
struct RunList {  // GET /api/v1/runs
  std::vector<RunFacts> runs;
  std::string next;  // empty: nothing follows
};
struct RunStarted {
  domain::RunId run_id;  // the one to follow
  std::string url;       // of the run's page, without the server's address
  Started state = Started::started;
  std::string verdict;  // of a finished run
  std::int64_t exit_code = 0;
};

// What an agent needs to begin: GET /api/v1/runs/{run}/spec
struct RunSpec {
  std::int64_t version = api_version;
  domain::RunId run_id;
  std::string project;
  std::string workspace;
  std::string listing;
  std::string config;
  std::string setup;
  std::vector<std::string> setup_inputs;
  std::uint64_t seed = 0;
  domain::Plan plan;
};

// ---- agents
struct AgentPoll {
  std::int64_t version = api_version;
  domain::AgentId agent;
  std::string session;  // drawn when the process starts
  std::string tamarack;
  std::string machine;
  std::string platform;
  std::int64_t workers = 1;
  std::map<std::string, std::string> labels;
  domain::RunId run;      // it works on this one; empty: it is free
  std::int64_t wait = 0;  // seconds it would wait for an answer
  bool leaving = false;   // its last word
  domain::RunId gave_up;  // a run it could not begin to work on, and why
  std::string problem;
  std::string log_tail;
  std::int64_t load_percent = 0;  // of all its processors, over the last minute
  std::int64_t memory_free_mb = 0;
  domain::RunId sent_home;        // the run that it was last sent home from, by the run itself: it can work for it again
  std::int64_t idle_max_ms = -1;  // it leaves when it has had nothing to do for so long; below 0: it stays
};
struct AgentOrder {
  domain::RunId run;   // to work on; empty: ask again
  bool drain = false;  // it is to end
};
// Of GET /api/v1/agents, as far as a client reads it.
struct AgentState {
  domain::AgentId agent;
  std::int64_t workers = 0;
  std::map<std::string, std::string> labels;
  std::string state;     // idle, working, away
  std::string tamarack;  // its version
  bool draining = false;
};
struct AgentList {
  std::vector<AgentState> agents;
};
struct DrainWish {
  bool drain = true;   // false: it takes runs again
  bool leave = false;  // with `drain`: once it is idle it ends
};
struct EmptyWish {};  // the path says everything

// ---- sessions and tokens
// Of GET /api/v1/session.
struct SessionFacts {
  std::string role;
  std::string project;
  bool open = false;
};
struct SessionWish {
  std::string token;
};
struct TokenWish {
  std::string name;
  std::string project;
  std::string role;
  std::int64_t days = 0;  // until it expires; 0: never
};
struct RotateWish {
  std::int64_t grace_ms = 3'600'000;  // how long the present secret stays valid
};

// ---- reports of other tools: what POST …/import answers
struct ImportAnswer {
  RunFacts run;
  bool is_new = false;         // false: the same bytes were taken before
  std::int64_t cases = 0;      // in the report
  std::int64_t not_known = 0;  // of them: named by the report alone
};

// ---- blobs
struct MissingQuery {
  std::vector<std::string> sha256;
};
struct MissingBlob {
  std::string sha256;
  std::int64_t bytes = 0;  // of an interrupted upload that are here already
};
struct MissingAnswer {
  std::vector<MissingBlob> missing;
};

// A refusal, RFC 9457.
struct Problem {
  std::string title;
  std::string detail;
};

std::string encode(const RunRequest& value);
std::string encode(const RunStarted& value);
std::string encode(const RunSpec& value);
std::string encode(const AgentPoll& value);
std::string encode(const AgentOrder& value);
std::string encode(const MissingQuery& value);
std::string encode(const MissingAnswer& value);

// Any of the above. `invalid_argument` with every wrong field (JSON pointers), or when the version is another one.
template <class T>
Result<T> decode(std::string_view text);

}  // namespace tamarack::wire
