// Whose file is it? Several tests run at once on one machine and a watched folder is shared by all of them, so a file is linked to the test
// that was in flight when it was written. Pure: the history of leases and tests in, candidates out. It never guesses silently: when
// several tests are equally likely, all of them are named.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "domain/plan.h"

namespace tamarack::agent {

// File systems stamp with a clock that moves in steps of up to 10 ms, so a file may look older than the test that wrote it.
inline constexpr Millis stamp_error{10};

struct FileOwner {
  int lease = 0;
  domain::TestIndex test;
  int retry = 0;
  friend bool operator==(const FileOwner&, const FileOwner&) = default;
};

class FileOwners {
 public:
  explicit FileOwners(const domain::Plan& plan) : plan_(plan) {}

  void opened(int lease, std::vector<domain::TestIndex> tests, Instant at);
  void began(int lease, domain::TestIndex test, int retry, Instant at);
  void ended(int lease, domain::TestIndex test, int retry, Instant at);
  void closed(int lease) { leases_.erase(lease); }

  // In flight at `written`, else ended last before it, else the lease's first test after it. Where that leaves several (workers side by
  // side, a lease without live events), those whose title the path names. Empty when no lease was open.
  std::vector<FileOwner> owners_of(std::string_view path, Instant written) const;

 private:
  struct Window {
    domain::TestIndex test;
    int retry = 0;
    Instant began;
    Instant ended = Instant::max();
  };
  struct Lease {
    std::vector<domain::TestIndex> tests;
    Instant opened;
    std::vector<Window> windows;
  };
  struct Candidate {
    FileOwner owner;
    bool in_flight = false;
  };
  std::vector<Candidate> candidates_of(int number, const Lease& lease, std::string_view path_slug, Instant written) const;
  bool names(std::string_view path_slug, domain::TestIndex test) const;

  const domain::Plan& plan_;
  std::map<int, Lease> leases_;
};

}  // namespace tamarack::agent
