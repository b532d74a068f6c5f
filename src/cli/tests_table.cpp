#include "cli/tests_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/cells.h"
#include "report/style.h"

namespace tamarack::cli {
namespace {

constexpr std::size_t name_cells_min = 20;

struct Column {
  const char* head;
  std::size_t cells;
};
constexpr std::array columns{Column{"flaky", 6}, Column{"flips", 6}, Column{"failed", 6}, Column{"runs", 5},
                             Column{"p50", 9},   Column{"p95", 9},   Column{"trend", 6}};

std::string percent(double rate) {
  return fmt::format("{}%", std::lround(rate * 100));
}

// Nothing where there is nothing to see: the eye finds the rest.
std::string percent_if_any(double rate, std::int64_t count) {
  if (count == 0) return "·";
  return std::lround(rate * 100) == 0 ? "<1%" : percent(rate);
}

std::string trend_of(const domain::Figures& figures) {
  if (!figures.trend) return "·";
  const long change = std::lround((*figures.trend - 1) * 100);
  return change > 999 ? ">999%" : fmt::format("{:+}%", change);
}

std::array<std::string, columns.size()> cells_of(const domain::Figures& figures) {
  if (figures.runs == 0) return {"·", "·", "·", "0", "·", "·", "·"};
  return {percent_if_any(figures.flaky_rate(), figures.flaky),
          percent_if_any(figures.flip_rate(), figures.flips),
          percent_if_any(figures.failure_rate(), figures.failed),
          std::to_string(figures.runs),
          human_duration(figures.p50),
          human_duration(figures.p95),
          trend_of(figures)};
}

std::string coloured(const report::Style& style, std::size_t column, const std::string& text, const domain::Figures& figures) {
  if (column <= 1 && (column == 0 ? figures.flaky : figures.flips) > 0) return style.yellow(text);
  if (column == 2 && figures.failed > 0) return style.red(text);
  return text;
}

std::string note_of(const store::TestRow& row, const coordinator::FindQuarantine& find_quarantine) {
  const auto note = find_quarantine ? find_quarantine(row) : std::nullopt;
  return note ? fmt::format("in quarantine until {}, {}", note->expires, report::printable(note->owner)) : std::string();
}

}  // namespace

std::string tests_table(const std::vector<store::TestRow>& tests, const coordinator::FindQuarantine& find_quarantine,
                        const TestsTableOptions& options) {
  if (tests.empty()) return {};
  const report::Style style(options.colour);
  std::string out;
  std::size_t taken = 2;
  for (const Column& column : columns) {
    out += report::pad_left(column.head, column.cells) + " ";
    taken += column.cells + 1;
  }
  out = style.dim(out + "  test") + "\n";
  const std::size_t name_cells = options.width == 0 ? 0 : std::max(name_cells_min, options.width - std::min(options.width, taken + 1));
  for (const store::TestRow& row : tests) {
    const auto cells = cells_of(row.figures);
    for (std::size_t i = 0; i < cells.size(); ++i)
      out += coloured(style, i, report::pad_left(cells[i], columns[i].cells), row.figures) + " ";
    const std::string readable = report::printable(display_name(row.identity));
    const std::string name(trim(readable));
    const std::string outcome(to_string(row.last_outcome));
    const bool is_new = row.last_outcome == domain::Outcome::pending;
    out += is_new ? "  " : style.outcome(outcome, report::outcome_sign(outcome)) + " ";
    out += (name_cells == 0 ? name : report::fit_end(name, name_cells)) + "\n";
    if (const std::string note = note_of(row, find_quarantine); !note.empty()) out += std::string(taken, ' ') + style.dim(note) + "\n";
  }
  return out;
}

}  // namespace tamarack::cli
