#include "cli/job_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/text.h"
#include "cli/answer_json.h"
#include "cli/outputs.h"
#include "cli/server_asks.h"
#include "domain/job.h"
#include "flow/json_path.h"
#include "io/crypto.h"
#include "io/files.h"
#include "report/cells.h"
#include "wire/flow_api.h"

namespace tamarack::cli {
namespace {

using boost::json::object;
using boost::json::value;

constexpr std::int64_t poll_s = 25;
constexpr Millis poll_silence{(poll_s + 20) * 1000};
constexpr Millis away_max{300'000};

std::string drawn_key() {
  std::string key;
  for (const char byte : io::random_bytes(16)) key += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return key;
}

std::string path_of(const std::string& job, const std::string& rest) {
  return fmt::format("/api/v1/jobs/{}{}", io::url_segment(job), rest);
}

// Of GET /api/v1/jobs/{job}/status.
struct JobLook {
  std::string job;
  domain::JobStatus status = domain::JobStatus::pending;
  std::string stage;
  std::int64_t progress = -1;
  std::string why;     // error or reason
  std::string result;  // JSON; empty: none
  std::string body;    // all of it
};

Result<JobLook> read_look(const std::string& body) {
  const auto document = flow::parse_document(body);
  const object* from = document ? document->if_object() : nullptr;
  const auto status = from == nullptr ? std::nullopt : domain::parse_job_status(text_of(*from, "status"));
  if (!status) return make_error(ErrorCode::corrupt, "the server's answer is no job");
  JobLook look{.job = text_of(*from, "job_id"), .status = *status, .stage = text_of(*from, "stage"), .body = body};
  if (const value* progress = from->if_contains("progress"); progress != nullptr && progress->is_int64())
    look.progress = progress->get_int64();
  look.why = text_of(*from, "error").empty() ? text_of(*from, "reason") : text_of(*from, "error");
  if (const value* result = from->if_contains("result")) look.result = boost::json::serialize(*result);
  return look;
}

std::string line_of(const JobLook& look) {
  std::string line(domain::to_string(look.status));
  if (!look.stage.empty()) line += " " + report::printable(look.stage);
  if (look.progress >= 0) line += fmt::format(" {} %", look.progress);
  if (!look.why.empty()) line += ": " + report::printable(look.why);
  return line;
}

int exit_code_of_job(domain::JobStatus status) {
  switch (status) {
    case domain::JobStatus::failed:
      return 1;
    case domain::JobStatus::lost:
      return 4;
    case domain::JobStatus::cancelled:
      return 7;
    default:
      return 0;
  }
}

Result<std::string> submitted(const JobSubmitOptions& options) {
  if (options.kind.empty() && options.processor.empty())
    return make_error(ErrorCode::invalid_argument, "neither a kind nor a processor is named",
                      "tamarack job submit KIND for work of the application, --processor NAME for a processor of Tamarack");
  if (!options.file.empty() && !options.data.empty())
    return make_error(ErrorCode::invalid_argument, "--file and --data exclude each other", "the input of a job is one of them");
  if (!options.data.empty() && !flow::parse_document(options.data))
    return make_error(ErrorCode::invalid_argument, "--data: expected JSON", "for example --data '{\"rows\": 7}'");
  if (!options.file.empty() && !io::exists(options.file))
    return make_error(ErrorCode::not_found, fmt::format("--file: there is no '{}'", options.file));
  ServerCalls calls(TRY(server_address(options.server)));
  ServerAsk ask{.method = "POST", .path = "/api/v1/jobs", .patience = Millis{30'000}, .silence = Millis{120'000}};
  ask.fields.emplace_back("Idempotency-Key", options.key.empty() ? drawn_key() : options.key);
  if (options.file.empty()) {
    ask.fields.emplace_back("Content-Type", "application/json");
    ask.body = wire::encode(wire::JobWish{.kind = options.kind, .processor = options.processor, .input = {options.data}});
  } else {
    ask.fields.emplace_back("Content-Type", "application/octet-stream");
    ask.path = fmt::format("/api/v1/process?kind={}&processor={}&name={}", io::url_segment(options.kind),
                           io::url_segment(options.processor), io::url_segment(io::file_name(options.file)));
    ask.body_file = options.file;
  }
  const io::ClientAnswer answer = TRY(good_answer(ask_server(calls, std::move(ask))));
  if (answer.field("Idempotency-Replayed") == "true") std::fputs("the job was submitted before, with this key\n", stderr);
  return answer.body;
}

Result<JobLook> look_at(const JobOptions& options) {
  ServerCalls calls(TRY(server_address(options.server)));
  const io::ClientAnswer answer =
      TRY(good_answer(ask_server(calls, {.path = path_of(options.job, "/status"), .patience = Millis{10'000}})));
  return read_look(answer.body);
}

// Nothing when the time is up.
Result<std::optional<JobLook>> wait_for(const JobOptions& options, const Clock& clock) {
  ServerCalls calls(TRY(server_address(options.server)));
  const std::optional<Instant> end = options.patience ? std::optional(clock.now() + *options.patience) : std::nullopt;
  std::string tag;
  std::string shown;
  while (true) {
    const std::int64_t left_s = end ? std::max<std::int64_t>(0, (*end - clock.now()).count() / 1000) : poll_s;
    ServerAsk ask{.path = path_of(options.job, "/status"), .patience = away_max, .silence = poll_silence};
    // The first look is answered at once; later ones with the next change.
    if (!shown.empty()) ask.fields.emplace_back("Prefer", fmt::format("wait={}", std::clamp<std::int64_t>(left_s, 1, poll_s)));
    if (!tag.empty()) ask.fields.emplace_back("If-None-Match", tag);
    io::ClientAnswer answer = TRY(ask_server(calls, std::move(ask)));
    if (answer.status != 304) {
      answer = TRY(good_answer(std::move(answer)));
      const JobLook look = TRY(read_look(answer.body));
      tag = answer.field("ETag");
      if (const std::string line = line_of(look); line != shown) std::fprintf(stderr, "%s\n", (shown = line).c_str());
      if (is_final(look.status)) return std::optional(look);
    }
    if (end && clock.now() >= *end) return std::optional<JobLook>{};
  }
}

Result<io::ClientAnswer> fetched(const JobOptions& options, const std::string& rest, const std::string& save_file) {
  ServerCalls calls(TRY(server_address(options.server)));
  return good_answer(ask_server(
      calls, {.path = path_of(options.job, rest), .save_file = save_file, .patience = Millis{10'000}, .silence = Millis{120'000}}));
}

}  // namespace

int job_submit_command(const JobSubmitOptions& options) {
  const auto body = submitted(options);
  if (!body) return complain(body.error());
  const auto look = read_look(*body);
  if (!look) return complain(look.error());
  std::printf("%s\n", options.json ? body->c_str() : report::printable(look->job).c_str());
  return 0;
}

int job_status_command(const JobOptions& options) {
  const auto look = look_at(options);
  if (!look) return complain(look.error());
  std::printf("%s\n", options.json ? look->body.c_str() : line_of(*look).c_str());
  return 0;
}

int job_wait_command(const JobOptions& options, const Clock& clock) {
  const auto look = wait_for(options, clock);
  if (!look) return complain(look.error());
  if (!*look) {
    std::fputs("the job goes on, but the time is up\n", stderr);
    return 3;
  }
  if (options.json)
    std::printf("%s\n", (*look)->body.c_str());
  else if (!(*look)->result.empty())
    std::printf("%s\n", (*look)->result.c_str());
  return exit_code_of_job((*look)->status);
}

int job_result_command(const JobOptions& options) {
  const auto answer = fetched(options, "/result", options.output);
  if (!answer) return complain(answer.error());
  // A 200 went into the file by itself.
  if (options.output.empty()) std::fwrite(answer->body.data(), 1, answer->body.size(), stdout);
  if (!options.output.empty()) std::printf("%s\n", options.output.c_str());
  return 0;
}

int job_logs_command(const JobOptions& options) {
  const auto answer = fetched(options, "/log", {});
  if (!answer) return complain(answer.error());
  std::printf("%s\n", clean_lines(answer->body).c_str());
  return 0;
}

int job_cancel_command(const JobOptions& options) {
  const auto address = server_address(options.server);
  if (!address) return complain(address.error());
  ServerCalls calls(*address);
  const value body = object{{"reason", options.reason}};
  const auto answer = ask_server(calls, {.method = "POST",
                                         .path = path_of(options.job, "/cancel"),
                                         .fields = {{"Content-Type", "application/json"}},
                                         .body = options.reason.empty() ? "{}" : boost::json::serialize(body),
                                         .patience = Millis{10'000}});
  if (!answer) return complain(answer.error());
  if (answer->status == 409) {  // over already is what was wanted
    std::fprintf(stderr, "%s\n", clean_lines(client::error_of(*answer).message).c_str());
    return 0;
  }
  return answer->status < 300 ? 0 : complain(client::error_of(*answer));
}

}  // namespace tamarack::cli
