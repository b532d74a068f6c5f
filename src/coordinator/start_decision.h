// What becomes of a request for a run: a new one, what stands of an earlier one, or no. What the store knows decides.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "artifact/blob_store.h"
#include "run/carry.h"
#include "run/run.h"
#include "store/store.h"
#include "wire/api.h"

namespace tamarack::coordinator {

inline constexpr std::string_view tell_apart = "tell the suites of one job apart: set TAMARACK_SUITE or pass --suite NAME";

struct StartDecision {
  std::optional<wire::RunStarted> known;  // no new run
  run::Carried carried;
  store::RequestRow row;
};

// Not on the loop: it reads whole journals.
struct StartDecider {
  store::Store& store;
  artifact::BlobStore& blobs;
  Instant now;

  // Errors: those of RunHost::start.
  Result<StartDecision> decide(const wire::RunRequest& request, const std::string& body) const;

  Result<std::optional<wire::RunStarted>> look_for_earlier(const wire::RunRequest& request, domain::RunId& carry_from) const;
};

std::string page_of(const domain::RunId& run);
// Every test of `wanted` is in `plan`.
bool holds_all(const domain::Plan& plan, const domain::Plan& wanted);
run::Run fold(const std::vector<run::Entry>& journal);

}  // namespace tamarack::coordinator
