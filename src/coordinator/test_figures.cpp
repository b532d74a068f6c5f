#include "coordinator/test_figures.h"

#include "insight/flakiness.h"
#include "insight/mass_failure.h"

namespace tamarack::coordinator {
namespace {

constexpr int tests_at_once = 5'000;

}  // namespace

Result<std::int64_t> refresh_figures(store::Store& store, int tests_max) {
  static const store::FigureRules rules{.set_aside = insight::why_set_aside, .figures = insight::figures_of};
  return store.tests().refresh(rules, tests_max);
}

Result<> refresh_all_figures(store::Store& store) {
  while (TRY(refresh_figures(store, tests_at_once)) > 0) {
  }
  return {};
}

}  // namespace tamarack::coordinator
