// Answers that several routes give.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "io/http_message.h"

namespace tamarack::coordinator {

// Never kept by a cache, never taken for another type.
io::Answer text_answer(std::string_view content_type, std::string body, int status = 200);
io::Answer json_answer(std::string body, int status = 200);
io::Answer no_content();

// The problem document of an error, with the status its code stands for.
io::Answer trouble(const Error& error);
io::Answer unauthenticated(const std::string& reason);
// A run that exists and a run that does not look the same to a token that does not reach it.
io::Answer no_such_run(std::string_view run);

}  // namespace tamarack::coordinator
