#include "cli/remote_wait.h"

#include <fmt/format.h>

#include <optional>

#include "cli/server_asks.h"
#include "cli/wait_display.h"
#include "flow/json_path.h"
#include "io/crypto.h"
#include "io/net.h"
#include "report/json_writer.h"

namespace tamarack::cli {
namespace {

constexpr std::int64_t poll_s = 25;
constexpr Millis poll_silence{(poll_s + 20) * 1000};
constexpr Millis patience{300'000};  // with a server that is away; the wait itself goes on there

std::string random_key() {
  std::string key;
  for (const char byte : io::random_bytes(16)) key += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return key;
}

class RemoteWait {
 public:
  RemoteWait(const client::ServerAddress& address, RemoteWaitWish wish)
      : wish_(std::move(wish)),
        api_(loop_, address),
        display_(loop_, [this] { return latest_; }),
        signals_(loop_, [this](int) { interrupted(); }) {}

  Result<WaitReport> run() {
    park();
    loop_.run();
    if (broken_) return *broken_;
    if (!latest_.over) return make_error(ErrorCode::cancelled, "interrupted; the wait may go on on the server");
    return latest_;
  }

 private:
  void park() {
    const std::string query = wish_.base_url.empty() ? std::string{} : "?base_url=" + io::url_segment(wish_.base_url);
    // The key makes it one wait, however often the request has to be sent.
    ask_server(api_,
               {.method = "POST",
                .path = "/api/v1/waits" + query,
                .fields = {{"Content-Type", "application/json"}, {"Idempotency-Key", random_key()}},
                .body = wish_.json,
                .patience = Millis{30'000}},
               [this](Result<io::ClientAnswer> answer) { parked(good_answer(std::move(answer))); });
  }

  void parked(const Result<io::ClientAnswer>& answer) {
    if (!answer) return give_up(answer.error());
    const auto document = flow::parse_document(answer->body);
    const auto* id = document && document->is_object() ? document->get_object().if_contains("wait_id") : nullptr;
    if (id == nullptr || !id->is_string()) return give_up(make_error(ErrorCode::corrupt, "the server's answer names no wait"));
    wait_ = std::string(id->get_string());
    WaitDisplay::say(fmt::format("waiting on {}, wait {}", api_.address().url, wait_));
    if (is_interrupted_) cancel();
    poll();
  }

  void poll() {
    // The first look is answered at once; later ones with the next change.
    io::Fields fields;
    if (has_looked_) fields.emplace_back("Prefer", fmt::format("wait={}", poll_s));
    if (!tag_.empty()) fields.emplace_back("If-None-Match", tag_);
    ask_server(api_, {.path = path(), .fields = std::move(fields), .patience = patience, .silence = poll_silence},
               [this](Result<io::ClientAnswer> answer) { polled(std::move(answer)); });
  }

  void polled(Result<io::ClientAnswer> came) {
    if (came && came->status == 304) return poll();
    const auto answer = good_answer(std::move(came));
    if (!answer) return give_up(Error(answer.error()).in(fmt::format("cannot follow the wait {}", wait_)));
    auto report = read_wait_report(answer->body);
    if (!report) return give_up(report.error());
    tag_ = answer->field("ETag");
    has_looked_ = true;
    for (std::size_t i = latest_.notes.size(); i < report->notes.size(); ++i) {
      const bool is_last = i + 1 == report->notes.size() && !report->over;
      display_.note(report->notes[i], is_last ? report->next_look : std::nullopt);
    }
    latest_ = *std::move(report);
    if (latest_.over) return leave();
    poll();
  }

  void interrupted() {
    if (is_interrupted_) return loop_.stop();
    is_interrupted_ = true;
    WaitDisplay::say("cancelling; once more to leave at once");
    if (!wait_.empty()) cancel();
  }

  // Its end comes with the poll that is under way.
  void cancel() {
    report::JsonWriter body;
    body.begin_object();
    body.field("reason", "interrupted");
    body.end_object();
    ask_server(api_,
               {.method = "POST",
                .path = path() + "/cancel",
                .fields = {{"Content-Type", "application/json"}},
                .body = std::move(body).take(),
                .patience = Millis{10'000}},
               [this](Result<io::ClientAnswer> answer) {
                 if (const auto good = good_answer(std::move(answer)); !good) give_up(good.error());
               });
  }

  std::string path() const { return "/api/v1/waits/" + io::url_segment(wait_); }
  void give_up(Error error) {
    broken_ = std::move(error);
    leave();
  }
  void leave() {
    display_.close();
    loop_.stop();
  }

  RemoteWaitWish wish_;
  std::string wait_;
  std::string tag_;
  bool has_looked_ = false;
  WaitReport latest_;
  std::optional<Error> broken_;
  bool is_interrupted_ = false;
  io::Loop loop_;
  client::ApiClient api_;
  WaitDisplay display_;
  io::SignalWatch signals_;
};

}  // namespace

Result<WaitReport> wait_on_server(const client::ServerAddress& address, const RemoteWaitWish& wish) {
  return RemoteWait(address, wish).run();
}

}  // namespace tamarack::cli
