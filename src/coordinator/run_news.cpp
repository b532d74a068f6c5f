#include "coordinator/run_news.h"

#include <fmt/format.h>

#include "coordinator/read_run.h"
#include "io/machine.h"
#include "notify/compose.h"

namespace tamarack::coordinator {
namespace {

constexpr std::string_view open_prefix = "news/";  // beside the notifier's own keys
constexpr Millis news_age_max{24LL * 3'600'000};   // nobody wants to hear of it any more; deliveries are given up at this age, too

std::string key_of(const domain::RunId& run) {
  return std::string(open_prefix) + run.value;
}

}  // namespace

struct RunNews::Piece {
  domain::RunId run;
  notify::News news;
  Result<> outcome;
  bool is_over = false;  // nobody wants to hear of it any more, or there is no such run
  std::vector<notify::Delivery> deliveries;
};

RunNews::RunNews(io::Loop& loop, const Clock& clock, store::Store& data, io::Lane& reading, store::Store& journal, io::Lane& writing,
                 RunNewsSettings settings)
    : loop_(loop),
      clock_(clock),
      data_(data),
      reading_(reading),
      journal_(journal),
      writing_(writing),
      settings_(std::move(settings)),
      composing_(loop),
      notifier_(loop, clock, Random(io::random_seed()), settings_.notifier,
                {.keep = [this](const std::string& key, const std::string& json) { keep(key, json); }, .warn = settings_.warn}) {}

RunNews::~RunNews() = default;

void RunNews::restore() {
  std::vector<notify::Notifier::Kept> kept;
  const auto rows = journal_.notices();
  if (!rows) settings_.warn("what is owed to others cannot be read, it is not sent: " + rows.error().message);
  for (const store::NoticeRow& row : rows ? *rows : std::vector<store::NoticeRow>{}) {
    if (!row.key.starts_with(open_prefix)) {
      kept.push_back({row.key, row.json});
      continue;
    }
    if (const auto news = notify::read_news(row.json))
      open_[domain::RunId{row.key.substr(open_prefix.size())}] = *news;
    else
      keep(row.key, {});
  }
  notifier_.restore(kept);
}

void RunNews::catch_up(const std::set<domain::RunId>& active) {
  std::vector<domain::RunId> ended;
  for (const auto& [run, news] : open_)
    if (!active.contains(run)) ended.push_back(run);
  for (const domain::RunId& run : ended) {
    if (open_.at(run).event == notify::Event::run_started) tell(run, notify::Event::run_started);
    tell(run, notify::Event::run_finished);
  }
}

void RunNews::began(const domain::RunId& run, const notify::News& origin) {
  const auto [known, is_new] = open_.try_emplace(run, origin);
  if (is_new) {
    known->second.event = notify::Event::run_started;
    keep_open(run);
  }
  // Gone on with after a restart, and told before.
  if (known->second.event == notify::Event::run_started) tell(run, notify::Event::run_started);
}

void RunNews::closed(const domain::RunId& run) {
  if (open_.contains(run)) tell(run, notify::Event::run_finished);
}

// The view is read where the store is read, composed beside it, and delivered here. Both lanes keep the order of a run's news.
void RunNews::tell(const domain::RunId& run, notify::Event event) {
  auto piece = std::make_shared<Piece>(Piece{.run = run, .news = open_.at(run), .outcome = {}, .deliveries = {}});
  piece->news.event = event;
  auto view = std::make_shared<report::ReportView>();
  const auto look = [&data = data_, piece, view, source = ViewSource{settings_.machine, settings_.version, true},
                     now = clock_.now()]() -> Result<> {
    const auto row = TRY(data.run(piece->run));
    const bool ends = piece->news.event == notify::Event::run_finished;
    if (ends && row && !row->finished) return make_error(ErrorCode::conflict, "it has no end, and nobody goes on with it");
    if (row) piece->news.at = ends ? *row->finished : row->started;
    piece->is_over = !row || piece->news.at + news_age_max < now;
    if (!piece->is_over) *view = TRY(load_view(data, *row, source));
    return {};
  };
  const auto compose = [piece, view, file = settings_.notifier.file] { piece->deliveries = notify::compose(file, *view, piece->news); };
  reading_.run([piece, look] { piece->outcome = look(); },
               [this, piece, compose, alive = std::weak_ptr(alive_)] {
                 if (alive.expired()) return;
                 composing_.run(
                     [piece, compose] {
                       if (piece->outcome && !piece->is_over) compose();
                     },
                     [this, piece, alive] {
                       if (!alive.expired()) told(*piece);
                     });
               });
}

void RunNews::told(const Piece& piece) {
  // What cannot be read stays open: the next start tries it again.
  if (!piece.outcome) return settings_.warn(fmt::format("nobody is told of run '{}': {}", piece.run.value, piece.outcome.error().message));
  notifier_.deliver(piece.deliveries);
  const auto open = open_.find(piece.run);
  if (open == open_.end()) return;
  if (piece.news.event == notify::Event::run_started) {
    open->second.event = notify::Event::run_finished;
    return keep_open(piece.run);
  }
  open_.erase(open);
  keep(key_of(piece.run), {});
}

void RunNews::keep_open(const domain::RunId& run) {
  keep(key_of(run), notify::to_json(open_.at(run)));
}

// What one turn of the loop changes is one transaction: a run's news and the requests made from it.
void RunNews::keep(const std::string& key, const std::string& json) {
  to_write_.push_back({key, json});
  if (to_write_.size() > 1) return;
  loop_.post([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) write();
  });
}

void RunNews::write() {
  auto rows = std::make_shared<std::vector<store::NoticeRow>>(std::move(to_write_));
  to_write_.clear();
  auto outcome = std::make_shared<Result<>>();
  writing_.run(
      [&journal = journal_, rows, outcome] { *outcome = journal.keep_notices(*rows); },
      [this, outcome, alive = std::weak_ptr(alive_)] {
        if (!alive.expired() && !*outcome)
          settings_.warn("what is owed to others cannot be kept, a restart may forget it or send it again: " + outcome->error().message);
      });
}

}  // namespace tamarack::coordinator
