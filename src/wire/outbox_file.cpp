#include "wire/outbox_file.h"

#include "base/sha256.h"
#include "wire/described.h"
#include "wire/json.h"
#include "wire/outbox.h"

namespace tamarack::wire {

BOOST_DESCRIBE_STRUCT(SpoolHead, (), (version, server, project, run, agent, session, workers))

namespace {

struct Acknowledgement {
  std::int64_t acknowledged = 0;
};
struct ContentLine {
  std::string owed;
  std::string sent;
};
BOOST_DESCRIBE_STRUCT(Acknowledgement, (), (acknowledged))
BOOST_DESCRIBE_STRUCT(ContentLine, (), (owed, sent))

template <class T>
Result<T> read_line(std::string_view line) {
  const auto value = TRY(json::parse(line));
  if (!value.is_object()) return make_error(ErrorCode::corrupt, "expected an object");
  return json::read_as<T>(value);
}

// Calls `take(line, where it begins)` for every line that has its end, until it says no. Returns where it stopped.
template <class Take>
std::size_t each_line(std::string_view text, const Take& take) {
  std::size_t at = 0;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', at)) {
    if (!take(text.substr(at, end - at), at)) break;
    at = end + 1;
  }
  return at;
}

std::string content_line(std::string_view word, std::string_view sha256) {
  return fmt::format("{{\"{}\":\"{}\"}}\n", word, sha256);
}

}  // namespace

std::string encode(const SpoolHead& head) {
  std::string out;
  json::write(out, head);
  out += '\n';
  return out;
}

Result<SpoolHead> decode_spool_head(std::string_view text) {
  SpoolHead head = TRY(read_line<SpoolHead>(text));
  if (head.version != SpoolHead{}.version)
    return make_error(ErrorCode::corrupt, fmt::format("/version: expected {}, got {}", SpoolHead{}.version, head.version));
  if (!is_plain_name(head.run.value) || !is_plain_name(head.agent.value) || head.session.empty() || head.workers < 1)
    return make_error(ErrorCode::corrupt, "expected a run, an agent, a session and its workers");
  return head;
}

std::string acknowledged_line(std::int64_t seq) {
  return fmt::format("{{\"acknowledged\":{}}}\n", seq);
}

void read_spooled(std::string_view text, std::int64_t file, SpooledMessages& into) {
  std::int64_t last = into.messages.empty() ? into.acknowledged : std::max(into.acknowledged, into.messages.back().seq);
  into.whole_bytes = each_line(text, [&](std::string_view line, std::size_t at) {
    if (line.starts_with("{\"acknowledged\"")) {
      const auto read = read_line<Acknowledgement>(line);
      if (!read || read->acknowledged > message_number_max) return false;
      into.acknowledged = std::max(into.acknowledged, read->acknowledged);
      last = std::max(last, into.acknowledged);
      return true;
    }
    const auto message = decode_from_agent(line);
    if (!message || message->seq < 1 || message->seq > message_number_max) return false;
    if (message->seq <= last) return true;  // said before
    if (message->seq > last + 1) into.acknowledged = message->seq - 1;
    last = message->seq;
    into.messages.push_back({.seq = last, .file = file, .at = at, .bytes = line.size()});
    return true;
  });
  std::erase_if(into.messages, [&](const SpooledMessage& one) { return one.seq <= into.acknowledged; });
}

std::string owed_line(std::string_view sha256) {
  return content_line("owed", sha256);
}
std::string sent_line(std::string_view sha256) {
  return content_line("sent", sha256);
}

std::set<std::string> read_owed(std::string_view text) {
  std::set<std::string> owed;
  each_line(text, [&](std::string_view line, std::size_t) {
    const auto read = read_line<ContentLine>(line);
    if (read && is_sha256(read->owed)) owed.insert(read->owed);
    if (read) owed.erase(read->sent);
    return true;
  });
  return owed;
}

}  // namespace tamarack::wire
