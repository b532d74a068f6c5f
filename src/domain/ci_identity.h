// Which CI job asks for a run: read from the environment that the job's machine has. Pure; the caller hands the variables in.
//
// The identity decides what a retry means. It is the same for every machine of one job and for every retry of it inside the same CI run, so
// that they all work on one run of tests; a new CI run (a push, a rebuild) has another. What each system does when a job is run again:
//
//   system           stays the same on a retry            grows or changes                 several machines of one job
//   GitHub Actions   GITHUB_RUN_ID, GITHUB_JOB            GITHUB_RUN_ATTEMPT               a matrix has one GITHUB_JOB
//   GitLab CI        CI_PIPELINE_ID, CI_JOB_NAME          CI_JOB_ID                        `parallel: N` adds " 1/N" to the name
//   Buildkite        BUILDKITE_BUILD_ID, _STEP_ID         BUILDKITE_RETRY_COUNT, _JOB_ID   parallel jobs have one step
//   CircleCI         CIRCLE_WORKFLOW_WORKSPACE_ID         CIRCLE_WORKFLOW_ID               parallel nodes have one CIRCLE_JOB
//   Azure Pipelines  BUILD_BUILDID, SYSTEM_PHASENAME      SYSTEM_JOBATTEMPT, _STAGEATTEMPT the jobs of a phase
//   Jenkins          BUILD_NUMBER (in retry blocks only)  a rebuild or replay is a new one stages of one build
//   anything         TAMARACK_CI_ID: always wins
//
// Several suites of one job (a matrix over browsers, two commands in one script) are told apart by a suite name.
// It refuses to guess: CI=true alone gives no identity, because nothing would tell this job from the next one.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::domain {

enum class CiProvider { none, github, gitlab, jenkins, buildkite, circleci, azure };
std::string_view to_string(CiProvider provider);  // "", "github", …

inline constexpr std::size_t ci_identity_bytes_max = 512;

struct CiRun {
  CiProvider provider = CiProvider::none;
  std::string identity;             // "github/acme%2Fshop/1836698654/e2e"; empty: there is none, `reason` says why
  std::string reason;               // for a person; empty when there is an identity
  std::int64_t attempt = 0;         // 1-based; 0: the provider does not say
  std::string branch;               // of a pull request its head branch; empty: unknown, or a tag
  std::string commit;               // 7 to 64 hexadecimal digits; empty: unknown
  bool commit_is_merge = false;     // `commit` is the provider's trial merge (or the base), the head is not among the variables
  std::string url;                  // of the job, or of what comes closest; http(s)
  std::int64_t pull_request = 0;    // 0: none
  std::string event_file;           // GitHub: the path of the event as JSON, which knows the head (notify/github_event.h)
  std::vector<std::string> unused;  // variables whose value could not be used (control characters, not UTF-8, too long, not a commit …)
};

// `environment`: names to values as they are, any bytes. `suite`: tells suites of one job apart; empty: TAMARACK_SUITE, else none.
CiRun read_ci(const std::map<std::string, std::string>& environment, std::string_view suite = {});

}  // namespace tamarack::domain
