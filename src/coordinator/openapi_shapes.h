// The bodies of the API as the OpenAPI document shows them. Requests come from the values they are read into (wire/schema.h); answers,
// which are written member by member, stand here, and a test holds what a real server answers against them (tests/server/openapi_test.cpp).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coordinator/routes.h"

namespace tamarack::coordinator {

// Name and JSON Schema of every shape that routes refer to, for `components/schemas`.
std::vector<std::pair<std::string, std::string>> openapi_shapes();

// Names of shapes; empty: no JSON, or any.
std::string_view request_shape(RouteId route);
std::string_view answer_shape(RouteId route);

// A good answer is 204.
bool answers_nothing(RouteId route);

}  // namespace tamarack::coordinator
