#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "adapter/adapter.h"
#include "adapter/command/adapter_command.h"
#include "adapter/ctest/adapter_ctest.h"
#include "adapter/mocha/adapter_mocha.h"
#include "adapter/playwright/adapter_playwright.h"
#include "adapter/pytest/adapter_pytest.h"
#include "base/text.h"

namespace tamarack::adapter {
namespace {

template <class Concrete>
std::unique_ptr<Adapter> make() {
  return std::make_unique<Concrete>();
}

struct Entry {
  std::string_view name;
  std::unique_ptr<Adapter> (*make)();
};

constexpr std::array<Entry, 5> entries{{{"command", make<CommandAdapter>},
                                        {"ctest", make<CtestAdapter>},
                                        {"mocha", make<MochaAdapter>},
                                        {"playwright", make<PlaywrightAdapter>},
                                        {"pytest", make<PytestAdapter>}}};

}  // namespace

std::vector<std::string> adapter_names() {
  std::vector<std::string> names;
  for (const Entry& entry : entries) names.emplace_back(entry.name);
  return names;
}

Result<std::unique_ptr<Adapter>> make_adapter(std::string_view framework) {
  for (const Entry& entry : entries)
    if (entry.name == framework) return entry.make();
  const std::vector<std::string> names = adapter_names();
  const std::optional<std::string> meant = closest(framework, names);
  return make_error(ErrorCode::invalid_config, fmt::format("unknown framework '{}', expected one of {}", framework, join(names, ", ")),
                    meant ? fmt::format("did you mean '{}'?", *meant) : "use \"command\" for anything that can be started from a shell");
}

}  // namespace tamarack::adapter
