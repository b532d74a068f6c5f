// The API as it describes itself: OpenAPI 3.1, made from the table of routes, so that no route can be missing.
#pragma once

#include <string>
#include <string_view>

namespace tamarack::coordinator {

// JSON: what a client generator needs to call every route. What bodies mean stands in docs/design/2026-11-21-http-api.md.
std::string openapi_document(std::string_view version);

}  // namespace tamarack::coordinator
