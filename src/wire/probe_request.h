// What a wait looks at outside, as a value and as the text that names it: the same text is the same probe (flow/probes.h), so it has one
// canonical form: JSON with sorted keys, defaults left out.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace tamarack::wire {

struct HttpProbe {
  std::string method = "GET";
  std::string url;                             // absolute, http or https
  std::map<std::string, std::string> headers;  // names as written
  std::string body;
  bool discover = false;  // a 202 names the address to look at from then on (flow/discover.h)
  std::string events;     // address of a server-sent event stream that pushes; empty: none
  friend bool operator==(const HttpProbe&, const HttpProbe&) = default;
};
struct RedisProbe {  // answers {"field": "value", …} of a hash, {"value": …} of a string, {"id": …, fields …} of a stream's newest entry
  std::string url;   // redis://[:password@]host:port[/database]
  std::string hash;  // exactly one of hash, key, stream
  std::string key;
  std::string stream;
  std::string after;    // stream: entries after this id; empty: any
  bool notify = false;  // hash, key: keyspace notifications push (a stream always pushes)
  friend bool operator==(const RedisProbe&, const RedisProbe&) = default;
};
struct PostgresProbe {  // answers the first row as an object by column; no row: not there
  std::string url;      // postgres://…, or a libpq connection string
  std::string query;
  std::string channel;  // LISTEN here pushes; empty: none
  friend bool operator==(const PostgresProbe&, const PostgresProbe&) = default;
};
struct RabbitProbe {  // answers the newest message that matched: {"routing_key", "headers", "body"}
  std::string url;    // amqp://user:password@host:port/vhost
  std::string queue;  // read without taking (a copy is consumed where `exchange` is given: a queue of our own, bound to it)
  std::string exchange;
  std::string routing_key;
  friend bool operator==(const RabbitProbe&, const RabbitProbe&) = default;
};
struct FileProbe {  // answers its content; JSON where it is JSON
  std::string path;
  friend bool operator==(const FileProbe&, const FileProbe&) = default;
};
struct TcpProbe {       // exists when it can be connected to
  std::string address;  // host:port
  friend bool operator==(const TcpProbe&, const TcpProbe&) = default;
};
struct LogProbe {  // answers {"line": …, "0": …, "1": …}: the newest line that matches, and its groups
  std::string path;
  std::string pattern;  // ECMAScript regular expression
  friend bool operator==(const LogProbe&, const LogProbe&) = default;
};
struct CommandProbe {  // answers its standard output when it ends with 0, not there when it ends with 1; another code: no answer
  std::string run;     // for `sh -c`
  std::string dir;
  std::map<std::string, std::string> env;
  friend bool operator==(const CommandProbe&, const CommandProbe&) = default;
};

using ProbeRequest = std::variant<HttpProbe, RedisProbe, PostgresProbe, RabbitProbe, FileProbe, TcpProbe, LogProbe, CommandProbe>;

std::string to_text(const ProbeRequest& request);
Result<ProbeRequest> parse_probe_request(std::string_view text);

// Whose budget it is: "http://app:8000", "redis://host:6379", "file", "command".
std::string host_of(const ProbeRequest& request);
// The address as people read it, without passwords.
std::string shown(const ProbeRequest& request);
// Whether a push is expected, so that looks are only the net.
bool is_pushed(const ProbeRequest& request);

}  // namespace tamarack::wire
