#include "notify/compose.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "notify/cloud_event.h"
#include "notify/github.h"
#include "notify/otlp.h"
#include "notify/plain.h"
#include "notify/slack.h"

namespace tamarack::notify {
namespace {

constexpr std::string_view json_type = "application/json";

bool holds(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}
bool wants_project(const std::vector<std::string>& projects, const std::string& project) {
  return projects.empty() || holds(projects, project);
}

class Composer {
 public:
  Composer(const config::ServerFile& file, const report::ReportView& view, const News& news)
      : file_(file), view_(view), news_(news), event_id_(event_id_of(view, news.event)) {}

  std::vector<Delivery> all() {
    for (const config::WebhookSetting& webhook : file_.webhooks)
      if (holds(webhook.events, to_string(news_.event)) && wants_project(webhook.projects, view_.run.project))
        add("webhook/" + webhook.name, {}, cloud_event_type, cloud_event(view_, news_));
    for (const config::SlackSetting& slack : file_.slacks)
      if (holds(slack.events, to_string(news_.event)) && wants_project(slack.projects, view_.run.project) && is_due(slack))
        add("slack/" + slack.name, {}, json_type, slack_message(view_, news_));
    if (!file_.github.token.empty() && is_full_commit(view_.run.commit))
      for (const config::GithubRepository& repository : file_.github.repositories)
        if (wants_project(repository.projects, view_.run.project)) add_github(repository.name);
    if (!file_.otlp.endpoint.empty() && news_.event == Event::run_finished && wants_project(file_.otlp.projects, view_.run.project))
      add_otlp();
    return std::move(deliveries_);
  }

 private:
  bool is_due(const config::SlackSetting& slack) const {
    return slack.when != "failed" || (news_.event == Event::run_finished && !is_green(view_));
  }

  Delivery& add(std::string target, std::string path, std::string_view content_type, std::string body) {
    Delivery delivery{.id = fmt::format("{}.{}.{:04}", target, event_id_, deliveries_.size()),
                      .event_id = event_id_,
                      .target = std::move(target),
                      .path = std::move(path),
                      .content_type = std::string(content_type),
                      .body = std::move(body),
                      .created = news_.at,
                      .next = news_.at};
    return deliveries_.emplace_back(std::move(delivery));
  }

  // Two projects of one repository must not overwrite each other's result.
  std::string context() const { return fmt::format("{}/{}", file_.github.context, view_.run.project); }

  void add_github(const std::string& repository) {
    const std::string target = "github/" + repository;
    if (holds(file_.github.report, "status"))
      add(target, fmt::format("/repos/{}/statuses/{}", repository, view_.run.commit), json_type, commit_status(view_, news_, context()));
    if (!holds(file_.github.report, "check")) return;
    CheckRequests requests = check_run(view_, news_, context());
    for (std::size_t i = 0; i < requests.bodies.size(); ++i) {
      Delivery& delivery = add(target, fmt::format("/repos/{}/check-runs", repository), json_type, std::move(requests.bodies[i]));
      delivery.remember = fmt::format("{}/{}", repository, view_.run.run_id);
      if (i == 0) delivery.create_members = requests.create_members;
    }
  }

  void add_otlp() {
    const OtlpLimits limits{.tests_max = static_cast<std::size_t>(std::max<std::int64_t>(0, file_.otlp.tests_max))};
    for (std::string& body : otlp_traces(view_, news_, limits)) add("otlp", "/v1/traces", json_type, std::move(body));
  }

  const config::ServerFile& file_;
  const report::ReportView& view_;
  const News& news_;
  std::string event_id_;
  std::vector<Delivery> deliveries_;
};

}  // namespace

std::vector<Delivery> compose(const config::ServerFile& file, const report::ReportView& view, News news) {
  if (news.server_url.empty()) news.server_url = file.url;
  if (news.run_url.empty() && !file.url.empty()) news.run_url = fmt::format("{}/runs/{}", file.url, percent_encoded(view.run.run_id));
  return Composer(file, view, news).all();
}

std::vector<std::string> targets_of(const config::ServerFile& file) {
  std::vector<std::string> targets;
  for (const config::WebhookSetting& webhook : file.webhooks) targets.push_back("webhook/" + webhook.name);
  for (const config::SlackSetting& slack : file.slacks) targets.push_back("slack/" + slack.name);
  for (const config::GithubRepository& repository : file.github.repositories) targets.push_back("github/" + repository.name);
  if (!file.otlp.endpoint.empty()) targets.emplace_back("otlp");
  return targets;
}

}  // namespace tamarack::notify
