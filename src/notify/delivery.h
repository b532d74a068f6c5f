// One request that is owed to somebody, complete but for its secrets: those are read when it is sent, so that what is stored holds none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "notify/news.h"

namespace tamarack::notify {

struct Delivery {
  std::string id;        // unique among those that are owed; the same event composed again has the same
  std::string event_id;  // what the receiver knows it by, the same at every attempt
  std::string target;    // "webhook/deploy-bot", "slack/team", "github/acme/shop", "otlp"
  std::string path;      // behind the target's address: "/repos/acme/shop/statuses/…"; "" for the address itself
  std::string content_type;
  std::string body;
  std::string remember;        // GitHub check runs: the id of what this creates is kept under this name, and updated when it is known
  std::string create_members;  // put behind the body's first brace when it creates; empty: it can only update
  Instant created;
  Instant next;               // not before
  std::int64_t attempts = 0;  // made so far
  friend bool operator==(const Delivery&, const Delivery&) = default;
};

std::string to_json(const Delivery& delivery);
// Errors: corrupt. Any bytes may come.
Result<Delivery> read_delivery(std::string_view json);

// What is remembered for later requests: the number of a check run.
struct Remembered {
  std::string name;
  std::string value;
  friend bool operator==(const Remembered&, const Remembered&) = default;
};
std::string to_json(const Remembered& remembered);
Result<Remembered> read_remembered(std::string_view json);

// A piece of news that is still to be told, without its links: they are made from the configuration when it is told.
std::string to_json(const News& news);
// Errors: corrupt. Any bytes may come.
Result<News> read_news(std::string_view json);

}  // namespace tamarack::notify
