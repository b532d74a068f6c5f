// Result<T>: a value or an Error, never ignored. A thin [[nodiscard]] face over tl::expected with the standard's names, so that the
// later move to std::expected is one line.
//   Lease lease = TRY(grant_lease(request));            in functions that return Result
//   CO_TRY(auto lease, co_await grant_lease(request));  in coroutines (no GNU statement expression around co_await)
#pragma once

#include <tl/expected.hpp>
#include <type_traits>
#include <utility>

#include "base/error.h"

namespace tamarack {

template <class T = void>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
  Result(Error error) : tl::expected<T, Error>(tl::unexpected<Error>(std::move(error))) {}  // NOLINT: an error is a result
  Result(const tl::expected<T, Error>& other) : tl::expected<T, Error>(other) {}            // NOLINT
  Result(tl::expected<T, Error>&& other) : tl::expected<T, Error>(std::move(other)) {}      // NOLINT
};

inline Error make_error(ErrorCode code, std::string message, std::string hint = {}) {
  return Error{code, std::move(message), std::move(hint)};
}

}  // namespace tamarack

#define TRY(expression)                                      \
  __extension__({                                            \
    auto try_result_ = (expression);                         \
    if (!try_result_) return std::move(try_result_).error(); \
    std::move(try_result_).value();                          \
  })

#define TAMARACK_JOIN_(a, b) a##b
#define TAMARACK_JOIN(a, b) TAMARACK_JOIN_(a, b)

#define TRY_VOID(expression)                                 \
  do {                                                       \
    auto try_result_ = (expression);                         \
    if (!try_result_) return std::move(try_result_).error(); \
  } while (false)

#define CO_TRY_(temporary, declaration, ...)              \
  auto temporary = __VA_ARGS__;                           \
  if (!temporary) co_return std::move(temporary).error(); \
  declaration = std::move(*temporary)
#define CO_TRY(declaration, ...) CO_TRY_(TAMARACK_JOIN(co_try_, __LINE__), declaration, __VA_ARGS__)
#define CO_TRY_VOID_(temporary, ...) \
  auto temporary = __VA_ARGS__;      \
  if (!temporary) co_return std::move(temporary).error()
#define CO_TRY_VOID(...) CO_TRY_VOID_(TAMARACK_JOIN(co_try_, __LINE__), __VA_ARGS__)
