// Whose a job, a wait or a mailbox is. One board serves all projects of a server, so whatever names one thing to several (owners, keys of
// mailboxes, idempotency keys, processors) carries its project in front: "shop/approve-7". Project names are escaped, so that the first '/'
// ends them. Pure.
//
// On a server that was started with --open nobody is told apart: everything is of the project `all_projects`, "*/approve-7".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "domain/access.h"
#include "flow/wait_spec.h"

namespace tamarack::coordinator {

// "shop" and "approve-7" → "shop/approve-7"
std::string scoped(std::string_view project, std::string_view name);

struct ScopedName {
  std::string project;
  std::string name;
};
// Nothing when it has no project in front.
std::optional<ScopedName> unscoped(std::string_view text);
// What people read: the name without its project, or the text as it is.
std::string shown_name(std::string_view text);

// A wait that somebody of this project asks for: owner and keys of its signals get the project. To be done once, before ParkWait, whoever
// parks it: the API, or the server for a run.
void put_into_project(flow::WaitSpec& spec, std::string_view project);

// The project that a new thing of this caller belongs to. `wished` may be empty. `invalid_argument` when it is no name, and `not_found`
// when the caller does not reach it.
Result<std::string> project_of_new(const domain::Caller& caller, std::string_view wished);

}  // namespace tamarack::coordinator
