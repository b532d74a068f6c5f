#include "board/board_host.h"

#include <atomic>
#include <deque>

#include "base/check.h"
#include "board/clean.h"
#include "board/outside.h"
#include "board/past_waits.h"
#include "board/rows.h"

namespace tamarack::board {
namespace {

constexpr Millis timer_min{1};

// What is told to who asked, instead of obeyed here.
bool is_answer(const flow::Effect& effect) {
  return std::holds_alternative<flow::SubmissionAnswered>(effect) || std::holds_alternative<flow::SignalAnswered>(effect) ||
         std::holds_alternative<flow::ParkRefused>(effect);
}

// What one event brought about, to be done once it is durable.
struct Turn {
  std::vector<flow::Effect> effects;
  std::vector<flow::Effect> answers;
  BoardHost::Fed done;
};

// One transaction.
struct Batch {
  std::vector<flow::Entry> entries;
  std::set<std::string> forgotten;  // streams
  std::vector<Turn> turns;
};

}  // namespace

struct BoardHost::Core : std::enable_shared_from_this<Core> {
  Core(io::Loop& loop_, const Clock& clock_, std::function<flow::ClockReading()> machine_clock_, Random& random_, store::FlowStore& store_,
       io::Lane& writing_, probe::Prober& prober, const flow::BoardOptions& options, BoardCallbacks callbacks_)
      : loop(loop_),
        clock(clock_),
        machine_clock(std::move(machine_clock_)),
        random(random_),
        store(store_),
        writing(writing_),
        callbacks(std::move(callbacks_)),
        outside(loop_, prober, [this](flow::Event event) { feed(std::move(event), {}); }),
        board(options),
        line_start(clock_.now()),
        clock_start(line_start) {}

  Instant now() const { return line_start + (clock.now() - clock_start); }

  Result<> restore();
  void feed(flow::Event event, Fed done);
  void refuse(Fed done, const Error& error);
  void gather(flow::Step& step, Fed done);
  void flush();
  void commit();
  void committed();
  void tell(const Batch& batch);
  void obey(const flow::Effect& effect);
  void arm();
  void break_down(const Error& error);
  std::vector<Fed> end();

  io::Loop& loop;
  const Clock& clock;
  std::function<flow::ClockReading()> machine_clock;
  Random& random;
  store::FlowStore& store;
  io::Lane& writing;
  BoardCallbacks callbacks;
  Outside outside;
  flow::Board board;
  flow::Durations durations;
  Instant line_start;   // the instant of the line ...
  Instant clock_start;  // ... at this moment of the clock

  std::deque<Batch> gathering;  // more than one only where a stream was forgotten and begins anew
  Batch in_flight;
  bool restored = false;
  bool committing = false;
  bool flush_posted = false;
  std::optional<Error> over;  // why nothing goes on here: broken, or let go
  bool gone = false;          // the host is destroyed: nobody is called any more
  std::shared_ptr<std::atomic<bool>> may_write = std::make_shared<std::atomic<bool>>(true);
  io::Timer timer;
  std::optional<Instant> armed;  // on the clock, not on the line: when the timer fires
};

Result<> BoardHost::Core::restore() {
  CHECK(!restored, "a board is restored once");
  TRY_VOID(fold(store, board, [this](const flow::Entry& entry) {
    learn(durations, board, entry);
    if (callbacks.on_entry) callbacks.on_entry(entry);
  }));
  const flow::ClockReading reading = machine_clock();
  line_start = flow::go_on(board.clock, board.latest, reading);
  clock_start = clock.now();
  restored = true;
  feed(flow::Restarted{reading}, {});
  return {};
}

void BoardHost::Core::feed(flow::Event event, Fed done) {
  CHECK(restored, "a board is restored before it hears anything");
  if (over) return refuse(std::move(done), *over);
  if (const Result<> cleaned = clean(event); !cleaned) return refuse(std::move(done), cleaned.error());
  flow::Step step = flow::step(std::move(board), event, now(), random);
  board = std::move(step.board);
  gather(step, std::move(done));
  arm();
  flush();
}

// Nobody is called from inside feed().
void BoardHost::Core::refuse(Fed done, const Error& error) {
  if (!done) return;
  loop.post([weak = weak_from_this(), done = std::move(done), error] {
    if (const auto core = weak.lock(); core && !core->gone) done(error);
  });
}

void BoardHost::Core::gather(flow::Step& step, Fed done) {
  if (step.entries.empty() && step.effects.empty() && !done) return;
  const auto begins_anew = [&](const flow::Entry& entry) { return gathering.back().forgotten.contains(entry.stream); };
  if (gathering.empty() || std::any_of(step.entries.begin(), step.entries.end(), begins_anew)) gathering.emplace_back();
  Batch& batch = gathering.back();
  for (flow::Entry& entry : step.entries) {
    if (is_last(entry.record)) batch.forgotten.insert(entry.stream);
    batch.entries.push_back(std::move(entry));
  }
  Turn turn{.done = std::move(done)};
  for (flow::Effect& effect : step.effects) (is_answer(effect) ? turn.answers : turn.effects).push_back(std::move(effect));
  batch.turns.push_back(std::move(turn));
}

// At the end of the current turn of the loop, so that everything this turn brought goes into one transaction.
void BoardHost::Core::flush() {
  if (committing || flush_posted || over || gathering.empty()) return;
  flush_posted = true;
  loop.post([weak = weak_from_this()] {
    const auto core = weak.lock();
    if (!core) return;
    core->flush_posted = false;
    if (!core->committing && !core->over) core->commit();
  });
}

void BoardHost::Core::commit() {
  in_flight = std::move(gathering.front());
  gathering.pop_front();
  if (in_flight.entries.empty()) return committed();
  committing = true;
  struct Writing {
    std::vector<flow::Entry> entries;
    std::vector<std::string> forgotten;
    Result<> outcome;
  };
  auto work = std::make_shared<Writing>();
  work->entries = std::move(in_flight.entries);
  work->forgotten.assign(in_flight.forgotten.begin(), in_flight.forgotten.end());
  // Made text over there, too: ten thousand waits at once would hold up the loop.
  writing.run(
      [&store = store, work, may = may_write] {
        std::vector<store::FlowRow> rows;
        rows.reserve(work->entries.size());
        for (const flow::Entry& entry : work->entries) rows.push_back(row_of(entry));
        if (may->load()) work->outcome = store.commit_flow(rows, work->forgotten);
      },
      [weak = weak_from_this(), work] {
        const auto core = weak.lock();
        if (!core || core->over) return;
        core->committing = false;
        core->in_flight.entries = std::move(work->entries);
        if (work->outcome)
          core->committed();
        else
          core->break_down(Error(work->outcome.error()).in("the journal of jobs and waits cannot be written"));
      });
}

void BoardHost::Core::committed() {
  const auto self = shared_from_this();  // who is told may destroy the host
  tell(std::exchange(in_flight, {}));
  flush();
}

void BoardHost::Core::tell(const Batch& batch) {
  for (const flow::Entry& entry : batch.entries) {
    if (over) break;
    learn(durations, board, entry);
    if (callbacks.on_entry) callbacks.on_entry(entry);
  }
  for (const Turn& turn : batch.turns) {
    for (const flow::Effect& effect : turn.effects) {
      if (over) break;
      obey(effect);
    }
    // It is durable, whatever was broken or let go in the meantime.
    if (turn.done && !gone) turn.done(turn.answers);
  }
}

void BoardHost::Core::obey(const flow::Effect& effect) {
  if (const auto* ask = std::get_if<flow::Ask>(&effect)) return outside.ask(*ask);
  if (const auto* watch = std::get_if<flow::Watch>(&effect)) return outside.watch(watch->request);
  if (const auto* unwatch = std::get_if<flow::Unwatch>(&effect)) return outside.unwatch(unwatch->request);
  if (const auto* cancel = std::get_if<flow::CancelRemote>(&effect)) return outside.cancel(*cancel);
  if (const auto* ended = std::get_if<flow::WaitOver>(&effect)) {
    if (callbacks.on_wait_over) callbacks.on_wait_over(ended->wait);
  } else if (const auto* start = std::get_if<flow::StartJob>(&effect)) {
    if (callbacks.on_start_job) callbacks.on_start_job(*start);
  } else if (const auto* stop = std::get_if<flow::StopJob>(&effect)) {
    if (callbacks.on_stop_job) callbacks.on_stop_job(*stop);
  }
  // RefreshCredentials: probers read files and variables with every look, and the board looks again within a second, once for all waits of
  // the request. So there is nothing to do.
}

// One timer for the whole board. It is only set anew for something earlier; one that fires too early is set again.
void BoardHost::Core::arm() {
  const auto due = over ? std::nullopt : flow::next_due(board);
  if (!due) return;
  const Instant present = clock.now();
  const Millis left = std::max(*due - now(), timer_min);
  if (armed && *armed <= present + left && *armed > present) return;
  armed = present + left;
  timer = loop.after(left, [weak = weak_from_this()] {
    const auto core = weak.lock();
    if (!core || core->over) return;
    core->armed.reset();
    const auto next = flow::next_due(core->board);
    if (next && *next <= core->now()) return core->feed(flow::Tick{}, {});
    core->arm();
  });
}

std::vector<BoardHost::Fed> BoardHost::Core::end() {
  may_write->store(false);
  timer.cancel();
  outside.close();
  std::vector<Fed> waiting;
  for (Turn& turn : in_flight.turns)
    if (turn.done) waiting.push_back(std::move(turn.done));
  for (Batch& batch : gathering)
    for (Turn& turn : batch.turns)
      if (turn.done) waiting.push_back(std::move(turn.done));
  in_flight = {};
  gathering.clear();
  return waiting;
}

void BoardHost::Core::break_down(const Error& error) {
  const auto self = shared_from_this();
  over = error;
  for (const Fed& done : end())
    if (!gone) done(error);
  if (!gone && callbacks.on_broken) callbacks.on_broken(error);
}

BoardHost::BoardHost(io::Loop& loop, const Clock& clock, std::function<flow::ClockReading()> machine_clock, Random& random,
                     store::FlowStore& store, io::Lane& writing, probe::Prober& prober, const flow::BoardOptions& options,
                     BoardCallbacks callbacks)
    : core_(std::make_shared<Core>(loop, clock, std::move(machine_clock), random, store, writing, prober, options, std::move(callbacks))) {}

BoardHost::~BoardHost() {
  core_->gone = true;
  let_go();
}

Result<> BoardHost::restore() {
  return core_->restore();
}

const flow::Board& BoardHost::board() const {
  return core_->board;
}

const flow::Durations& BoardHost::durations() const {
  return core_->durations;
}

Instant BoardHost::now() const {
  return core_->now();
}

void BoardHost::feed(flow::Event event, Fed done) {
  core_->feed(std::move(event), std::move(done));
}

void BoardHost::when_cancelled(std::function<void()> settled) {
  // Told after everything that was fed before it has been obeyed.
  feed(flow::Tick{}, [core = std::weak_ptr(core_), settled = std::move(settled)](const Result<std::vector<flow::Effect>>& fed) {
    const auto alive = core.lock();
    if (!fed || !alive || alive->over) return settled();
    alive->outside.when_cancelled(settled);
  });
}

void BoardHost::let_go() {
  if (core_->over) return;
  core_->over = make_error(ErrorCode::cancelled, "the board was let go before this was known to be written");
  const auto core = core_;
  for (const Fed& done : core->end())
    if (!core->gone) done(*core->over);
}

}  // namespace tamarack::board
