// What makes a request for a run impossible, whoever asks. Pure.
#pragma once

#include "base/result.h"
#include "wire/api.h"

namespace tamarack::coordinator {

// `invalid_argument` with every wrong field.
Result<> check_request(const wire::RunRequest& request);
// Of a request that says everything by its path: nothing, or a JSON object, whose members nobody reads.
Result<> check_empty_wish(std::string_view body);
// 415: what came is not what is read here. A body without a type is taken for what is expected.
bool is_json_type(std::string_view content_type);

}  // namespace tamarack::coordinator
