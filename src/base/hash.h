// Stable 64-bit hashes for identities, seeds and orders. They are part of stored data: never change one, add another.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace tamarack {

// SipHash-2-4 (Aumasson and Bernstein, 2012) with a 128-bit key.
std::uint64_t siphash(std::uint64_t key0, std::uint64_t key1, std::string_view bytes);

// A hash of several parts in which ("ab", "c") and ("a", "bc") differ: every part is preceded by its length.
std::uint64_t hash_parts(std::uint64_t root, std::initializer_list<std::string_view> parts);

// 16 lower-case hexadecimal digits.
std::string hex64(std::uint64_t value);

// A small deterministic generator (SplitMix64, Steele et al. 2014) for orders, identifiers and simulations.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  // Uniform in [0, bound); bound must be positive.
  std::uint64_t below(std::uint64_t bound);
  bool chance(double probability);

 private:
  std::uint64_t state_;
};

}  // namespace tamarack
