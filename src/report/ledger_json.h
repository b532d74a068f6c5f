// The eight counts of a ledger as the object "ledger": the same for domain::Ledger and LedgerView.
#pragma once

#include "report/json_writer.h"

namespace tamarack::report {

template <class Ledger>
void write_ledger(JsonWriter& json, const Ledger& ledger) {
  json.key("ledger");
  json.begin_object();
  json.field("passed", ledger.passed);
  json.field("failed", ledger.failed);
  json.field("flaky", ledger.flaky);
  json.field("skipped", ledger.skipped);
  json.field("timed_out", ledger.timed_out);
  json.field("lost", ledger.lost);
  json.field("cancelled", ledger.cancelled);
  json.field("never_ran", ledger.never_ran);
  json.end_object();
}

}  // namespace tamarack::report
