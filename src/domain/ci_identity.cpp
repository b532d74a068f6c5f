#include "domain/ci_identity.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/sha256.h"
#include "base/text.h"

namespace tamarack::domain {
namespace {

constexpr std::size_t part_bytes_max = 120;    // of one part of an identity; longer ones are hashed
constexpr std::size_t value_bytes_max = 2048;  // no variable that is read here is longer for an honest reason
constexpr std::int64_t number_max = 1'000'000'000'000;
constexpr std::size_t branch_bytes_max = 255;  // as long as a file name can be, which is what a branch is for git

bool is_clean(std::string_view text) {
  if (!is_valid_utf8(text)) return false;
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::string without_prefix(const std::string& text, std::string_view prefix) {
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

// A part may hold anything but what separates parts, so that ("a/b", "") and ("a", "b") stay two identities.
std::string as_part(std::string_view text) {
  if (text.size() > part_bytes_max) return "sha256-" + sha256_hex(text).substr(0, 32);
  return replace_all(replace_all(std::string(text), "%", "%25"), "/", "%2F");
}

// "https://ci.example.com:8443/job/" → "ci.example.com:8443"
std::string host_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  return std::string(url.substr(0, url.find_first_of("/?#")));
}

class Reader {
 public:
  explicit Reader(const std::map<std::string, std::string>& environment) : environment_(environment) {}

  CiRun read(std::string_view suite) {
    read_provider();
    const bool own_id = has("TAMARACK_CI_ID");
    if (own_id) {
      parts_ = {"id", usable("TAMARACK_CI_ID")};
      missing_ = parts_[1].empty() ? "TAMARACK_CI_ID" : "";
    }
    const std::string name = suite.empty() ? text("TAMARACK_SUITE") : std::string(suite);
    if (run_.provider == CiProvider::none && !own_id) {
      run_.reason = has("CI") ? "CI is set, but no variable of a known CI system tells this job from another one: set TAMARACK_CI_ID"
                              : "this is not a job of a known CI system: set TAMARACK_CI_ID to give it an identity";
    } else if (!missing_.empty()) {
      run_.reason = fmt::format("{} is {}: set TAMARACK_CI_ID to give this job an identity", missing_,
                                has(missing_) ? "not usable (control characters, not UTF-8, or too long)" : "not set");
    } else if (!is_clean(name) || name.size() > value_bytes_max || (name.empty() && has("TAMARACK_SUITE") && suite.empty())) {
      run_.reason = "the name of the suite is not usable: it has control characters, is not UTF-8, or is too long";
    } else {
      run_.identity = joined(name);
    }
    return std::move(run_);
  }

 private:
  // Azure leaves "$(Name)" standing where a variable does not exist.
  bool has(const std::string& name) const {
    const auto found = environment_.find(name);
    if (found == environment_.end() || found->second.empty()) return false;
    return !(found->second.starts_with("$(") && found->second.ends_with(')'));
  }
  std::string text(const std::string& name) {
    if (!has(name)) return {};
    const std::string& value = environment_.at(name);
    if (value.size() <= value_bytes_max && is_clean(value)) return value;
    note_unused(name);
    return {};
  }
  std::string usable(const std::string& name) { return std::string(trim(text(name))); }
  void note_unused(const std::string& name) {
    if (std::find(run_.unused.begin(), run_.unused.end(), name) == run_.unused.end()) run_.unused.push_back(name);
  }

  // Without it the identity would be shared with other jobs.
  std::string needed(const std::string& name) {
    std::string value = usable(name);
    if (value.empty() && missing_.empty()) missing_ = name;
    return value;
  }

  std::string commit(const std::string& name) {
    std::string value = lower(usable(name));
    const bool hex = value.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (hex && value.size() >= 7 && value.size() <= 64) return value;
    if (!value.empty()) note_unused(name);  // Buildkite says HEAD until the agent has looked
    return {};
  }
  std::string branch(const std::string& name) {
    std::string value = without_prefix(usable(name), "refs/heads/");
    if (value.size() <= branch_bytes_max && !value.starts_with("refs/")) return value;
    note_unused(name);
    return {};
  }
  std::string url(const std::string& name) {
    std::string value = usable(name);
    const bool web = value.starts_with("https://") || value.starts_with("http://");
    if (value.empty() || (web && value.find_first_of(" \"<>\\`") == std::string::npos)) return value;
    note_unused(name);
    return {};
  }
  std::int64_t number(const std::string& name) {
    const std::string value = usable(name);
    if (const auto parsed = parse_integer(value); parsed && *parsed <= number_max) return *parsed;
    if (!value.empty() && value != "false") note_unused(name);  // Buildkite's word for "no pull request"
    return 0;
  }
  template <class Read>
  auto first_of(Read read, std::initializer_list<const char*> names) {
    decltype((this->*read)("")) value{};
    for (const char* name : names)
      if (value == decltype(value){}) value = (this->*read)(name);
    return value;
  }

  void read_provider() {
    if (has("GITHUB_ACTIONS")) return read_github();
    if (has("GITLAB_CI")) return read_gitlab();
    if (has("BUILDKITE")) return read_buildkite();
    if (has("CIRCLECI")) return read_circleci();
    if (has("TF_BUILD")) return read_azure();
    if (has("JENKINS_URL") || (has("BUILD_TAG") && has("JOB_NAME"))) return read_jenkins();
  }

  // https://docs.github.com/en/actions/reference/workflows-and-actions/variables
  void read_github() {
    run_.provider = CiProvider::github;
    const std::string server = url("GITHUB_SERVER_URL");
    const std::string repository = needed("GITHUB_REPOSITORY");
    const std::string id = needed("GITHUB_RUN_ID");
    parts_ = {"github", repository, id, needed("GITHUB_JOB")};
    if (!server.empty() && server != "https://github.com") parts_.insert(parts_.begin() + 1, host_of(server));
    run_.attempt = number("GITHUB_RUN_ATTEMPT");
    const std::string event = usable("GITHUB_EVENT_NAME");
    const bool pull_request = event == "pull_request" || event == "pull_request_target" || has("GITHUB_HEAD_REF");
    run_.commit = commit("GITHUB_SHA");
    run_.commit_is_merge = pull_request && !run_.commit.empty();
    run_.event_file = usable("GITHUB_EVENT_PATH");
    run_.branch = branch("GITHUB_HEAD_REF");
    if (run_.branch.empty() && !pull_request && usable("GITHUB_REF_TYPE") != "tag") run_.branch = branch("GITHUB_REF_NAME");
    const std::string reference = usable("GITHUB_REF");  // "refs/pull/123/merge"
    if (reference.starts_with("refs/pull/"))
      run_.pull_request = parse_integer(split(reference.substr(std::string_view("refs/pull/").size()), '/').front()).value_or(0);
    if (server.empty() || repository.empty() || id.empty()) return;
    run_.url = fmt::format("{}/{}/actions/runs/{}", server, repository, id);
    if (run_.attempt > 1) run_.url += fmt::format("/attempts/{}", run_.attempt);
  }

  // https://docs.gitlab.com/ci/variables/predefined_variables/
  void read_gitlab() {
    run_.provider = CiProvider::gitlab;
    parts_ = {"gitlab", needed("CI_PROJECT_PATH"), needed("CI_PIPELINE_ID"), base_of_parallel(needed("CI_JOB_NAME"))};
    const std::string host = usable("CI_SERVER_HOST");
    if (!host.empty() && host != "gitlab.com") parts_.insert(parts_.begin() + 1, host);
    run_.branch = first_of(&Reader::branch,
                           {"CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_BRANCH"});
    // The first two exist only where CI_COMMIT_SHA is a merge that GitLab made for the pipeline.
    run_.commit =
        first_of(&Reader::commit, {"CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_SHA", "CI_COMMIT_SHA"});
    run_.commit_is_merge = usable("CI_MERGE_REQUEST_EVENT_TYPE").starts_with("merge") && !run_.commit.empty() &&
                           commit("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA").empty();
    run_.url = url("CI_JOB_URL");
    run_.pull_request = first_of(&Reader::number, {"CI_MERGE_REQUEST_IID", "CI_EXTERNAL_PULL_REQUEST_IID"});
  }

  // The machines of `parallel: 3` are "e2e 1/3" … "e2e 3/3"; those of a matrix ("e2e: [firefox]") differ in what they test and stay apart.
  std::string base_of_parallel(std::string name) {
    const std::string total = usable("CI_NODE_TOTAL");
    const std::string suffix = " " + usable("CI_NODE_INDEX") + "/" + total;
    if (!total.empty() && name.ends_with(suffix) && name.size() > suffix.size()) name.resize(name.size() - suffix.size());
    return name;
  }

  // https://buildkite.com/docs/pipelines/configure/environment-variables
  void read_buildkite() {
    run_.provider = CiProvider::buildkite;
    parts_ = {"buildkite", needed("BUILDKITE_BUILD_ID"),
              has("BUILDKITE_STEP_KEY") ? usable("BUILDKITE_STEP_KEY") : needed("BUILDKITE_STEP_ID")};
    run_.attempt = has("BUILDKITE_RETRY_COUNT") ? number("BUILDKITE_RETRY_COUNT") + 1 : 0;
    run_.branch = has("BUILDKITE_TAG") ? "" : branch("BUILDKITE_BRANCH");
    run_.commit = commit("BUILDKITE_COMMIT");
    run_.pull_request = number("BUILDKITE_PULL_REQUEST");
    run_.url = url("BUILDKITE_BUILD_URL");
    if (!run_.url.empty() && has("BUILDKITE_JOB_ID")) run_.url += "#" + usable("BUILDKITE_JOB_ID");
  }

  // https://circleci.com/docs/reference/variables/ ; "rerun from failed" makes a new workflow in the workspace of the old one.
  void read_circleci() {
    run_.provider = CiProvider::circleci;
    parts_ = {"circleci", has("CIRCLE_WORKFLOW_WORKSPACE_ID") ? needed("CIRCLE_WORKFLOW_WORKSPACE_ID") : needed("CIRCLE_WORKFLOW_ID"),
              needed("CIRCLE_JOB")};
    run_.branch = has("CIRCLE_TAG") ? "" : branch("CIRCLE_BRANCH");
    run_.commit = commit("CIRCLE_SHA1");
    run_.url = url("CIRCLE_BUILD_URL");
    run_.pull_request = number("CIRCLE_PR_NUMBER");
    const std::string page = url("CIRCLE_PULL_REQUEST");  // "https://github.com/acme/shop/pull/17"
    if (run_.pull_request == 0 && !page.empty()) run_.pull_request = parse_integer(page.substr(page.rfind('/') + 1)).value_or(0);
  }

  // https://learn.microsoft.com/azure/devops/pipelines/build/variables ; the jobs of a matrix or of `parallel` are one phase.
  void read_azure() {
    run_.provider = CiProvider::azure;
    const std::string collection = first_of(&Reader::url, {"SYSTEM_COLLECTIONURI", "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI"});
    const std::string project = needed("SYSTEM_TEAMPROJECT");
    const std::string id = needed("BUILD_BUILDID");
    parts_ = {"azure", host_of(collection), project, id, usable("SYSTEM_STAGENAME"), needed("SYSTEM_PHASENAME")};
    // The organisation is in the path, not in the host.
    if (!collection.empty()) parts_[1] = std::string(trim(collection.substr(collection.find("://") + 3)));
    run_.attempt = std::max(number("SYSTEM_JOBATTEMPT"), number("SYSTEM_STAGEATTEMPT"));
    const bool pull_request = usable("BUILD_REASON") == "PullRequest" || has("SYSTEM_PULLREQUEST_PULLREQUESTID");
    run_.branch = branch("SYSTEM_PULLREQUEST_SOURCEBRANCH");
    if (run_.branch.empty() && !pull_request && !usable("BUILD_SOURCEBRANCH").starts_with("refs/tags/"))
      run_.branch = branch("BUILD_SOURCEBRANCH");
    run_.commit = first_of(&Reader::commit, {"SYSTEM_PULLREQUEST_SOURCECOMMITID", "BUILD_SOURCEVERSION"});
    run_.commit_is_merge = pull_request && !run_.commit.empty() && commit("SYSTEM_PULLREQUEST_SOURCECOMMITID").empty();
    run_.pull_request = first_of(&Reader::number, {"SYSTEM_PULLREQUEST_PULLREQUESTNUMBER", "SYSTEM_PULLREQUEST_PULLREQUESTID"});
    if (collection.empty() || project.empty() || id.empty()) return;
    run_.url = fmt::format("{}{}/_build/results?buildId={}", collection, replace_all(project, " ", "%20"), id);
    if (has("SYSTEM_JOBID")) run_.url += "&view=logs&j=" + usable("SYSTEM_JOBID");
  }

  // The page "env-vars.html" of every Jenkins; CHANGE_* and BRANCH_NAME come from multibranch projects, GIT_* from the git plug-in.
  void read_jenkins() {
    run_.provider = CiProvider::jenkins;
    parts_ = {"jenkins", host_of(usable("JENKINS_URL")), needed("JOB_NAME"), needed("BUILD_NUMBER")};
    if (parts_[1].empty()) parts_.erase(parts_.begin() + 1);
    run_.branch = branch("CHANGE_BRANCH");
    if (run_.branch.empty() && !has("CHANGE_ID") && !has("TAG_NAME"))
      run_.branch = without_prefix(first_of(&Reader::branch, {"BRANCH_NAME", "GIT_BRANCH"}), "origin/");
    run_.commit = commit("GIT_COMMIT");
    run_.commit_is_merge = usable("BRANCH_NAME").ends_with("-merge") && has("CHANGE_ID") && !run_.commit.empty();
    run_.pull_request = number("CHANGE_ID");
    run_.url = url("BUILD_URL");
  }

  std::string joined(const std::string& suite) const {
    std::string identity = parts_.front();
    for (std::size_t i = 1; i < parts_.size(); ++i) identity += "/" + as_part(parts_[i]);
    if (!suite.empty()) identity += "//" + as_part(suite);
    return identity.size() <= ci_identity_bytes_max ? identity : parts_.front() + "/sha256-" + sha256_hex(identity);
  }

  const std::map<std::string, std::string>& environment_;
  std::vector<std::string> parts_;
  std::string missing_;  // the first needed variable without a usable value
  CiRun run_;
};

}  // namespace

std::string_view to_string(CiProvider provider) {
  switch (provider) {
    case CiProvider::none:
      return "";
    case CiProvider::github:
      return "github";
    case CiProvider::gitlab:
      return "gitlab";
    case CiProvider::jenkins:
      return "jenkins";
    case CiProvider::buildkite:
      return "buildkite";
    case CiProvider::circleci:
      return "circleci";
    case CiProvider::azure:
      return "azure";
  }
  return "";
}

CiRun read_ci(const std::map<std::string, std::string>& environment, std::string_view suite) {
  return Reader(environment).read(suite);
}

}  // namespace tamarack::domain
