#include "cli/waits_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/parse_instant.h"
#include "base/text.h"
#include "board/machine_clock.h"
#include "board/rows.h"
#include "cli/answer_json.h"
#include "cli/outputs.h"
#include "cli/server_calls.h"
#include "coordinator/flow_json.h"
#include "flow/json_path.h"
#include "flow/timeline_clock.h"
#include "report/cells.h"

namespace tamarack::cli {
namespace {

using boost::json::object;
using boost::json::value;

// One wait as the API shows it, whichever way it came.
struct Shown {
  std::string json;
  WaitRow row;
};

void read_target(const object& from, WaitRow& row) {
  const value* conditions = from.if_contains("conditions");
  if (conditions == nullptr || !conditions->is_array()) return;
  std::size_t open = 0;
  for (const value& item : conditions->get_array()) {
    const object* condition = item.if_object();
    if (condition == nullptr) continue;
    const value* over = condition->if_contains("over");
    const bool is_open = over == nullptr || !over->is_bool() || !over->get_bool();
    if (row.target.empty() || (is_open && open == 0)) {
      row.target = text_of(*condition, "target");
      row.status = text_of(*condition, "status");
    }
    if (is_open) ++open;
  }
  if (open > 1) row.target += fmt::format(" and {} more", open - 1);
}

Result<Shown> shown_of(const object& from) {
  Shown shown{.json = boost::json::serialize(from)};
  WaitRow& row = shown.row;
  row.id = text_of(from, "wait_id");
  if (row.id.empty()) return make_error(ErrorCode::corrupt, "the server's answer holds something that is no wait");
  row.owner = text_of(from, "owner").empty() ? text_of(from, "name") : text_of(from, "owner");
  const bool over = text_of(from, "state") == "over";
  row.state = over ? text_of(from, "outcome") : "parked";
  boost::system::error_code failed;
  if (const value* waited = from.if_contains("waited_ms")) row.waited = Millis{waited->to_number<std::int64_t>(failed)};
  read_target(from, row);
  // All from one clock, the one of who has the wait.
  const auto parked = parse_instant(text_of(from, "parked_at"));
  const auto from_now = [&](const char* key) -> std::optional<Millis> {
    const auto at = parse_instant(text_of(from, key));
    return at && parked && !over ? std::optional(*at - (*parked + row.waited)) : std::nullopt;
  };
  row.next_look = from_now("next_look_at");
  row.deadline = from_now("deadline");
  return shown;
}

Result<std::vector<Shown>> waits_of_server(const WaitsOptions& options) {
  ServerCalls calls(TRY(server_address(options.server)));
  std::vector<Shown> waits;
  for (std::string next = "start"; !next.empty();) {
    const std::string path = fmt::format("/api/v1/waits?limit=200{}{}", options.all ? "" : "&open=true",
                                         next == "start" ? std::string{} : "&before=" + io::url_segment(next));
    const auto document = flow::parse_document(TRY(calls.get(path)));
    const object* page = document ? document->if_object() : nullptr;
    const value* list = page == nullptr ? nullptr : page->if_contains("waits");
    if (list == nullptr || !list->is_array()) return make_error(ErrorCode::corrupt, "the server's answer is no list of waits");
    for (const value& item : list->get_array())
      if (item.is_object()) waits.push_back(TRY(shown_of(item.get_object())));
    next = text_of(*page, "next");
  }
  return waits;
}

Result<std::vector<Shown>> waits_here(const WaitsOptions& options) {
  const std::string state_dir = TRY(find_state_dir(options.project));
  const auto store = TRY(open_store(state_dir));
  flow::Board board;
  TRY_VOID(board::fold(store->flow(), board, {}));
  const Instant now = flow::go_on(board.clock, board.latest, board::machine_clock());
  std::vector<const flow::Wait*> waits;
  for (const auto& [id, wait] : board.waits)
    if (options.all || !wait.over) waits.push_back(&wait);
  std::stable_sort(waits.begin(), waits.end(), [](const auto* left, const auto* right) { return left->parked > right->parked; });
  std::vector<Shown> shown;
  for (const flow::Wait* wait : waits) {
    const auto document = flow::parse_document(coordinator::wait_json(*wait, {.now = now, .next_look = {}, .probes = wait->probes}));
    shown.push_back(TRY(shown_of(document->get_object())));
  }
  return shown;
}

std::string from_now_text(const std::optional<Millis>& time) {
  if (!time) return "-";
  return time->count() <= 0 ? "now" : "in " + human_duration(*time);
}

}  // namespace

std::string waits_table(const std::vector<WaitRow>& rows) {
  if (rows.empty()) return {};
  constexpr std::size_t owner_max = 40;
  constexpr std::size_t target_max = 60;
  std::vector<std::vector<std::string>> cells{{"WAIT", "OWNER", "STATE", "WAITED", "NEXT LOOK", "DEADLINE", "STATUS", "TARGET"}};
  Millis saved{0};
  for (const WaitRow& row : rows) {
    saved += row.waited;
    cells.push_back({report::printable(row.id), report::fit(report::printable(row.owner), owner_max), report::printable(row.state),
                     human_duration(row.waited), from_now_text(row.next_look), from_now_text(row.deadline),
                     row.status.empty() ? "-" : report::fit(report::printable(row.status), owner_max),
                     report::fit(report::printable(row.target), target_max)});
  }
  std::vector<std::size_t> widths(cells.front().size(), 0);
  for (const auto& line : cells)
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], report::cells_of(line[i]));
  std::string text;
  for (const auto& line : cells) {
    std::string out;
    for (std::size_t i = 0; i < line.size(); ++i) out += i + 1 == line.size() ? line[i] : report::pad(line[i], widths[i]) + "  ";
    text += out + "\n";
  }
  return text + fmt::format("{}; {:.1f} runner-seconds saved so far\n", count_of(static_cast<std::int64_t>(rows.size()), "wait"),
                            static_cast<double>(saved.count()) / 1000);
}

int waits_command(const WaitsOptions& options, const Clock&) {
  const auto waits = options.server.url.empty() ? waits_here(options) : waits_of_server(options);
  if (!waits) return complain(waits.error());
  std::vector<WaitRow> rows;
  for (const Shown& one : *waits) {
    rows.push_back(one.row);
    if (options.json) std::printf("%s\n", one.json.c_str());
  }
  if (options.json) return 0;
  if (rows.empty()) std::fputs("nobody waits\n", stderr);
  std::fputs(waits_table(rows).c_str(), stdout);
  return 0;
}

}  // namespace tamarack::cli
