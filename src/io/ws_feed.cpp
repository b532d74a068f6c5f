#include "io/ws_feed.h"

#include <fmt/format.h>

#include <utility>

namespace tamarack::io {
namespace {

// Ids are numbers and events plain words: nothing in them needs an escape, and what would is left out.
std::string plain(std::string_view text) {
  std::string out;
  for (const char letter : text)
    if (letter >= ' ' && letter != '"' && letter != '\\') out += letter;
  return out;
}

class WsFeed final : public EventFeed, public std::enable_shared_from_this<WsFeed> {
 public:
  WsFeed(Loop& loop, std::unique_ptr<Link> link) : loop_(loop), link_(std::move(link)) {}

  // Apart from the constructor: there is nobody to refer to before.
  void listen() {
    link_->on_message([](const std::string&) {});
    link_->on_close([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->closed();
    });
  }

  void send(std::string_view id, std::string_view event, std::string_view data) override {
    if (link_) link_->send(fmt::format(R"({{"id":"{}","event":"{}","data":{}}})", plain(id), plain(event), data.empty() ? "null" : data));
  }
  bool open() const override { return link_ != nullptr; }
  void end() override { closed(); }
  void on_close(Callback callback) override {
    on_close_ = std::move(callback);
    if (!link_) tell();
  }

 private:
  void closed() {
    if (!link_) return;
    // Not at once: this may be called from inside the link.
    loop_.post([link = std::shared_ptr<Link>(std::move(link_))] {});
    tell();
  }
  void tell() {
    if (!on_close_) return;
    loop_.post([callback = std::exchange(on_close_, nullptr)] { callback(); });
  }

  Loop& loop_;
  std::unique_ptr<Link> link_;
  Callback on_close_;
};

}  // namespace

std::shared_ptr<EventFeed> make_ws_feed(Loop& loop, std::unique_ptr<Link> link) {
  auto feed = std::make_shared<WsFeed>(loop, std::move(link));
  feed->listen();
  return feed;
}

}  // namespace tamarack::io
