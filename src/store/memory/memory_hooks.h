// Webhooks that are forgotten with the process.
#pragma once

#include <algorithm>

#include "store/hook_store.h"

namespace tamarack::store {

class MemoryHooks final : public HookStore {
 public:
  Result<> add_hook(const HookRow& hook) override {
    if (find(hook.token_hash) != hooks_.end()) return make_error(ErrorCode::already_exists, "there is such a webhook already");
    hooks_.push_back(hook);
    return {};
  }
  Result<std::optional<HookRow>> find_hook(const std::string& token_hash) override {
    const auto at = find(token_hash);
    return at == hooks_.end() ? std::optional<HookRow>{} : *at;
  }
  Result<std::vector<HookRow>> list_hooks() override {
    auto hooks = hooks_;
    std::stable_sort(hooks.begin(), hooks.end(), [](const HookRow& a, const HookRow& b) { return a.created < b.created; });
    return hooks;
  }
  Result<> remove_hook(const std::string& token_hash) override {
    const auto at = find(token_hash);
    if (at == hooks_.end()) return make_error(ErrorCode::not_found, "there is no such webhook");
    hooks_.erase(at);
    return {};
  }

 private:
  std::vector<HookRow>::iterator find(const std::string& token_hash) {
    return std::find_if(hooks_.begin(), hooks_.end(), [&](const HookRow& one) { return one.token_hash == token_hash; });
  }
  std::vector<HookRow> hooks_;
};

}  // namespace tamarack::store
