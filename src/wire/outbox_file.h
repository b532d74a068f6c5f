// The texts of a spool: what an agent leaves on its disk of a run, so that its next process can deliver it. One JSON value per line:
//   session.json      whose words these are, written once
//   messages-*.jsonl  messages as they travel, {"kind":…,"seq":…,"body":…}, and {"acknowledged":N}
//   contents.jsonl    {"owed":"SHA-256"} and {"sent":"SHA-256"}: stored files the server is still to get, or has
// Pure; agent/spool.h has the files. Anything may be torn by a crash: what is not whole counts as not written.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "domain/ids.h"

namespace tamarack::wire {

struct SpoolHead {
  std::int64_t version = 1;
  std::string server;   // its address
  std::string project;  // whose blobs the stored files become
  domain::RunId run;
  domain::AgentId agent;
  std::string session;  // the dead process spoke under
  std::int64_t workers = 1;
};
std::string encode(const SpoolHead& head);
// `corrupt` when it is none, or of another version.
Result<SpoolHead> decode_spool_head(std::string_view text);

struct SpooledMessage {
  std::int64_t seq = 0;
  std::int64_t file = 0;
  std::size_t at = 0;     // where it begins in its file
  std::size_t bytes = 0;  // without its line end
};
struct SpooledMessages {
  std::vector<SpooledMessage> messages;  // in order, without gaps, all above `acknowledged`
  std::int64_t acknowledged = 0;
  std::size_t whole_bytes = 0;  // of the last file: until here it was understood; what follows is torn
};
std::string acknowledged_line(std::int64_t seq);
// Goes on with the next file, `file`. Reads until the first line that is torn or no message. A gap in the numbers means that what is
// missing was acknowledged when the disk could not take that down.
void read_spooled(std::string_view text, std::int64_t file, SpooledMessages& into);

std::string owed_line(std::string_view sha256);
std::string sent_line(std::string_view sha256);
// What is owed after these lines; torn and strange ones say nothing.
std::set<std::string> read_owed(std::string_view text);

}  // namespace tamarack::wire
