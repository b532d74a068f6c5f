// Identifiers of the domain.
#pragma once

#include "base/id.h"

namespace tamarack::domain {

using RunId = TextId<struct RunTag>;        // "r-20261121-102418-3f9a"
using TestId = TextId<struct TestTag>;      // 16 hexadecimal digits, stable across runs: see make_test_id
using AgentId = TextId<struct AgentTag>;    // "local"
using WorkerId = TextId<struct WorkerTag>;  // "local/1": agent and slot, slots count from 1

// Positions inside one plan; they mean nothing outside of it.
using TestIndex = NumberId<struct TestIndexTag>;
using UnitIndex = NumberId<struct UnitIndexTag>;

// Grows with every lease of a run and is never used twice; results that carry a term that is not held are refused.
using Term = NumberId<struct TermTag>;

}  // namespace tamarack::domain
