// What a condition of a wish looks at: the one of its keys that names a source, and what stands there. Only for wire/*.cpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flow/wait_spec.h"
#include "wire/wish_texts.h"

namespace tamarack::wire {

// "http", "job", "signal", …
const std::vector<std::string>& wish_sources();

// Reads the source into target, request, host and pushed. The name of the source; empty where there is none or more than one.
std::string read_wish_source(Form& condition, WishTexts& texts, flow::Condition& out);

// What is sent when the wait ends without the condition: an HTTP request, as text (probe_request.h).
std::string read_wish_cancel(const boost::json::value& value, const std::string& path, WishTexts& texts, FormProblems& problems);

}  // namespace tamarack::wire
