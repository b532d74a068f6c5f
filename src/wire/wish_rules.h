// How the answers to a condition of a wish are to be understood: field and map, until, fail_when, capture, limits. Only for wire/*.cpp.
#pragma once

#include "flow/rules.h"
#include "wire/wish_texts.h"

namespace tamarack::wire {

flow::ReadRules read_wish_rules(Form& condition, WishTexts& texts);

}  // namespace tamarack::wire
