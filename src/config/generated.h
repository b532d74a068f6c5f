// What is made from the table of keys (schema.h) for editors and people. The results are committed under docs/guide/ and compared by a
// test, so that a changed key cannot be forgotten there.
#pragma once

#include <string>

namespace tamarack::config {

// JSON Schema, draft 2020-12: docs/guide/tamarack.schema.json.
std::string json_schema();

// docs/guide/configuration.md.
std::string reference_markdown();

}  // namespace tamarack::config
