#include "agent/job_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "artifact/workspace/hash_cache.h"
#include "base/sha256.h"
#include "base/text.h"
#include "flow/json_path.h"
#include "io/files.h"
#include "io/tree.h"

namespace tamarack::agent {
namespace {

constexpr Millis stop_grace{5'000};          // from SIGTERM to SIGKILL, less where the job's own grace is shorter
constexpr Millis report_pace{200};           // between two reports of progress
constexpr Millis end_patience{10 * 60'000};  // how long the end is said again while the server is away
constexpr Millis report_patience{10'000};
constexpr std::size_t line_bytes_max = 64 * 1024;

std::string file_name_of(const wire::BlobPlace& place) {
  const std::string name = io::file_name(place.name);
  const bool is_good = !name.empty() && name != "." && name != ".." && name.size() <= 200 && name.find('\0') == std::string::npos;
  return is_good ? name : "input";
}

std::string status_text(const io::ExitStatus& status) {
  if (status.lost) return "the process that watched the command was killed";
  return status.signal != 0 ? fmt::format("the command was ended by signal {}", status.signal)
                            : fmt::format("the command ended with exit code {}", status.code);
}

}  // namespace

JobRun::JobRun(io::Loop& loop, client::ApiClient& api, wire::StartOrder order, JobRunSettings settings, io::Callback over)
    : loop_(loop),
      api_(api),
      order_(std::move(order)),
      settings_(std::move(settings)),
      over_(std::move(over)),
      blobs_(api, {.project = order_.project}) {
  said_.executor = settings_.executor;
  said_.epoch = order_.epoch;
}

JobRun::~JobRun() = default;

void JobRun::start() {
  said_.status = "INITIALIZING";
  changed_ = true;
  tell();
  if (const auto made = io::make_directories(settings_.folder + "/work"); !made) return fail(made.error().message);
  const auto place = wire::read_blob_place(order_.input.text);
  if (place && is_sha256(place->blob)) return fetch(*place);
  const std::string input = settings_.folder + "/input.json";
  const auto written = io::write_file(input, order_.input.text.empty() ? "null" : order_.input.text);
  if (!written) return fail(written.error().message);
  run(input);
}

void JobRun::fetch(const wire::BlobPlace& place) {
  const std::string folder = settings_.folder + "/input";
  if (const auto made = io::make_directories(folder); !made) return fail(made.error().message);
  const std::string path = folder + "/" + file_name_of(place);
  blobs_.download(place.blob, path, [this, path, place, alive = std::weak_ptr(alive_)](const Result<>& done) {
    if (alive.expired() || stopping_) return;
    if (!done) return fail("the input cannot be fetched: " + done.error().message);
    auto hash = std::make_shared<Result<std::string>>(std::string{});
    loop_.background([hash, path] { *hash = artifact::sha256_of_file(path); },
                     [this, hash, path, place, alive] {
                       if (alive.expired() || stopping_) return;
                       if (!*hash || **hash != place.blob) return fail("the input that was fetched has other bytes than its name says");
                       run(path);
                     });
  });
}

void JobRun::run(const std::string& input) {
  io::ProcessSpec spec{.argv = {"/bin/sh", "-c", settings_.command},
                       .env = {{"TAMARACK_JOB_ID", order_.job.value},
                               {"TAMARACK_JOB_KIND", order_.kind},
                               {"TAMARACK_INPUT", input},
                               {"TAMARACK_RESULT", settings_.folder + "/result"}},
                       .directory = settings_.folder + "/work",
                       .record_path = {}};
  auto started = io::start_process(loop_, spec,
                                   {.on_output = [this](std::string_view bytes) { heard(bytes, false); },
                                    .on_errput = [this](std::string_view bytes) { heard(bytes, true); },
                                    .on_exit = [this](const io::ExitStatus& status) { exited(status); }});
  if (!started) return fail(started.error().message);
  process_ = std::move(*started);
  said_.status = "RUNNING";
  changed_ = true;
  tell();
  if (settings_.timeout.count() > 0)
    timeout_ = loop_.after(settings_.timeout, [this] {
      timed_out_ = true;
      stop();
    });
}

void JobRun::heard(std::string_view bytes, bool is_errput) {
  if (is_errput) {
    errput_.add(bytes);
    return log_.add(bytes);
  }
  for (std::size_t end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
    line_ += bytes.substr(0, end);
    take_line(std::exchange(line_, {}));
    bytes.remove_prefix(end + 1);
  }
  line_ += bytes;
  if (line_.size() > line_bytes_max) take_line(std::exchange(line_, {}));
}

void JobRun::take_line(std::string_view line) {
  const auto progress = read_progress(line);
  if (!progress) return log_.add(std::string(line) + "\n");
  if (progress->stage) said_.stage = settings_.masker.mask(*progress->stage);
  if (progress->progress) said_.progress = *progress->progress;
  changed_ = true;
  tell();
}

void JobRun::stop() {
  if (stopping_ || ended_) return;
  stopping_ = true;
  if (!process_) return end("CANCELLED");
  process_->terminate();
  const Millis grace = order_.cancel_grace_ms > 0 ? std::min(stop_grace, Millis{order_.cancel_grace_ms * 2 / 3}) : stop_grace;
  kill_ = loop_.after(grace, [this] { process_->kill(); });
}

void JobRun::exited(const io::ExitStatus& status) {
  timeout_.cancel();
  kill_.cancel();
  if (!line_.empty()) take_line(std::exchange(line_, {}));
  const bool is_good = status.code == 0 && status.signal == 0 && !status.lost;
  if (timed_out_) return fail(fmt::format("the command took longer than {} and was ended", human_duration(settings_.timeout)));
  if (is_good) return bring_result();
  if (stopping_) return end("CANCELLED");
  const std::string words = last_lines(errput_.text(), 20);
  fail(status_text(status) + (words.empty() ? "" : ": " + words));
}

void JobRun::bring_result() {
  const std::string path = settings_.folder + "/result";
  const auto look = io::look_at_entry(path);
  if (!look || !*look) return end("COMPLETED");
  if ((*look)->kind != io::EntryKind::file) return fail("the result is no file");
  if (static_cast<std::size_t>((*look)->size) <= result_inline_max) {
    const auto text = io::read_file(path, result_inline_max);
    if (!text) return fail(text.error().message);
    if (text->empty()) return end("COMPLETED");
    if (flow::parse_document(*text)) {
      said_.result.text = *text;
      return end("COMPLETED");
    }
  }
  auto hash = std::make_shared<Result<std::string>>(std::string{});
  loop_.background([hash, path] { *hash = artifact::sha256_of_file(path); },
                   [this, hash, path, alive = std::weak_ptr(alive_)] {
                     if (alive.expired()) return;
                     if (!*hash) return fail(hash->error().message);
                     upload(path, **hash);
                   });
}

void JobRun::upload(const std::string& path, const std::string& sha256) {
  blobs_.send_missing({{sha256, path}}, [this, sha256, alive = std::weak_ptr(alive_)](const Result<std::int64_t>& sent) {
    if (alive.expired()) return;
    if (!sent) return fail("the result cannot be sent: " + sent.error().message);
    said_.result_location = "blob:" + sha256 + "/result";
    end("COMPLETED");
  });
}

void JobRun::fail(const std::string& error) {
  said_.error = settings_.masker.mask(tail_of(to_valid_utf8(error), 8'192));
  end("FAILED");
}

void JobRun::end(const std::string& status) {
  if (std::exchange(ended_, true)) return;
  said_.status = status;
  said_.log = settings_.masker.mask(log_.text());
  changed_ = true;
  pausing_ = false;
  pace_.cancel();
  tell();
}

void JobRun::tell() {
  if (telling_ || pausing_ || !changed_) return;
  telling_ = true;
  changed_ = false;
  const bool is_end = ended_;
  api_.call({.method = "POST",
             .path = fmt::format("/api/v1/jobs/{}/report", order_.job.value),
             .body = encode(said_),
             .patience = is_end ? end_patience : report_patience},
            [this, is_end, alive = std::weak_ptr(alive_)](const Result<std::string>& answer) {
              if (!alive.expired()) told(answer, is_end);
            });
}

void JobRun::told(const Result<std::string>&, bool was_end) {
  telling_ = false;
  if (was_end) {
    // Whether it was taken or not: there is nothing more to say. The folder goes beside the loop.
    process_.reset();
    loop_.background([folder = settings_.folder] { (void)io::remove_tree(folder).has_value(); }, [] {});
    const io::Callback over = std::move(over_);
    return over();
  }
  if (ended_) return tell();
  pausing_ = true;
  pace_ = loop_.after(report_pace, [this] {
    pausing_ = false;
    tell();
  });
}

}  // namespace tamarack::agent
