// What makes a request for a run impossible, whoever asks. Pure.
#pragma once

#include "base/result.h"
#include "wire/api.h"

namespace tamarack::coordinator {

// `invalid_argument` with every wrong field.
Result<> check_request(const wire::RunRequest& request);

}  // namespace tamarack::coordinator
