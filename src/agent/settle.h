// When is a file that somebody writes complete? Pure: events and looks at the file in, "it has settled" out. Nobody tells a watcher that a
// writer is done, so silence for a while has to do.
//
//   (unknown) ──closed, moved in──▶ closed: looked at after `settle`
//   (unknown) ──written, found────▶ open:   looked at after 5 × settle
//   pending   ──any event─────────▶ waits anew
//   pending   ──look: as before───▶ settled        ──look: changed──▶ open
//   pending   ──gone, empty───────▶ forgotten
//   settled   ──event, same look──▶ settled: it was only opened
// What existed before counts as settled, so it is picked up only if it is touched.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace tamarack::agent {

struct Look {
  std::int64_t size = 0;
  std::int64_t modified_ns = 0;
  friend bool operator==(const Look&, const Look&) = default;
};

enum class FileEvent { written, closed, moved_in, found };

class Settle {
 public:
  static constexpr int open_factor = 5;  // a file nobody has closed yet needs this many times the silence

  explicit Settle(Millis settle) : settle_(settle) {}

  void existed(const std::string& path, const Look& look) { settled_[path] = look; }
  void heard(const std::string& path, FileEvent event, const std::optional<Look>& look, Instant now);
  void gone(const std::string& path);

  // Which files to look at now, and when to ask again.
  std::vector<std::string> due(Instant now) const;
  std::optional<Instant> next() const;
  // The answer to due(): true when the file has settled.
  bool looked(const std::string& path, const std::optional<Look>& look, Instant now);

  std::vector<std::string> pending() const;
  // Its writer has ended, so it is final as it is: true when there is something to keep.
  bool finish(const std::string& path, const std::optional<Look>& look);

 private:
  struct Pending {
    Look look;
    bool closed = false;
    Instant look_at;
  };
  void wait(Pending& pending, Instant now) const { pending.look_at = now + (pending.closed ? settle_ : open_factor * settle_); }

  Millis settle_;
  std::map<std::string, Pending> pending_;
  std::map<std::string, Look> settled_;
};

}  // namespace tamarack::agent
