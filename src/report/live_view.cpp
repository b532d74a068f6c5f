#include "report/live_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "report/cells.h"
#include "report/style.h"
#include "report/view_query.h"

namespace tamarack::report {
namespace {

// A line is built from coloured parts; each part knows its width, so that colours never count and a cut never splits an escape sequence.
class Line {
 public:
  explicit Line(std::size_t cells_max) : left_(cells_max) {}

  template <class Paint>
  Line& add(std::string_view text, Paint&& paint) {
    const std::string fitted = fit(text, left_);
    left_ -= cells_of(fitted);
    out_ += paint(fitted);
    return *this;
  }
  Line& add(std::string_view text) {
    return add(text, [](const std::string& same) { return same; });
  }
  std::size_t left() const { return left_; }
  std::string take() && { return std::move(out_); }

 private:
  std::size_t left_;
  std::string out_;
};

// "0:14", "12:05", "1:02:05": does not jump about while it counts.
std::string clock(Millis elapsed) {
  const std::int64_t seconds = std::max<std::int64_t>(elapsed.count(), 0) / 1000;
  if (seconds < 3600) return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

// Tenths of a second on a long wait are noise.
std::string about(Millis left) {
  if (left < Millis{1000}) return "almost done";
  const Millis whole{(left.count() + 500) / 1000 * 1000};
  return "about " + (whole < Millis{60'000} ? fmt::format("{} s", whole.count() / 1000) : human_duration(whole)) + " left";
}

std::string progress_line(const LiveState& state, std::size_t width, const Style& style) {
  const std::string counts = fmt::format("{}/{}", state.finished(), state.planned);
  std::string rest = fmt::format("  {}  {}", counts, clock(state.elapsed));
  if (state.left) rest += "  " + about(*state.left);
  constexpr std::size_t bar_max = 40;
  constexpr std::size_t bar_min = 8;
  const std::size_t taken = cells_of(rest) + 1;
  Line line(width);
  line.add(" ");
  if (width >= taken + bar_min) {
    const std::size_t bar = std::min(bar_max, width - taken);
    const auto share = [&](std::int64_t count) {
      return state.planned <= 0 ? 0
                                : static_cast<std::size_t>(std::clamp<std::int64_t>(count, 0, state.planned) *
                                                           static_cast<std::int64_t>(bar) / state.planned);
    };
    const std::size_t done = share(state.finished());
    // One failure among thousands must be seen: it gets at least one cell of what is done.
    const std::int64_t bad_count = state.failed + state.unfinished;
    const std::size_t bad = bad_count == 0 ? 0 : std::min(done, std::max<std::size_t>(1, share(bad_count)));
    const auto cells = [](std::size_t count, std::string_view glyph) {
      std::string text;
      for (std::size_t i = 0; i < count; ++i) text += glyph;
      return text;
    };
    line.add(cells(done - bad, "█"), [&](const std::string& text) { return style.green(text); });
    line.add(cells(bad, "█"), [&](const std::string& text) { return style.red(text); });
    line.add(cells(bar - done, "░"), [&](const std::string& text) { return style.dim(text); });
  } else {
    rest.erase(0, 2);
  }
  line.add(rest);
  return std::move(line).take();
}

std::string counts_line(const LiveState& state, std::size_t width, const Style& style) {
  const std::int64_t to_go = std::max<std::int64_t>(state.planned - state.finished(), 0);
  const std::vector<std::pair<std::string, std::string>> parts{
      {"passed", fmt::format("{} passed", state.passed)},       {"failed", fmt::format("{} failed", state.failed)},
      {"flaky", fmt::format("{} flaky", state.flaky)},          {"skipped", fmt::format("{} skipped", state.skipped)},
      {"lost", fmt::format("{} unfinished", state.unfinished)}, {"", fmt::format("{} to go", to_go)}};
  const std::vector<std::int64_t> counts{state.passed, state.failed, state.flaky, state.skipped, state.unfinished, to_go};
  Line line(width);
  line.add(" ");
  bool first = true;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (counts[i] == 0 && i > 0) continue;
    if (!first) line.add(" · ", [&](const std::string& text) { return style.dim(text); });
    first = false;
    line.add(parts[i].second, [&](const std::string& text) { return parts[i].first.empty() ? text : style.outcome(parts[i].first, text); });
  }
  return std::move(line).take();
}

std::string worker_line(const LiveWorker& worker, std::size_t name_cells, std::size_t width, const Style& style) {
  std::string progress = worker.total > 0 ? fmt::format("  {}/{}", worker.done, worker.total) : "";
  const std::string time = worker.doing.empty() ? "" : "  " + pad_left(human_duration(worker.since), 8);
  const std::string retry = worker.retry > 0 ? fmt::format("  retry {}", worker.retry) : "";
  Line line(width);
  line.add("  " + pad(printable(worker.name), name_cells) + "  ", [&](const std::string& text) { return style.cyan(text); });
  // The name of the test gives way first, then the progress.
  if (line.left() < cells_of(time) + cells_of(progress) + 12) progress.clear();
  const std::size_t fixed = cells_of(time) + cells_of(progress) + cells_of(retry);
  const std::size_t room = line.left() > fixed ? line.left() - fixed : 0;
  // Nothing follows after an idle one, so it needs no filling.
  const std::string doing = worker.doing.empty() ? "idle" : pad(fit_end(printable(worker.doing), room), room);
  line.add(doing, [&](const std::string& text) { return worker.runs_test ? text : style.dim(text); });
  line.add(retry, [&](const std::string& text) { return style.yellow(text); });
  line.add(time, [&](const std::string& text) { return worker.since >= Millis{30'000} ? style.yellow(text) : style.dim(text); });
  line.add(progress, [&](const std::string& text) { return style.dim(text); });
  return std::move(line).take();
}

std::string parked_line(const ParkedWaits& parked, std::size_t width, const Style& style) {
  const std::string what = fmt::format("  {} parked, first ", count_of(parked.count, "wait"));
  const std::string time = "  " + pad_left(human_duration(parked.since), 8);
  std::string deadline;
  if (parked.deadline)
    deadline = *parked.deadline <= Millis{0} ? "  a deadline has passed" : "  next deadline in " + human_duration(*parked.deadline);
  Line line(width);
  line.add(what, [&](const std::string& text) { return style.cyan(text); });
  // The name gives way first, then the deadline.
  if (line.left() < cells_of(time) + cells_of(deadline) + 12) deadline.clear();
  const std::size_t fixed = cells_of(time) + cells_of(deadline);
  const std::size_t room = line.left() > fixed ? line.left() - fixed : 0;
  line.add(pad(fit_end(printable(parked.first), room), room));
  line.add(deadline + time, [&](const std::string& text) { return style.dim(text); });
  return std::move(line).take();
}

std::string suffix(const FinishedTest& test) {
  std::vector<std::string> parts;
  if (test.outcome != "passed" && test.outcome != "failed") parts.push_back(outcome_words(test.outcome));
  if (test.duration > Millis{0} || parts.empty()) parts.push_back(human_duration(test.duration));
  if (test.attempts > 1) parts.push_back(fmt::format("{} attempts", test.attempts));
  return " (" + join(parts, ", ") + ")";
}

bool is_quiet(const FinishedTest& test) {
  return test.outcome == "passed" || test.outcome == "skipped";
}

}  // namespace

std::vector<std::string> render(const LiveState& state, int width, int height, bool colour) {
  const Style style(colour);
  const auto cells = static_cast<std::size_t>(std::max(width, 1));
  const auto lines_max = static_cast<std::size_t>(std::max(height, 1));
  std::vector<std::string> lines;
  std::size_t name_cells = 0;
  for (const LiveWorker& worker : state.workers) name_cells = std::max(name_cells, cells_of(printable(worker.name)));
  name_cells = std::min(name_cells, std::max<std::size_t>(cells / 3, 1));

  const bool has_parked = state.parked.count > 0;
  const std::size_t fixed = 2 + (state.note.empty() ? 0 : 1) + (has_parked ? 1 : 0);
  const std::size_t room = lines_max > fixed ? lines_max - fixed : 0;
  const bool all_fit = state.workers.size() <= room;
  const std::size_t shown = all_fit ? state.workers.size() : (room > 0 ? room - 1 : 0);
  for (std::size_t i = 0; i < shown; ++i) lines.push_back(worker_line(state.workers[i], name_cells, cells, style));
  if (!all_fit && room > 0) {
    const auto busy = std::count_if(state.workers.begin() + static_cast<std::ptrdiff_t>(shown), state.workers.end(),
                                    [](const LiveWorker& worker) { return !worker.doing.empty(); });
    Line line(cells);
    line.add(fmt::format("  and {}, {} busy", count_of(static_cast<std::int64_t>(state.workers.size() - shown), "more worker"), busy),
             [&](const std::string& text) { return style.dim(text); });
    lines.push_back(std::move(line).take());
  }
  if (has_parked) lines.push_back(parked_line(state.parked, cells, style));
  lines.push_back(counts_line(state, cells, style));
  if (!state.note.empty()) {
    Line line(cells);
    line.add(" " + printable(state.note), [&](const std::string& text) { return style.yellow(text); });
    lines.push_back(std::move(line).take());
  }
  lines.push_back(progress_line(state, cells, style));
  // The last line matters most when there is room for nothing else.
  if (lines.size() > lines_max) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(lines_max));
  return lines;
}

std::string plain_line(const FinishedTest& test, std::int64_t finished, std::int64_t planned, bool colour) {
  const Style style(colour);
  const std::string total = std::to_string(planned);
  std::string text = fmt::format("  {}  {:>{}}/{}  {}{}", style.outcome(test.outcome, outcome_sign(test.outcome)), finished, total.size(),
                                 total, printable(test.name), style.dim(suffix(test)));
  if (!is_quiet(test) && !test.error_head.empty()) {
    text += "\n       " + style.outcome(test.outcome, printable(test.error_head));
    if (!test.location.empty()) text += "\n       at " + printable(test.location);
  }
  return text;
}

std::vector<std::string> failure_lines(const FinishedTest& test, int width, bool colour) {
  if (is_quiet(test)) return {};
  const Style style(colour);
  const std::size_t cells = width > 0 ? static_cast<std::size_t>(width) : static_cast<std::size_t>(-1);
  const auto in_colour = [&](const std::string& text) { return style.outcome(test.outcome, text); };
  std::vector<std::string> lines;
  Line head(cells);
  head.add("  " + std::string(outcome_sign(test.outcome)) + "  ", in_colour);
  const std::string facts = suffix(test);
  const std::size_t room = head.left() > cells_of(facts) ? head.left() - cells_of(facts) : 0;
  head.add(fit_end(printable(test.name), room), [&](const std::string& text) { return style.bold(text); });
  head.add(facts, [&](const std::string& text) { return style.dim(text); });
  lines.push_back(std::move(head).take());
  if (!test.error_head.empty()) {
    Line line(cells);
    line.add("     " + printable(test.error_head), in_colour);
    lines.push_back(std::move(line).take());
  }
  if (!test.location.empty()) {
    Line line(cells);
    line.add("     at ").add(fit_end(printable(test.location), line.left()), [&](const std::string& text) { return style.cyan(text); });
    lines.push_back(std::move(line).take());
  }
  return lines;
}

std::string plain_retry_line(const std::string& name, std::int64_t attempt, const std::string& status, bool colour) {
  const Style style(colour);
  return fmt::format("  {}  {}: attempt {} {}, trying again", style.yellow("↻"), printable(name), attempt, outcome_words(status));
}

std::string plain_progress_line(const LiveState& state, bool colour) {
  const Style style(colour);
  std::string text =
      fmt::format("  · {}/{} after {}", state.finished(), state.planned, human_duration(Millis{state.elapsed.count() / 1000 * 1000}));
  if (state.left) text += ", " + about(*state.left);
  std::vector<std::string> parts;
  if (state.failed > 0) parts.push_back(style.red(fmt::format("{} failed", state.failed)));
  if (state.unfinished > 0) parts.push_back(style.red(fmt::format("{} unfinished", state.unfinished)));
  if (state.flaky > 0) parts.push_back(style.yellow(fmt::format("{} flaky", state.flaky)));
  if (state.parked.count > 0) parts.push_back(count_of(state.parked.count, "wait") + " parked");
  if (!parts.empty()) text += ": " + join(parts, ", ");
  if (!state.note.empty()) text += " (" + printable(state.note) + ")";
  return text;
}

}  // namespace tamarack::report
