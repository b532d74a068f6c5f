// Strong identifiers: a RunId is not an AgentId, and neither is a plain string.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace tamarack {

template <class Tag>
struct TextId {
  std::string value;

  TextId() = default;
  explicit TextId(std::string text) : value(std::move(text)) {}
  bool empty() const { return value.empty(); }
  friend auto operator<=>(const TextId&, const TextId&) = default;
};

template <class Tag>
struct NumberId {
  std::uint32_t value = 0;

  constexpr NumberId() = default;
  constexpr explicit NumberId(std::uint32_t number) : value(number) {}
  constexpr explicit NumberId(std::size_t number) : value(static_cast<std::uint32_t>(number)) {}
  friend constexpr auto operator<=>(const NumberId&, const NumberId&) = default;
};

}  // namespace tamarack

template <class Tag>
struct std::hash<tamarack::TextId<Tag>> {
  std::size_t operator()(const tamarack::TextId<Tag>& id) const noexcept { return std::hash<std::string>{}(id.value); }
};
template <class Tag>
struct std::hash<tamarack::NumberId<Tag>> {
  std::size_t operator()(const tamarack::NumberId<Tag>& id) const noexcept { return id.value; }
};
