// Puts things into an order in which nothing stands in front of what it must follow.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace tamarack::plan {

struct PrecedenceOrder {
  std::vector<std::size_t> order;  // all of them; empty when there is a cycle
  std::vector<std::size_t> cycle;  // each must precede the next and the last must precede the first; empty when there is none
};

// `after[i]` lists what must come before i. Among those that may come next, the least by `less` does, so the answer depends on
// nothing but the two arguments. `less` must be a strict total order.
PrecedenceOrder order_by_precedence(const std::vector<std::vector<std::size_t>>& after,
                                    const std::function<bool(std::size_t, std::size_t)>& less);

}  // namespace tamarack::plan
