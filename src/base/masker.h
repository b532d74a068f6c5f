// Keeps secrets out of logs, reports and the journal: every occurrence of a known secret value in a text becomes `***`.
// It works by value: what it was not told it cannot hide. It refuses to mask values shorter than six bytes, because they would blank out
// half of any text ("true", "8080", "admin"); make_masker names the variables concerned so that the caller can say so.
// A value is also found line by line (private keys are printed so), and as it looks inside JSON and inside a URL. It is not found when it
// was encoded in another way (Base64, hexadecimal), cut into pieces by other text, or printed in another case.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack {

inline constexpr std::size_t masked_value_bytes_min = 6;
inline constexpr std::string_view mask_text = "***";

// Does a variable of this name hold a secret? The built-in patterns are *TOKEN*, *SECRET*, *PASSWORD*, *PASSWD*, *PASSPHRASE*,
// *CREDENTIAL* and *KEY*; `more` adds to them. `*` and `?` are wildcards; upper and lower case are the same.
bool is_secret_name(std::string_view name, std::span<const std::string> more = {});

class Masker {
 public:
  // Masks nothing.
  Masker();
  // `values` as they stand; those that are too short are left out.
  explicit Masker(std::span<const std::string> values);

  // The text with every stretch of bytes that secret values cover replaced by one `***`, in time linear in its length.
  std::string mask(std::string_view text) const;

  // One text that comes in pieces. What push and finish return, joined, is what mask() makes of the pieces joined, wherever they were cut.
  // Only bytes that may be the beginning of a secret are held back: none after text without a secret's first byte, and always fewer than
  // the longest value has.
  class Stream {
   public:
    explicit Stream(const Masker& masker) : table_(masker.table_) {}
    std::string push(std::string_view chunk);
    // The rest; the stream is then as new.
    std::string finish();

   private:
    friend class Masker;
    struct Covered {
      std::size_t begin = 0;
      std::size_t end = 0;
    };
    void read(std::size_t from);
    void cover(Covered found);
    std::string give_out(std::size_t size);

    std::shared_ptr<const struct MaskerTable> table_;
    std::uint32_t state_ = 0;
    std::string held_;              // read, not given out
    std::vector<Covered> covered_;  // in held_, in order, apart from each other
    bool in_mask_ = false;          // the last byte given out was covered
  };

 private:
  std::shared_ptr<const struct MaskerTable> table_;
};

struct SecretRules {
  std::vector<std::string> names;   // patterns beside the built-in ones
  std::vector<std::string> values;  // secret whatever they are called
};

struct MadeMasker {
  Masker masker;
  // Variables that are secret by name and have a value too short to be masked by value, sorted. Never the values.
  std::vector<std::string> too_short;
};

// From an environment of NAME=value lines.
MadeMasker make_masker(std::span<const std::string> environment, const SecretRules& rules = {});

}  // namespace tamarack
