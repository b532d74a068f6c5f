#include "coordinator/job_routes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/sha256.h"
#include "base/text.h"
#include "coordinator/answers.h"
#include "coordinator/asking.h"
#include "coordinator/flow_json.h"
#include "coordinator/flow_scope.h"
#include "coordinator/job_upload.h"
#include "io/crypto.h"
#include "report/json_writer.h"

namespace tamarack::coordinator {
namespace {

constexpr Millis executor_heartbeat{5'000};
constexpr Millis heartbeat_min{200};
constexpr Millis heartbeat_max{3'600'000};
constexpr Millis cancel_grace_max{3'600'000};
constexpr Millis retention_max{30LL * 86'400'000};
constexpr Millis first_renewal{60'000};  // a server that is restarted often renews as well
constexpr Millis renew_interval{3'600'000};
constexpr std::size_t name_bytes_max = 100;
constexpr std::size_t input_bytes_max = 64 * 1024;
constexpr std::int64_t retry_s = 1;

io::Answer no_such_job(std::string_view job) {
  return io::problem(404, fmt::format("there is no job '{}'", job));
}

bool is_label(std::string_view text) {
  return text.size() <= name_bytes_max &&
         std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

void check_ms(std::vector<std::string>& problems, std::string_view name, std::int64_t ms, Millis min, Millis max) {
  if (ms == -1 || ms == 0 || (ms >= min.count() && ms <= max.count())) return;
  problems.push_back(fmt::format("/{}: expected 0, or {} to {} milliseconds, got {}", name, min.count(), max.count(), ms));
}

Result<> check(const wire::JobWish& wish) {
  std::vector<std::string> problems;
  if (!is_label(wish.kind)) problems.push_back(fmt::format("/kind: expected at most {} bytes in one line", name_bytes_max));
  if (!wish.processor.empty() && !is_plain_name(wish.processor))
    problems.emplace_back("/processor: expected letters, digits, '-', '_' and '.', at most 100");
  if (wish.kind.empty() && wish.processor.empty())
    problems.emplace_back("/kind: a job needs a kind to be found by, or the processor that executes it");
  if (wish.input.text.size() > input_bytes_max)
    problems.push_back(fmt::format("/input: at most {} bytes; send more as a file to /api/v1/process", input_bytes_max));
  check_ms(problems, "heartbeat_ms", wish.heartbeat_ms, heartbeat_min, heartbeat_max);
  check_ms(problems, "cancel_grace_ms", wish.cancel_grace_ms, Millis{0}, cancel_grace_max);
  check_ms(problems, "retention_ms", wish.retention_ms, Millis{0}, retention_max);
  if (problems.empty()) return {};
  return make_error(ErrorCode::invalid_argument, join(problems, "; "));
}

// Where to go on from here, as the asynchronous-request pattern has it.
io::Answer accepted(const flow::Job& job, bool is_replay) {
  const std::string id = job.id.value;
  io::Answer answer = json_answer(
      fmt::format(R"({{"job_id":"{0}","status":"{1}","status_url":"/api/v1/jobs/{0}/status","result_url":"/api/v1/jobs/{0}/result"}})", id,
                  domain::to_string(job.status)),
      202);
  answer.fields.emplace_back("Location", fmt::format("/api/v1/jobs/{}/status", id));
  answer.fields.emplace_back("Retry-After", std::to_string(retry_s));
  if (is_replay) answer.fields.emplace_back("Idempotency-Replayed", "true");
  return answer;
}

struct BlobName {
  std::string sha256;
  std::string name;
};
std::optional<BlobName> blob_of(std::string_view location) {
  if (!location.starts_with(blob_location)) return std::nullopt;
  location.remove_prefix(blob_location.size());
  const std::size_t slash = std::min(location.find('/'), location.size());
  if (!is_sha256(location.substr(0, slash))) return std::nullopt;
  return BlobName{.sha256 = std::string(location.substr(0, slash)),
                  .name = plain_file_name(location.substr(std::min(slash + 1, location.size())))};
}

}  // namespace

JobRoutes::JobRoutes(FlowParts& parts, std::string log_folder)
    : parts_(parts), feeds_(parts), logs_(parts.server.loop, std::move(log_folder)) {
  parts_.desk.when_entered([this](const flow::Entry& entry) { entered(entry); });
  renewing_ = parts_.server.loop.after(first_renewal, [this] { renew_blobs(); });
}

void JobRoutes::entered(const flow::Entry& entry) {
  if (!entry.stream.starts_with("job:")) return;
  const domain::JobId id{entry.stream.substr(4)};
  if (std::holds_alternative<flow::JobForgotten>(entry.record)) logs_.forget(id);
  feeds_.changed(id);
  parts_.polls.changed(entry.stream);
}

void JobRoutes::handle(Call call) {
  switch (call.route->id) {
    case RouteId::job_submit:
      return submit(call);
    case RouteId::job_process:
      return process(std::move(call));
    case RouteId::jobs:
      return list(call);
    case RouteId::job_status:
      return status(call);
    case RouteId::job_events:
      return events(call);
    case RouteId::job_result:
      return result(call);
    case RouteId::job_log:
      return log(call);
    case RouteId::job_cancel:
      return cancel(call);
    case RouteId::job_report:
      return report(call);
    default:
      return show(call);
  }
}

const flow::Job* JobRoutes::find(const Call& call) {
  const domain::JobId id{call.parameter("job")};
  const flow::Job* job = parts_.desk.job(id);
  if (job != nullptr && call.reaches(project_of(*job))) return job;
  call.exchange->answer(no_such_job(id.value));
  return nullptr;
}

// ---- new ones

Result<JobRoutes::NewJob> JobRoutes::new_job(const Call& call, const wire::JobWish& wish, const std::string& kind_otherwise) const {
  TRY_VOID(check(wish));
  const std::string project = TRY(project_of_new(call.caller, wish.project));
  const std::string key = TRY(idempotency_key_of(call));
  const auto ms = [](std::int64_t wished, Millis otherwise) { return wished < 0 ? otherwise : Millis{wished}; };
  const bool is_ours = !wish.processor.empty();
  domain::JobRequest request{.kind = wish.kind.empty() ? kind_otherwise : wish.kind,
                             .processor = is_ours ? scoped(project, wish.processor) : std::string{},
                             .owner = scoped(project, asker_of(call)),
                             .idempotency_key = key.empty() ? std::string{} : scoped(project, key),
                             .digest = {},
                             .input = wish.input.text,
                             .heartbeat_every = ms(wish.heartbeat_ms, is_ours ? executor_heartbeat : Millis{0})};
  request.cancel_grace = ms(wish.cancel_grace_ms, request.cancel_grace);
  request.retention = ms(wish.retention_ms, request.retention);
  request.digest = io::sha256_text(fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.kind, request.processor, request.heartbeat_every.count(),
                                               request.cancel_grace.count(), request.retention.count(), request.input));
  return NewJob{.request = std::move(request), .project = project};
}

void JobRoutes::submit(const Call& call) {
  const auto wish = wire::read_job_wish(call.request.body);
  if (!wish) return call.exchange->answer(trouble(wish.error()));
  auto wanted = new_job(call, *wish, wish->processor);
  if (!wanted) return call.exchange->answer(trouble(wanted.error()));
  submit(call, std::move(*wanted));
}

void JobRoutes::submit(const Call& call, NewJob wanted) {
  const domain::JobId id{new_flow_id("j-")};
  parts_.desk.feed(flow::SubmitJob{id, std::move(wanted.request)}, [this, exchange = call.exchange, alive = std::weak_ptr(alive_)](
                                                                       const Result<std::vector<flow::Effect>>& answers) {
    if (!answers) return exchange->answer(board_trouble(answers.error()));
    if (alive.expired()) return exchange->answer(busy("the server stops", 1));
    for (const flow::Effect& effect : *answers) {
      const auto* said = std::get_if<flow::SubmissionAnswered>(&effect);
      if (said == nullptr) continue;
      if (said->answer == flow::Submission::conflict)
        return exchange->answer(io::problem(409, "Idempotency-Key: another request was made with this key; draw a new one"));
      const flow::Job* job = parts_.desk.job(said->job);
      if (said->answer == flow::Submission::full || job == nullptr)
        return exchange->answer(busy("the server remembers as many jobs as it may", 60));
      return exchange->answer(accepted(*job, said->answer == flow::Submission::same));
    }
    exchange->answer(io::problem(500, "the job was not answered"));
  });
}

io::Admission JobRoutes::admit_upload(const io::RequestHead& head, const domain::Caller& caller) {
  const auto project = project_of_new(caller, head.parameter("project").value_or(""));
  if (!project) return {.refused = trouble(project.error())};
  Cleaner& cleaner = parts_.server.cleaner;
  if (!cleaner.has_room(*project, head.content_length.value_or(1)))
    return {.refused = io::problem(507, fmt::format("the files of project '{}' take all of the {} it may have", *project,
                                                    human_bytes(cleaner.rules().artifacts_max)))};
  auto path = upload_path(parts_.server.stores.blobs, *project);
  if (!path) return {.refused = trouble(path.error())};
  return {.refused = std::nullopt, .body_max = parts_.server.settings.blob_bytes_max, .body_file = std::move(*path)};
}

void JobRoutes::process(Call call) {
  const auto query = [&](std::string_view name) { return std::string(call.request.head.parameter(name).value_or("")); };
  const auto project = project_of_new(call.caller, query("project"));
  if (!project) return call.exchange->answer(trouble(project.error()));
  wire::JobWish asked{.kind = query("kind"), .processor = query("processor"), .project = query("project")};
  const std::string name = query("name");
  auto shared = std::make_shared<Call>(std::move(call));
  auto place = std::make_shared<Result<wire::BlobPlace>>(wire::BlobPlace{});
  parts_.server.loop.background(
      [&blobs = parts_.server.stores.blobs, place,
       upload = Upload{.project = *project,
                       .path = shared->request.body_file,
                       .content_type = std::string(shared->request.head.field("Content-Type")),
                       .name = name}] { *place = take_upload(blobs, upload); },
      [this, shared, place, wish = std::move(asked), project = *project, alive = std::weak_ptr(alive_)]() mutable {
        if (alive.expired()) return;
        if (!*place) return shared->exchange->answer(trouble(place->error()));
        parts_.server.cleaner.stored(project, static_cast<std::uint64_t>((*place)->bytes));
        wish.input.text = wire::encode(**place);
        if (wish.kind.empty() && wish.processor.empty()) wish.kind = "process";
        auto wanted = new_job(*shared, wish, "process");
        if (!wanted) return shared->exchange->answer(trouble(wanted.error()));
        submit(*shared, std::move(*wanted));
      });
}

// ---- what there is

void JobRoutes::list(const Call& call) {
  const auto page = page_of(call, "status, kind, project");
  if (!page) return call.exchange->answer(trouble(page.error()));
  const auto status = call.request.head.parameter("status").value_or("");
  const auto kind = call.request.head.parameter("kind").value_or("");
  const auto project = call.request.head.parameter("project").value_or("");
  if (!status.empty() && !domain::parse_job_status(status))
    return call.exchange->answer(io::problem(400, fmt::format("status: expected a status such as RUNNING, got '{}'", status)));
  const auto body = page_json(
      "jobs", parts_.desk.jobs_by_time(), *page,
      [&](const domain::JobId& id) -> const flow::Job* {
        const flow::Job& job = *parts_.desk.job(id);
        if (!call.reaches(project_of(job)) || (!project.empty() && project_of(job) != project)) return nullptr;
        if (!status.empty() && domain::to_string(job.status) != status) return nullptr;
        return kind.empty() || job.request.kind == kind ? &job : nullptr;
      },
      [](report::JsonWriter& out, const flow::Job& job) { write_job_row(out, job); });
  call.exchange->answer(body ? json_answer(*body) : trouble(body.error()));
}

void JobRoutes::show(const Call& call) {
  const flow::Job* job = find(call);
  if (job == nullptr) return;
  io::Answer answer = json_answer(job_json(*job, parts_.desk.steps_of(job->id), logs_.has(job->id) || !job->request.processor.empty()));
  answer.fields.emplace_back("ETag", tag_of(*job));
  call.exchange->answer(answer);
}

void JobRoutes::status(const Call& call) {
  const flow::Job* found = find(call);
  if (found == nullptr) return;
  parts_.polls.answer(call, flow::stream_of(found->id), [this, id = found->id]() -> LongPolls::Seen {
    const flow::Job* job = parts_.desk.job(id);
    if (job == nullptr) return {.tag = "\"gone\"", .may_change = false, .answer = [id] { return no_such_job(id.value); }};
    return {.tag = tag_of(*job), .may_change = !is_final(job->status), .answer = [job] {
              io::Answer answer = json_answer(job_status_json(*job, WithResult::yes));
              if (!is_final(job->status)) answer.fields.emplace_back("Retry-After", std::to_string(retry_s));
              return answer;
            }};
  });
}

void JobRoutes::events(const Call& call) {
  if (const flow::Job* job = find(call)) feeds_.join(call, *job);
}

void JobRoutes::result(const Call& call) {
  const flow::Job* job = find(call);
  if (job == nullptr) return;
  if (const auto blob = blob_of(job->result_location)) {
    const auto path = parts_.server.stores.blobs.locate(project_of(*job), blob->sha256);
    if (!path) return call.exchange->answer(io::problem(404, "the file with the result is not here any more"));
    return call.exchange->send_file(
        {.path = *path,
         .content_type = "application/octet-stream",
         .fields = {{"Content-Disposition", fmt::format("attachment; filename*=UTF-8''{}", io::url_segment(blob->name))},
                    {"X-Content-Type-Options", "nosniff"},
                    {"Content-Security-Policy", "default-src 'none'; sandbox"}},
         .etag = "\"" + blob->sha256 + "\""});
  }
  if (!job->result.empty()) return call.exchange->answer(json_answer(job->result));
  if (!job->result_location.empty()) {
    // No redirect: where it leads is the application's word, and the caller's decision.
    report::JsonWriter out;
    out.begin_object();
    out.field("result_location", job->result_location);
    out.end_object();
    return call.exchange->answer(json_answer(std::move(out).take()));
  }
  const std::string why = job->error.empty() ? job->reason : job->error;
  call.exchange->answer(io::problem(409, fmt::format("job '{}' is {} and has no result{}{}", job->id.value, domain::to_string(job->status),
                                                     why.empty() ? "" : ": ", why)));
}

void JobRoutes::log(const Call& call) {
  const flow::Job* job = find(call);
  if (job == nullptr) return;
  logs_.find(job->id, [exchange = call.exchange](std::optional<std::string> log) {
    exchange->answer(log ? text_answer("text/plain; charset=utf-8", std::move(*log)) : io::problem(404, "the job has no log"));
  });
}

// ---- what happens to them

void JobRoutes::cancel(const Call& call) {
  const flow::Job* job = find(call);
  if (job == nullptr) return;
  const auto wish = wire::read_reason(call.request.body);
  if (!wish) return call.exchange->answer(trouble(wish.error()));
  const std::string by = asker_of(call);
  std::string reason = wish->reason.empty() ? "cancelled over the API" : wish->reason.substr(0, 500);
  if (!by.empty()) reason += fmt::format(" by '{}'", by);
  const bool was_over = is_final(job->status);
  parts_.desk.feed(flow::CancelJob{job->id, reason}, [this, id = job->id, was_over, exchange = call.exchange,
                                                      alive = std::weak_ptr(alive_)](const auto& done) {
    if (!done) return exchange->answer(board_trouble(done.error()));
    const flow::Job* now = alive.expired() ? nullptr : parts_.desk.job(id);
    exchange->answer(now == nullptr ? no_such_job(id.value) : json_answer(job_status_json(*now, WithResult::no), was_over ? 200 : 202));
  });
}

void JobRoutes::report(const Call& call) {
  const flow::Job* job = find(call);
  if (job == nullptr) return;
  auto wish = wire::read_job_report(call.request.body);
  if (!wish) return call.exchange->answer(trouble(wish.error()));
  if (!is_label(wish->executor)) return call.exchange->answer(io::problem(400, "/executor: expected at most 100 bytes in one line"));
  domain::JobReport report{.status = wish->status,
                           .stage = wish->stage,
                           .progress = wish->progress,
                           .executor = wish->executor,
                           .epoch = wish->epoch,
                           .result = wish->result.text,
                           .result_location = wish->result_location,
                           .error = wish->error};
  // The same function that will decide: what it says of a copy is what it says of the job.
  std::string ignored;
  if (const auto live = parts_.desk.live().jobs.find(job->id); live != parts_.desk.live().jobs.end()) {
    flow::Job copy = live->second;
    copy.ignored = 0;
    for (const flow::Record& fact : flow::hear_report(copy, report, parts_.desk.now()))
      if (const auto* why = std::get_if<flow::JobReportIgnored>(&fact)) ignored = to_string(why->why);
  }
  if (!wish->log.empty() && ignored != to_string(flow::IgnoredReport::wrong_epoch)) logs_.keep(job->id, std::move(wish->log));
  parts_.desk.feed(flow::ReportJob{job->id, std::move(report)},
                   [this, id = job->id, ignored, exchange = call.exchange, alive = std::weak_ptr(alive_)](const auto& done) {
                     if (!done) return exchange->answer(board_trouble(done.error()));
                     const flow::Job* now = alive.expired() ? nullptr : parts_.desk.job(id);
                     if (now == nullptr) return exchange->answer(no_such_job(id.value));
                     std::string body = job_status_json(*now, WithResult::no);
                     body.pop_back();
                     body += ignored.empty() ? R"(,"taken":true})" : fmt::format(R"(,"taken":false,"ignored":"{}"}})", ignored);
                     exchange->answer(json_answer(std::move(body)));
                   });
}

// Inputs and results of jobs that are remembered count as used, so that they are not tidied up.
void JobRoutes::renew_blobs() {
  std::vector<std::pair<std::string, std::string>> wanted;
  for (const auto& [id, job] : parts_.desk.shown().jobs) {
    if (const auto blob = blob_of(job.result_location)) wanted.emplace_back(project_of(job), blob->sha256);
    if (const auto input = wire::read_blob_place(job.request.input); input && is_sha256(input->blob))
      wanted.emplace_back(project_of(job), input->blob);
  }
  parts_.server.loop.background(
      [&blobs = parts_.server.stores.blobs, wanted = std::move(wanted)] {
        for (const auto& [project, sha256] : wanted) (void)blobs.renew(project, sha256);
      },
      [this, alive = std::weak_ptr(alive_)] {
        if (!alive.expired()) renewing_ = parts_.server.loop.after(renew_interval, [this] { renew_blobs(); });
      });
}

}  // namespace tamarack::coordinator
