// The shape of the report's JSON as a JSON Schema (draft 2020-12), made from the same list of members the JSON is written from. The
// file web/src/model/report.schema.json holds it; the page's types and the filling in of defaults are generated from that file.
#pragma once

#include <string>

namespace tamarack::report {

std::string report_schema();

}  // namespace tamarack::report
