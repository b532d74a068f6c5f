// What a framework process said and left: event lines as facts for the worker machine, and final results once it has ended. The same code
// reads a live invocation and the remains of one whose Tamarack was killed (recover.h).
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "adapter/adapter.h"
#include "adapter/captures.h"
#include "adapter/event_line.h"
#include "agent/worker_machine.h"

namespace tamarack::agent {

// Finds the planned test for an identity.
class PlanIndex {
 public:
  explicit PlanIndex(const domain::Plan& plan);
  std::optional<domain::TestIndex> find(const domain::TestIdentity& identity) const;

 private:
  std::map<domain::TestIdentity, domain::TestIndex> index_;
};

class EventReader {
 public:
  struct Callbacks {
    std::function<void(const Fact&)> on_fact;
    // An attachment of a test: `body` is empty when attachment.path names a file.
    std::function<void(domain::TestIndex, int retry, domain::Attachment, std::string body)> on_attachment;
    // What $TAMARACK_OUTPUT got since the last test, up to this size (-1: all of it); none: nobody reads it.
    std::function<adapter::ReadCaptures(std::int64_t up_to)> take_output = {};
  };
  EventReader(const PlanIndex& index, Callbacks callbacks) : index_(index), callbacks_(std::move(callbacks)) {}

  void take(std::string_view bytes);
  // What is left when the process has ended is half a line.
  bool has_half_line() const { return !line_.empty(); }
  // Lines that cannot be read, as a named problem; empty: there was none.
  std::string bad_lines() const;

 private:
  void take_line(std::string_view line);

  const PlanIndex& index_;
  Callbacks callbacks_;
  std::string line_;
  std::int64_t bad_lines_ = 0;
  std::string first_bad_line_;
};

// "failed to parse src/a.ts: unexpected token (a.ts:3:4)"
std::string describe(const domain::TestError& error);

}  // namespace tamarack::agent
