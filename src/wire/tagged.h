// A variant whose alternatives travel under a name. The names are listed once per variant, in the order of its alternatives.
#pragma once

#include <array>
#include <string_view>
#include <variant>

#include "wire/described.h"
#include "wire/json.h"

namespace tamarack::wire {

template <class Variant, std::size_t Count>
std::string_view tag_of(const std::array<std::string_view, Count>& names, const Variant& value) {
  static_assert(Count == std::variant_size_v<Variant>);
  return names[value.index()];
}

template <class Variant>
void write_alternative(std::string& out, const Variant& value) {
  std::visit([&](const auto& alternative) { json::write(out, alternative); }, value);
}

template <class Variant, std::size_t Count>
Result<Variant> read_alternative(const std::array<std::string_view, Count>& names, std::string_view name, const boost::json::value& in) {
  static_assert(Count == std::variant_size_v<Variant>);
  Result<Variant> result = make_error(ErrorCode::corrupt, "unknown kind '" + std::string(name) + "'");
  boost::mp11::mp_for_each<boost::mp11::mp_iota_c<Count>>([&](auto index) {
    if (names[index] != name) return;
    auto read = json::read_as<std::variant_alternative_t<index, Variant>>(in);
    if (read)
      result = Variant{std::move(*read)};
    else
      result = std::move(read).error();
  });
  return result;
}

}  // namespace tamarack::wire
