// A flow in a plan: phases of tests and waits, in order or by `needs`, with one verdict. Its tests are ordinary tests of the plan; in the
// ledger the flow is one entry and its tests are none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "domain/ids.h"

namespace tamarack::domain {

// A place that a phase must fill. Types: any, string, number, integer, boolean, object, array.
struct CaptureWish {
  std::string name;
  std::string type = "any";
  friend bool operator==(const CaptureWish&, const CaptureWish&) = default;
};

struct FlowPhase {
  std::string name;                   // unique in its flow
  std::vector<std::int32_t> needs;    // positions of the phases that must have ended well before it begins
  std::vector<TestIndex> tests;       // a phase of tests; empty: it is a wait
  std::vector<CaptureWish> captures;  // tests: what they must have captured when the phase ends
  std::string wish;                   // a wait: wire/wait_wish.h, its places not filled yet
  std::int64_t retries = -1;          // tests: per test, by Tamarack; -1: those of the run
  // Tests: what was cut off while it ran, or may have begun on a machine that fell silent, is lost and does not run again. Its units are
  // leased one by one.
  bool never_twice = false;
  Millis limit{0};  // a wait: from its beginning; 0: none of its own. Tests have their framework's
  friend bool operator==(const FlowPhase&, const FlowPhase&) = default;
};

// The annotation of a test's report that says what is not as it was when the flow began: its code, or the application.
inline constexpr const char* drifted_annotation = "drifted";
// How the message of a phase begins that is invalid because of it.
inline constexpr std::string_view drifted_message = "drifted: ";

struct Flow {
  std::string name;  // "analysis › checkout.spec.ts › report": unique in its plan, the name of the ledger's entry
  std::string rule;  // the [[flow]] it was made from
  Millis limit{0};   // from the beginning of its first phase; it bounds waits, tests that wait for a worker pass it freely. 0: none
  bool drift_is_invalid = false;  // a phase of which a test tells that it drifted is invalid; false: it is only told
  std::vector<FlowPhase> phases;
  friend bool operator==(const Flow&, const Flow&) = default;
};

// Why these flows cannot be, each with its place; empty for good ones. A part of problems_of(plan).
struct Plan;
std::vector<std::string> problems_of_flows(const Plan& plan);

}  // namespace tamarack::domain
