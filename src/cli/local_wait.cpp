#include "cli/local_wait.h"

#include <fmt/format.h>

#include <optional>

#include "base/text.h"
#include "board/board_host.h"
#include "board/machine_clock.h"
#include "cli/wait_display.h"
#include "io/machine.h"
#include "io/net.h"
#include "probe/probes.h"
#include "report/cells.h"
#include "store/memory/memory_flow.h"

namespace tamarack::cli {
namespace {

constexpr Millis cancel_patience{5'000};  // for the cancel of remote work, after the end

// Hands everything on, and knows how many cancels of remote work have been answered: the process stays that long.
class SendsSeen final : public probe::Prober {
 public:
  SendsSeen(probe::Prober& inner, std::function<void()> on_sent) : inner_(inner), on_sent_(std::move(on_sent)) {}

  void ask(const std::string& request, Answered done) override { inner_.ask(request, std::move(done)); }
  void watch(const std::string& request, std::function<void()> pushed) override { inner_.watch(request, std::move(pushed)); }
  void unwatch(const std::string& request) override { inner_.unwatch(request); }
  void doubt(const std::string& request, std::function<void(std::string)> doubted) override { inner_.doubt(request, std::move(doubted)); }
  void send(const std::string& request, std::function<void(Result<>)> done) override {
    inner_.send(request, [this, done = std::move(done)](const Result<>& sent) {
      if (sent) ++sent_;
      if (!sent) last_trouble_ = sent.error().message;
      done(sent);
      on_sent_();
    });
  }
  std::size_t sent() const { return sent_; }
  const std::string& last_trouble() const { return last_trouble_; }

 private:
  probe::Prober& inner_;
  std::function<void()> on_sent_;
  std::size_t sent_ = 0;
  std::string last_trouble_;
};

class LocalWait {
 public:
  LocalWait(flow::WaitSpec spec, const Clock& clock, const std::string& ca_file)
      : spec_(std::move(spec)),
        writing_(loop_),
        random_(io::random_seed()),
        probes_(loop_, {.ca_file = ca_file}),
        prober_(probes_, [this] { leave_when_done(); }),
        host_(loop_, clock, board::machine_clock, random_, store_, writing_, prober_, {},
              {.on_entry = [this](const flow::Entry& entry) { heard(entry); },
               .on_wait_over = [this](const domain::WaitId&) { ended(); },
               .on_start_job = {},
               .on_stop_job = {},
               .on_broken =
                   [this](const Error& error) {
                     broken_ = error;
                     loop_.stop();
                   }}),
        display_(loop_, [this] { return report(); }),
        signals_(loop_, [this](int) { interrupted(); }) {}

  Result<WaitReport> run() {
    TRY_VOID(host_.restore());
    WaitDisplay::say(fmt::format("waiting for {}, {} at most", targets(), human_duration(spec_.limit)));
    host_.feed(flow::ParkWait{id_, spec_});
    loop_.run();
    if (broken_) return *broken_;
    if (!over_) return make_error(ErrorCode::cancelled, "interrupted");
    return *over_;
  }

 private:
  std::string targets() const {
    std::vector<std::string> targets;
    for (const flow::Condition& condition : spec_.conditions) targets.push_back(report::printable(condition.target));
    return join(targets, spec_.join == flow::Join::any ? " or " : " and ");
  }

  WaitReport report() const {
    WaitReport report = report_of(host_.board().waits.at(id_), host_.now());
    for (const flow::Condition& condition : spec_.conditions)
      if (const auto next = next_look(condition); next && (!report.next_look || *next < *report.next_look)) report.next_look = next;
    return report;
  }

  std::optional<Millis> next_look(const flow::Condition& condition) const {
    if (condition.source != flow::SourceKind::outside) return std::nullopt;
    const auto due = host_.board().probes.due_of(condition.request);
    return due ? std::optional(*due - host_.now()) : std::nullopt;
  }

  void heard(const flow::Entry& entry) {
    const auto* noted = std::get_if<flow::WaitNoted>(&entry.record);
    if (noted == nullptr) return;
    const flow::Condition& condition = spec_.conditions.at(static_cast<std::size_t>(noted->condition));
    const flow::Wait& wait = host_.board().waits.at(id_);
    display_.note({.after = entry.at - wait.parked,
                   .condition = condition.name,
                   .what = std::string(to_string(noted->what)),
                   .text = noted->text,
                   .excerpt = {}},
                  wait.over ? std::nullopt : next_look(condition));
  }

  void ended() {
    if (over_) return;
    display_.close();
    over_ = report();
    over_->next_look.reset();
    const flow::Wait& wait = host_.board().waits.at(id_);
    for (std::size_t i = 0; i < wait.conditions.size(); ++i)
      if (!wait.conditions[i].over && !wait.spec.conditions[i].cancel_request.empty()) ++cancels_owed_;
    // The cancels are orders of the same step: they go out after this call.
    loop_.post([this] { leave_when_done(); });
    patience_ = loop_.after(cancel_patience, [this] {
      WaitDisplay::say(fmt::format("warning: the cancel of remote work was not answered: {}", report::printable(prober_.last_trouble())));
      loop_.stop();
    });
  }

  void leave_when_done() {
    if (over_ && prober_.sent() >= cancels_owed_) loop_.stop();
  }

  void interrupted() {
    if (is_interrupted_) return loop_.stop();
    is_interrupted_ = true;
    WaitDisplay::say("cancelling; once more to leave at once");
    host_.feed(flow::CancelWait{id_, "interrupted"});
  }

  flow::WaitSpec spec_;
  const domain::WaitId id_{"wait"};
  std::optional<WaitReport> over_;
  std::optional<Error> broken_;
  std::size_t cancels_owed_ = 0;
  bool is_interrupted_ = false;
  io::Loop loop_;
  store::MemoryFlow store_;
  io::Lane writing_;
  Random random_;
  probe::Probes probes_;
  SendsSeen prober_;
  board::BoardHost host_;
  io::Timer patience_;
  WaitDisplay display_;
  io::SignalWatch signals_;
};

}  // namespace

Result<WaitReport> wait_here(flow::WaitSpec spec, const Clock& clock, const std::string& ca_file) {
  return LocalWait(std::move(spec), clock, ca_file).run();
}

}  // namespace tamarack::cli
