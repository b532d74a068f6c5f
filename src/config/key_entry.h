// How a table of keys is written down: a key with the limits that its kind usually has; what differs is said by name.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "config/schema.h"

namespace tamarack::config {

inline constexpr std::int64_t text_max = 4096;
inline constexpr std::int64_t entries_max = 1000;  // of a list or a table
inline constexpr std::int64_t second = 1'000;      // in milliseconds, as hour
inline constexpr std::int64_t hour = 3'600 * second;

class Entry {
 public:
  explicit Entry(Key key) : key_(std::move(key)) {}
  Entry required() { return key_.required = true, *this; }
  Entry by_default(std::string_view value) { return key_.default_value = value, *this; }
  Entry choices(std::vector<std::string_view> choices) { return key_.choices = std::move(choices), *this; }
  Entry with(Placeholders placeholders) { return key_.placeholders = placeholders, *this; }
  Entry within(std::int64_t min, std::int64_t max) {
    key_.min = min;
    key_.max = max;
    return *this;
  }
  operator Key() const { return key_; }  // NOLINT: an entry is a key that is being written down

 private:
  Key key_;
};

inline Entry key(std::string_view section, std::string_view name, Kind kind, std::string_view example, std::string_view description,
                 Slot (*slot)(Config&)) {
  Key key{.section = section, .name = name, .kind = kind, .description = description, .example = example, .slot = slot};
  if (kind == Kind::text) key.min = 1, key.max = text_max;
  if (kind == Kind::list || kind == Kind::environment || kind == Kind::texts || kind == Kind::typed_names || kind == Kind::captures)
    key.max = entries_max;
  return Entry(std::move(key));
}

}  // namespace tamarack::config
