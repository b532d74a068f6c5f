#include "scale.h"

#include <chrono>
#include <deque>

#include "base/check.h"
#include "run/run.h"

namespace tamarack::simulation {
namespace {

domain::Plan plan_of(const ScaleShape& shape) {
  domain::Plan plan;
  plan.workers = static_cast<std::int64_t>(shape.workers);
  plan.units_share_invocation = !shape.alone;
  plan.cost = {.framework_start = Millis{500}, .from_history = true};
  for (std::size_t u = 0; u < shape.units; ++u) {
    const domain::TestIndex test{u};
    // Longest first, as make_plan orders them.
    domain::Unit unit{.index = domain::UnitIndex{u},
                      .title = fmt::format("unit-{}", u),
                      .tests = {test},
                      .estimate = Millis{static_cast<std::int64_t>(60'000 * (shape.units - u) / shape.units + 100)}};
    if (shape.ordered && u > 0) unit.after = {domain::UnitIndex{std::size_t{0}}};
    plan.tests.push_back({.id = domain::TestId{unit.title}, .identity = {unit.title, {"works"}, ""}});
    plan.units.push_back(std::move(unit));
  }
  return plan;
}

}  // namespace

ScaleFigure measure_scale(const ScaleShape& shape) {
  ScaleFigure figure;
  run::Run run;
  ManualClock clock;
  std::deque<run::GrantLease> leases;
  const auto feed = [&](const run::Event& event) {
    run::Step step = run::step(std::move(run), event, clock.now());
    run = std::move(step.run);
    ++figure.decisions;
    for (const run::Effect& effect : step.effects)
      if (const auto* grant = std::get_if<run::GrantLease>(&effect)) {
        leases.push_back(*grant);
        ++figure.leases;
      }
  };
  const domain::Plan plan = plan_of(shape);
  const auto started = std::chrono::steady_clock::now();
  feed(run::Planned{domain::RunId{"r-1"}, plan, {}});
  for (std::size_t w = 1; w <= shape.workers; ++w) {
    const domain::AgentId agent{fmt::format("agent-{}", w)};
    const domain::WorkerId worker{agent.value + "/1"};
    feed(run::WorkerAppeared{worker, agent});
    feed(run::WorkerBecameReady{worker, Millis{0}});
  }
  while (!run.finished) {
    CHECK(!leases.empty(), "nobody works and {} tests are open", run.ledger.planned - run.ledger.settled());
    const run::GrantLease lease = std::move(leases.front());
    leases.pop_front();
    feed(run::Heartbeat{run.workers.at(lease.worker).agent, {lease.term}});
    for (const schedule::Piece& piece : lease.pieces)
      for (const domain::TestIndex test : piece.tests) {
        feed(run::TestBegan{lease.worker, lease.term, test, 0});
        feed(run::TestEnded{lease.worker, lease.term, {.test = test}});
      }
    feed(run::InvocationEnded{lease.worker, lease.term, false, {}, {}});
  }
  figure.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  return figure;
}

}  // namespace tamarack::simulation
