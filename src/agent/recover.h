// What an attempt had reported or written when its Tamarack was killed: read from its folder as the events it would have sent.
#pragma once

#include <vector>

#include "adapter/adapter.h"
#include "artifact/artifact_store.h"
#include "base/masker.h"
#include "run/run.h"

namespace tamarack::agent {

struct RecoverySource {
  const adapter::Adapter& adapter;
  const adapter::SuiteSettings& suite;
  artifact::ArtifactStore& artifacts;
  std::string run_dir;
  std::string shims_dir;
  Masker masker;  // of secrets: what is read here has not passed through an agent
};

// For every lease that is still open in the folded run. Waits (seconds at most) until the processes of the dead Tamarack are gone.
std::vector<run::Event> recover(const run::Run& folded, const RecoverySource& source);

}  // namespace tamarack::agent
