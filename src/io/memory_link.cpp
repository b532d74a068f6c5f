#include <deque>

#include "io/link.h"

namespace tamarack::io {
namespace {

struct End {
  std::function<void(std::string)> on_message;
  Callback on_close;
  bool open = true;
};

class MemoryLink final : public Link {
 public:
  MemoryLink(Loop& loop, std::shared_ptr<End> here, std::shared_ptr<End> there)
      : loop_(loop), here_(std::move(here)), there_(std::move(there)) {}
  ~MemoryLink() override {
    here_->open = false;
    here_->on_message = nullptr;
    here_->on_close = nullptr;
    loop_.post([there = there_] {
      if (there->open && there->on_close) there->on_close();
    });
  }
  void send(std::string text) override {
    loop_.post([there = there_, text = std::move(text)]() mutable {
      if (there->open && there->on_message) there->on_message(std::move(text));
    });
  }
  void on_message(std::function<void(std::string)> callback) override { here_->on_message = std::move(callback); }
  void on_close(Callback callback) override { here_->on_close = std::move(callback); }

 private:
  Loop& loop_;
  std::shared_ptr<End> here_;
  std::shared_ptr<End> there_;
};

}  // namespace

std::pair<std::unique_ptr<Link>, std::unique_ptr<Link>> make_memory_link(Loop& loop) {
  auto left = std::make_shared<End>();
  auto right = std::make_shared<End>();
  return {std::make_unique<MemoryLink>(loop, left, right), std::make_unique<MemoryLink>(loop, right, left)};
}

}  // namespace tamarack::io
