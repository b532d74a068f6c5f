#include "probe/redis_pushes.h"

namespace tamarack::probe {
namespace {

constexpr Millis sign_of_life{10'000};  // between two questions whether a silent subscription still stands
constexpr Millis gathering{1};          // streams that are watched in one turn share one connection

}  // namespace

// ---- channels

void RedisChannels::add(const std::string& text, const std::string& channel, Source::Pushed pushed) {
  watches_[text] = {channel, std::move(pushed)};
  if (is_open_) return link_->subscribe({"SUBSCRIBE", channel});
  if (!link_) connect();
}

void RedisChannels::remove(const std::string& text) {
  const auto found = watches_.find(text);
  if (found == watches_.end()) return;
  const std::string channel = found->second.channel;
  watches_.erase(found);
  if (watches_.empty()) {
    link_.reset();
    is_open_ = false;
    retry_.cancel();
    alive_.cancel();
    return;
  }
  for (const auto& [other, watch] : watches_)
    if (watch.channel == channel) return;
  if (is_open_) link_->subscribe({"UNSUBSCRIBE", channel});
}

void RedisChannels::connect() {
  is_open_ = false;
  link_ = std::make_shared<RedisLink>(loop_, link_options_,
                                      RedisLink::Callbacks{.opened = [this](const Result<>& result) { opened(result); },
                                                           .lost = [this](const Error&) { retry(); },
                                                           .message = [this](const RedisReply& message) { heard(message); }});
  link_->open();
}

void RedisChannels::opened(const Result<>& result) {
  if (!result) return retry();
  is_open_ = true;
  backoff_.succeeded();
  std::vector<std::string> words{"SUBSCRIBE"};
  for (const auto& [text, watch] : watches_) words.push_back(watch.channel);
  link_->subscribe(words);
  heard_ = true;
  keep_alive();
}

void RedisChannels::retry() {
  is_open_ = false;
  alive_.cancel();
  retry_ = loop_.after(backoff_.failed(), [this] { connect(); });
}

void RedisChannels::heard(const RedisReply& message) {
  heard_ = true;
  // ["subscribe", channel, count] is the arming, ["message", channel, what] a change; ["pong", ""] and the rest say nothing.
  if (message.items.size() != 3) return;
  const std::string& kind = message.items[0].text;
  if (kind == "subscribe" || kind == "message") push(message.items[1].text);
}

void RedisChannels::push(const std::string& channel) {
  for (const auto& [text, watch] : watches_)
    if (watch.channel == channel) watch.pushed();
}

void RedisChannels::keep_alive() {
  alive_ = loop_.after(sign_of_life, [this] {
    if (!std::exchange(heard_, false)) return connect();  // a peer that has gone without a word
    link_->subscribe({"PING"});
    keep_alive();
  });
}

// ---- streams

void RedisStreams::add(const std::string& text, const std::string& stream, Source::Pushed pushed) {
  watches_[text] = {stream, std::move(pushed)};
  restart();
}

void RedisStreams::remove(const std::string& text) {
  watches_.erase(text);
  if (!watches_.empty()) return;  // a stream that nobody wants any more is left out of the next read
  link_.reset();
  retry_.cancel();
}

// A read that blocks cannot be changed: it is cut.
void RedisStreams::restart() {
  link_.reset();
  retry_ = loop_.after(gathering, [this] { connect(); });
}

void RedisStreams::connect() {
  ids_.clear();
  announced_.clear();
  link_ = std::make_shared<RedisLink>(loop_, link_options_,
                                      RedisLink::Callbacks{.opened =
                                                               [this](const Result<>& result) {
                                                                 if (!result) return retry();
                                                                 backoff_.succeeded();
                                                                 ask_for_ids();
                                                               },
                                                           .lost = [this](const Error&) { retry(); }});
  link_->open();
}

void RedisStreams::retry() {
  retry_ = loop_.after(backoff_.failed(), [this] { connect(); });
}

void RedisStreams::ask_for_ids() {
  std::set<std::string> streams;
  for (const auto& [text, watch] : watches_) streams.insert(watch.stream);
  std::erase_if(ids_, [&](const auto& known) { return !streams.contains(known.first); });
  std::erase_if(streams, [&](const std::string& stream) { return ids_.contains(stream); });
  if (streams.empty()) return listen();
  const std::string last = *streams.rbegin();
  for (const std::string& stream : streams) {
    link_->command({"XREVRANGE", stream, "+", "-", "COUNT", "1"},
                   [this, stream, is_last = stream == last](const Result<RedisReply>& reply) {
                     if (!reply) return;  // the link is over
                     if (reply->kind == RedisReply::Kind::array) {
                       const bool has_id = !reply->items.empty() && !reply->items[0].items.empty();
                       ids_[stream] = has_id ? reply->items[0].items[0].text : "0-0";
                     }
                     // Armed, and what came until here is seen by the look that follows. Something that is no stream pushes once: the look
                     // says so.
                     if (announced_.insert(stream).second) push(stream);
                     if (is_last) listen();
                   });
  }
}

void RedisStreams::listen() {
  const std::string block = std::to_string(link_options_.silence_max.count() / 2);  // a longer silence is the end of the connection
  std::vector<std::string> words{"XREAD", "COUNT", "1", "BLOCK", block, "STREAMS"};
  for (const auto& [stream, id] : ids_) words.push_back(stream);
  for (const auto& [stream, id] : ids_) words.push_back(id);
  if (ids_.empty()) {
    retry_ = loop_.after(Millis{1'000}, [this] { ask_for_ids(); });
    return;
  }
  link_->command(words, [this](const Result<RedisReply>& reply) { heard(reply); });
}

void RedisStreams::heard(const Result<RedisReply>& reply) {
  if (!reply) return;  // the link is over
  if (reply->kind == RedisReply::Kind::error) {
    // A stream was replaced by something else: ask which are still streams, though not in a hurry.
    ids_.clear();
    retry_ = loop_.after(Millis{1'000}, [this] { ask_for_ids(); });
    return;
  }
  for (const RedisReply& one : reply->items) {
    if (one.items.size() != 2) continue;
    ids_.erase(one.items[0].text);  // its newest id is asked for: there may be thousands of entries by now
    push(one.items[0].text);
  }
  ask_for_ids();
}

void RedisStreams::push(const std::string& stream) {
  for (const auto& [text, watch] : watches_)
    if (watch.stream == stream) watch.pushed();
}

}  // namespace tamarack::probe
