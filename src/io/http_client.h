// HTTP/1.1 and WebSocket as a client: one connection per call. Redirects are not followed. Everything that comes back is bounded.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "io/http_message.h"
#include "io/link.h"
#include "io/loop.h"

namespace tamarack::io {

struct ClientRequest {
  std::string method = "GET";
  std::string url;  // http:// or https://
  Fields fields;    // Host, Content-Length and Connection are added
  std::string body;
  std::string body_file;  // sent instead of `body`, from this offset to its end, read piece by piece
  std::uint64_t body_offset = 0;
  // A 200 is written into this file from its start, a 206 from `save_offset` on; a Range is asked for when that is not 0. Other answers
  // stay in memory.
  std::string save_file;
  std::uint64_t save_offset = 0;
  // A 200 is handed over as it comes, instead of being kept: for streams without an end. False cuts the connection (`cancelled`).
  std::function<bool(std::string_view)> on_piece;
  Callback on_stream;                           // before the first piece: a 200 has come
  std::function<bool()> is_wanted;              // looked at about once a second; false cuts the connection (`cancelled`). None: always
  std::uint64_t body_max = 1 << 20;             // of an answer in memory
  bool cut_body = false;                        // a longer answer is cut there (ClientAnswer::truncated), instead of being an error
  std::uint64_t save_max = UINT64_C(64) << 30;  // of an answer in a file
  Millis connect_timeout{10'000};
  Millis silence_timeout{30'000};  // no byte in either direction
  Millis total_timeout{0};         // 0: none
  std::string ca_file;             // PEM; empty: what the system trusts
};

struct ClientAnswer {
  int status = 0;
  Fields fields;
  std::string body;
  std::uint64_t saved_bytes = 0;  // written to save_file by this call
  bool truncated = false;         // the body was longer than body_max

  std::string_view field(std::string_view name) const { return field_of(fields, name); }
};

// Any status is an answer. Errors: invalid_argument (URL), invalid_config (ca_file), unavailable (no connection, cut, not HTTP, too late),
// limit_exceeded (the answer is too long), io and not_found (files). `done` comes once, on the loop, never from inside.
void http_call(Loop& loop, ClientRequest request, std::function<void(Result<ClientAnswer>)> done);

struct WebSocketRequest {
  std::string url;  // ws, wss, http or https
  Fields fields;
  Millis timeout{10'000};  // until the link is open
  std::string ca_file;
  std::size_t message_max = 4 << 20;
  std::size_t outgoing_max = 16 << 20;
  Millis ping_interval{20'000};
};
// An HTTP answer instead of a link is an error that names the status and carries the first 300 bytes of the body; its code tells whether to
// try again: unavailable (5xx, 408, 429), not_found, conflict, or invalid_argument (the rest of 4xx and everything else).
void connect_websocket(Loop& loop, WebSocketRequest request, std::function<void(Result<std::unique_ptr<Link>>)> done);

// For callers of either.
ErrorCode code_of_status(int status);

}  // namespace tamarack::io
