// The manifest of a workspace as JSON, version 1. What is read has been checked: a manifest that could write outside of its folder never
// gets past here.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "domain/manifest.h"

namespace tamarack::wire {

inline constexpr std::int64_t manifest_version = 1;
inline constexpr std::size_t manifest_bytes_max = 64ULL << 20;  // as JSON; 250,000 files take about 45 MiB

// CHECKs that the manifest has no problems: only scans and readers make one, and both have looked.
std::string encode_manifest(const domain::Manifest& manifest);

// `corrupt` when it is not the JSON of a manifest, with every wrong field; `invalid_argument` when it is one that is refused, with every
// problem and its path (ten of them are spelled out); `limit_exceeded` when it is longer than manifest_bytes_max.
Result<domain::Manifest> decode_manifest(std::string_view text);

}  // namespace tamarack::wire
