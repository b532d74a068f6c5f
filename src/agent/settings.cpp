#include "agent/settings.h"

#include "base/text.h"
#include "io/files.h"

namespace tamarack::agent {

std::string fill_in(std::string text, const WorkerPlace& place, std::uint64_t seed) {
  text = replace_all(std::move(text), "{port}", std::to_string(place.port));
  text = replace_all(std::move(text), "{worker}", std::to_string(place.slot));
  text = replace_all(std::move(text), "{data}", place.data_dir);
  return replace_all(std::move(text), "{seed}", std::to_string(seed));
}

std::map<std::string, std::string> environment_of(const AgentSettings& settings, const WorkerPlace& place) {
  std::map<std::string, std::string> env{{"TAMARACK_RUN", settings.run.value},
                                         {"TAMARACK_WORKER", place.id.value},
                                         {"TAMARACK_WORKER_INDEX", std::to_string(place.slot)},
                                         {"TAMARACK_DATA", place.data_dir},
                                         {"TAMARACK_SEED", std::to_string(settings.seed)}};
  if (place.port != 0) {
    env["PORT"] = env["TAMARACK_PORT"] = std::to_string(place.port);
    env["BASE_URL"] = env["TAMARACK_BASE_URL"] = "http://127.0.0.1:" + std::to_string(place.port);
  }
  return env;
}

std::map<std::string, std::string> inherited_by_shims(std::map<std::string, std::string> env) {
  for (const char* name : {"PYTHONPATH", "NODE_OPTIONS"})
    if (!env.contains(name) && !io::environment(name).empty()) env[name] = io::environment(name);
  return env;
}

}  // namespace tamarack::agent
