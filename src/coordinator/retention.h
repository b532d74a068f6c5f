// What may go. Pure: the runs there are and the rules go in, the runs to remove come out. The rules, in this order:
//   1  A run without an end stays.
//   2  The newest run of a project stays: it is what a dashboard shows first, and its workspace says what the project's rules are.
//   3  The newest run of a CI identity stays for `retry_kept` after its end, whatever follows below: a retried job runs what failed in it
//      and carries the rest forward.
//   4  What ended longer ago than `runs_keep` goes.
//   5  Of what is left, all but the newest `runs_keep_max` of each project go.
//   6  Where a project's files take more than `artifacts_max`, its oldest runs go until they would take nine tenths of it.
// A retried job never finds an older run of its identity in the place of a removed one: the store remembers which was the newest, and a
// retry of that begins with all its tests. So nothing that is removed can make a retry green.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "store/retention_store.h"

namespace tamarack::coordinator {

struct RetentionRules {
  static constexpr Millis day{24LL * 3600'000};

  Millis runs_keep = 90 * day;         // 0: for ever
  std::int64_t runs_keep_max = 0;      // of each project; 0: any number
  std::uint64_t artifacts_max = 0;     // bytes of one project's files; 0: any
  Millis retry_kept = 30 * day;        // CI systems let a job be run again for about so long
  Millis unused_kept = 30 * day;       // files that no run needs: as a cache, counted from their last use; less where runs_keep is less
  Millis unused_kept_when_full = day;  // the same for a project that is over its limit; uploads under way are safe for as long
  Millis uploads_kept = 7 * day;       // interrupted ones, from their last byte on
};

struct RemovableRun {
  domain::RunId run;
  std::string project;
  std::string why;  // "older than 90 days"
  friend bool operator==(const RemovableRun&, const RemovableRun&) = default;
};

// `runs` as RetentionStore::asked_runs has them; `bytes`: of each project's files, as far as known. Oldest first.
std::vector<RemovableRun> runs_to_remove(const std::vector<store::AskedRun>& runs, const std::map<std::string, std::uint64_t>& bytes,
                                         const RetentionRules& rules, Instant now);

// How long a file that no run refers to stays after its last use.
Millis unused_kept(const RetentionRules& rules, bool is_full);

}  // namespace tamarack::coordinator
