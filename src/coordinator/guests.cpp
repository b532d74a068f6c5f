#include "coordinator/guests.h"

#include <utility>

namespace tamarack::coordinator {
namespace {

// A link that can be taken away from whoever holds it.
struct Door {
  std::unique_ptr<io::Link> link;
  io::Callback on_close;
};

class GuestLink final : public io::Link {
 public:
  explicit GuestLink(std::shared_ptr<Door> door) : door_(std::move(door)) {}
  ~GuestLink() override { door_->link.reset(); }
  GuestLink(const GuestLink&) = delete;
  GuestLink& operator=(const GuestLink&) = delete;

  void send(std::string text) override {
    if (door_->link) door_->link->send(std::move(text));
  }
  void on_message(std::function<void(std::string)> callback) override {
    if (door_->link) door_->link->on_message(std::move(callback));
  }
  void on_close(io::Callback callback) override {
    door_->on_close = std::move(callback);
    if (!door_->link) return;
    door_->link->on_close([weak = std::weak_ptr(door_)] {
      const auto door = weak.lock();
      if (const auto tell = door ? std::exchange(door->on_close, nullptr) : nullptr) tell();
    });
  }

 private:
  std::shared_ptr<Door> door_;
};

// The caller of an open server stays for as long as it likes: there is no token that could end.
bool is_known(const domain::Caller& caller) {
  return caller.token && !domain::is_open_caller(caller);
}

}  // namespace

Guests::Guests(io::Loop& loop, const Clock& clock, store::AccessStore& access, Millis interval)
    : loop_(loop), clock_(clock), access_(access), interval_(interval) {
  look_later();
}

void Guests::admit(const domain::Caller& caller, const std::shared_ptr<io::EventFeed>& feed) {
  if (!is_known(caller)) return;
  const std::weak_ptr weak(feed);
  guests_[{caller.token->id, caller.token->secret_hash}].push_back({.is_here =
                                                                        [weak] {
                                                                          const auto here = weak.lock();
                                                                          return here && here->open();
                                                                        },
                                                                    .send_away =
                                                                        [weak] {
                                                                          if (const auto here = weak.lock()) here->end();
                                                                        }});
}

std::unique_ptr<io::Link> Guests::admit(const domain::Caller& caller, std::unique_ptr<io::Link> link) {
  if (!is_known(caller)) return link;
  auto door = std::make_shared<Door>(Door{.link = std::move(link), .on_close = nullptr});
  const std::weak_ptr weak(door);
  guests_[{caller.token->id, caller.token->secret_hash}].push_back({.is_here =
                                                                        [weak] {
                                                                          const auto here = weak.lock();
                                                                          return here && here->link;
                                                                        },
                                                                    .send_away =
                                                                        [weak] {
                                                                          const auto here = weak.lock();
                                                                          if (!here) return;
                                                                          here->link.reset();
                                                                          if (const auto tell = std::exchange(here->on_close, nullptr))
                                                                            tell();
                                                                        }});
  return std::make_unique<GuestLink>(std::move(door));
}

void Guests::look_later() {
  timer_ = loop_.after(interval_, [this] { look(); });
}

void Guests::look() {
  for (auto& [shown, guests] : guests_) {
    std::erase_if(guests, [](const Guest& guest) { return !guest.is_here(); });
    if (guests.empty()) continue;
    const auto token = access_.find_token(shown.first);
    if (!token) continue;  // A store that does not answer is no reason to send everybody away: the next look asks again.
    const Instant now = clock_.now();
    if (*token && !domain::why_unusable(**token, now) && domain::accepts_secret(**token, shown.second, now)) continue;
    for (const Guest& guest : std::exchange(guests, {})) guest.send_away();
  }
  std::erase_if(guests_, [](const auto& one) { return one.second.empty(); });
  look_later();
}

}  // namespace tamarack::coordinator
