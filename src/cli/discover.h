// The suite's tests: from the framework, or from the cache when nothing it could depend on has changed since.
#pragma once

#include <functional>

#include "adapter/adapter.h"
#include "io/loop.h"
#include "store/store.h"

namespace tamarack::cli {

struct DiscoveryRequest {
  adapter::SuiteSettings suite;
  std::string work_dir;  // for generated files and event lines; created here
  std::string shims_dir;
  Millis timeout{120'000};
  bool use_cache = true;
};

struct Discovered {
  domain::Discovery discovery;
  bool from_cache = false;
  std::string cache_key;       // empty: this list is not cached
  bool starts_server = false;  // Playwright's own webServer: every invocation starts it
};

// `done` is called on the loop. Errors name the cause; their code is invalid_config or unavailable.
void discover(io::Loop& loop, const adapter::Adapter& adapter, store::Store& store, const DiscoveryRequest& request,
              const std::function<void(Result<Discovered>)>& done);

}  // namespace tamarack::cli
