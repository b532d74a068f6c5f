// Runs and journal entries as the API shows them. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/access.h"
#include "store/store.h"

namespace tamarack::coordinator {

struct RunQuery {  // empty: any
  std::string project;
  std::string branch;
  std::string verdict;
  std::int64_t limit = 50;
};

// One object; an unfinished run has the verdict "running" and no exit code.
std::string run_json(const store::RunRow& row);
// {"runs":[…]}: those of `newest_first` that the query wants and the token reaches; without a token all.
std::string runs_json(const std::vector<store::RunRow>& newest_first, const RunQuery& query, const std::optional<domain::Token>& token);
// {"seq":…,"at":…,"kind":…,"body":{…}}
std::string entry_json(const store::JournalRow& row);

}  // namespace tamarack::coordinator
