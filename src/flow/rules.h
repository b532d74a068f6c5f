// How answers are to be understood: values that a person configured, journaled with the wait, and checked when it is parked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace tamarack::flow {

enum class Meaning { going_on, satisfied, failed, lost, cancelled };
std::string_view to_string(Meaning meaning);

struct MappedStatus {
  std::string text;  // as the backend writes it, compared exactly
  Meaning meaning = Meaning::going_on;
  friend bool operator==(const MappedStatus&, const MappedStatus&) = default;
};

enum class Comparison { exists, equals, differs, below, above, contains };
std::string_view to_string(Comparison comparison);

// One statement about an answer. `path` is a JSON path into the body; empty: the body as text.
struct Predicate {
  std::string path;
  Comparison comparison = Comparison::exists;
  std::string value;  // JSON text, or plain text which then is a string; unused by exists
  friend bool operator==(const Predicate&, const Predicate&) = default;
};

enum class CaptureType { any, string, number, integer, boolean, object, array };
std::string_view to_string(CaptureType type);

struct CaptureRule {
  std::string name;
  std::string path;
  CaptureType type = CaptureType::any;
  friend bool operator==(const CaptureRule&, const CaptureRule&) = default;
};

struct Captured {
  std::string name;
  std::string json;  // the value as JSON text
  friend bool operator==(const Captured&, const Captured&) = default;
};

struct ReadRules {
  std::string field;                  // JSON path of the status; empty: there is none
  std::vector<MappedStatus> map;      // of its values; what is not here makes the wait invalid
  std::string error_field;            // JSON path of the backend's own words about a failure
  std::vector<Predicate> until;       // all must hold; only where there is no field
  std::vector<Predicate> fail_when;   // any that holds is a failure
  std::vector<CaptureRule> captures;  // taken when satisfied
  std::string heartbeat_field;        // a value that must change at least every lost_after
  Millis lost_after{60'000};
  Millis not_found_max{5'000};   // a 404 before the first sight may be a replica that lags
  Millis no_answer_max{30'000};  // in a row
  bool refreshable = false;      // credentials can be renewed once when they stop being accepted
  friend bool operator==(const ReadRules&, const ReadRules&) = default;
};

// The words that backends use for the states of work, for operations that were found by themselves (discover.h).
std::vector<MappedStatus> common_status_map();

// Everything that is wrong with them: paths, doubled or missing map entries, names. Empty: nothing.
std::vector<std::string> problems_of(const ReadRules& rules);

}  // namespace tamarack::flow
