// What a body of the API looks like, as JSON Schema, made from the same members it is read and written by. A member that is left out keeps
// its default (api.h, flow_api.h), so none is required here; what a request cannot do without is named by the answer that refuses it.
#pragma once

#include <string>

namespace tamarack::wire {

// One JSON object, without references. Of: RunRequest, RunStarted, RunSpec, AgentPoll, AgentOrder, DrainWish, EmptyWish, SessionWish,
// TokenWish, RotateWish, MissingQuery, MissingAnswer (api.h); JobWish, JobReportWish, ReasonWish, SignalWish, HookWish, ClaimWish,
// ClaimAnswer (flow_api.h).
template <class T>
std::string schema_of();

}  // namespace tamarack::wire
