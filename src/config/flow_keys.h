// The sections and keys of [[flow]]: schema.h's tables, in a file of their own because a wait has many.
#pragma once

#include <vector>

#include "config/schema.h"

namespace tamarack::config {

std::vector<Section> flow_sections();
std::vector<Key> flow_keys();

}  // namespace tamarack::config
