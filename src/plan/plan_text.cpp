#include "plan/plan_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "plan/flow_text.h"

namespace tamarack::plan {
namespace {

using domain::Plan;
using domain::Unit;

// Tenths of a second, because estimates are compared with each other; long ones as people read them.
std::string seconds(Millis duration) {
  if (duration >= Millis{60'000}) return human_duration(duration);
  return fmt::format("{:.1f} s", static_cast<double>(duration.count()) / 1000.0);
}

std::string minutes(Millis duration) {
  const double count = static_cast<double>(duration.count()) / 60'000.0;
  return duration < Millis{6'000} ? fmt::format("{:.2f}", count) : fmt::format("{:.1f}", count);
}

// "history", or where a unit's price comes from several places, the share that is known: "history 5/8".
std::string why(const Unit& unit, std::span<const TestEstimate> estimates) {
  std::map<EstimateSource, std::size_t> sources;
  for (const domain::TestIndex test : unit.tests) ++sources[estimates[test.value].source];
  if (sources.size() > 1) sources.erase(EstimateSource::skip);
  if (sources.size() == 1) return std::string(to_string(sources.begin()->first));
  if (sources.contains(EstimateSource::history)) return fmt::format("history {}/{}", sources[EstimateSource::history], unit.tests.size());
  return "mixed";
}

std::string notes(const Unit& unit, const Plan& plan) {
  std::vector<std::string> parts;
  if (unit.serial) parts.push_back("serial");
  for (const std::string& lock : unit.locks) parts.push_back("lock '" + lock + "'");
  for (const std::string& cap : unit.caps) parts.push_back("cap '" + cap + "'");
  if (!unit.after.empty()) {
    const std::string& first = plan.units[unit.after.front().value].title;
    parts.push_back("after '" + first + "'" + (unit.after.size() > 1 ? fmt::format(" and {} more", unit.after.size() - 1) : ""));
  }
  if (unit.pinned_worker >= 0) parts.push_back(fmt::format("worker {}", unit.pinned_worker + 1));
  return parts.empty() ? "" : "  (" + join(parts, ", ") + ")";
}

std::string units_table(const Plan& plan, std::span<const TestEstimate> estimates, std::size_t units_max) {
  const std::size_t shown = units_max == 0 ? plan.units.size() : std::min(units_max, plan.units.size());
  std::size_t why_width = 3;
  for (std::size_t i = 0; i < shown; ++i) why_width = std::max(why_width, why(plan.units[i], estimates).size());
  std::string text = fmt::format("{:>5}  {:>9}  {:<{}}  {:>5}  {}\n", "order", "estimate", "why", why_width, "tests", "unit");
  for (std::size_t i = 0; i < shown; ++i) {
    const Unit& unit = plan.units[i];
    text += fmt::format("{:>5}  {:>9}  {:<{}}  {:>5}  {}{}\n", i + 1, seconds(unit.estimate), why(unit, estimates), why_width,
                        unit.tests.size(), unit.title, notes(unit, plan));
  }
  if (shown < plan.units.size()) {
    Millis rest{0};
    for (std::size_t i = shown; i < plan.units.size(); ++i) rest += plan.units[i].estimate;
    text += fmt::format("       and {} more, {} together\n", count_of(static_cast<std::int64_t>(plan.units.size() - shown), "unit"),
                        seconds(rest));
  }
  return text;
}

// A lock that is wanted longer than the bound makes more workers useless; the reader should know.
std::string lock_notes(const Plan& plan, Millis bound) {
  std::map<std::string, Millis> wanted;
  for (const Unit& unit : plan.units)
    for (const std::string& lock : unit.locks) wanted[lock] += unit.estimate;
  std::string text;
  for (const auto& [lock, time] : wanted)
    if (time > bound) text += fmt::format("the units with lock '{}' run one after another: {} together\n", lock, seconds(time));
  return text;
}

// All counts up to 8, then ever wider steps, and the last.
std::vector<Prediction> shown_predictions(const std::vector<Prediction>& predictions, std::int64_t also) {
  std::vector<Prediction> shown;
  std::int64_t next = 1;
  for (const Prediction& one : predictions) {
    if (one.workers >= next || one.workers == also || &one == &predictions.back()) shown.push_back(one);
    while (next <= one.workers) next += next < 8 ? 1 : next / 2;
  }
  return shown;
}

std::string predictions_table(const std::vector<Prediction>& predictions, std::int64_t marked) {
  std::string text = fmt::format("{:>7}  {:>9}  {:>15}  {:>9}  {:>6}\n", "workers", "wall time", "machine minutes", "bound", "starts");
  for (const Prediction& one : shown_predictions(predictions, marked))
    text += fmt::format("{:>7}  {:>9}  {:>15}  {:>9}  {:>6}{}\n", one.workers, seconds(one.wall), minutes(one.machine),
                        seconds(one.lower_bound), one.invocations, one.workers == marked ? "  ←" : "");
  return text;
}

std::string target_line(const Choice& choice, Millis target) {
  const std::string workers = count_of(choice.prediction.workers, "worker");
  if (choice.reaches_target) return fmt::format("for {} take {}: {} expected\n", seconds(target), workers, seconds(choice.prediction.wall));
  return fmt::format("{} cannot be reached: the shortest is {} with {}\n", seconds(target), seconds(choice.prediction.wall), workers);
}

}  // namespace

std::string plan_text(const Plan& plan, std::span<const TestEstimate> estimates, const std::vector<Prediction>& predictions,
                      const PlanTextOptions& options) {
  std::set<std::string_view> specs;
  for (const domain::TestCase& test : plan.tests) specs.insert(test.identity.spec);
  Millis total{0};
  for (const Unit& unit : plan.units) total += unit.estimate;
  const Millis bound = domain::lower_bound(plan, plan.workers);

  std::string text =
      fmt::format("{} in {}, {}, policy {}, {}\n\n", count_of(static_cast<std::int64_t>(plan.tests.size()), "test"),
                  count_of(static_cast<std::int64_t>(specs.size()), "spec"), count_of(static_cast<std::int64_t>(plan.units.size()), "unit"),
                  to_string(plan.policy), count_of(plan.workers, "worker"));
  text += units_table(plan, estimates, options.units_max);
  text += fmt::format("\ntests: {} in all, lower bound {} on {}\n", seconds(total), seconds(bound), count_of(plan.workers, "worker"));
  text += fmt::format("start-up: application {} per worker, framework {} per invocation{}\n", seconds(plan.cost.app_start),
                      seconds(plan.cost.framework_start), plan.cost.from_history ? "" : " (guesses: nothing is recorded yet)");
  text += lock_notes(plan, bound);
  if (!plan.flows.empty()) text += "\n" + flow_text(plan, {.waits = options.expected_waits});
  if (predictions.empty()) return text;

  std::optional<Choice> choice;
  if (options.target) choice = choose_workers(predictions, *options.target);
  text += "\n" + predictions_table(predictions, choice ? choice->prediction.workers : plan.workers);
  if (choice) text += "\n" + target_line(*choice, *options.target);
  return text;
}

}  // namespace tamarack::plan
