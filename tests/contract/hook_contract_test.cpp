// What every store must do with webhooks, run against each of them.
#include "tests/contract/contract_world.h"

namespace tamarack::store {
namespace {

const Instant noon = from_ms(1'800'000'000'000);

class HookContract : public StoreContractTest {
 protected:
  HookStore& hooks() { return store_->hooks(); }

  static HookRow row(char letter, Instant created = noon) {
    return {.token_hash = std::string(64, letter),
            .project = "shop",
            .key = "shop/paid",
            .scheme = "hmac-sha256",
            .secret = "s\"e",
            .header = "X-Sum",
            .created = created,
            .expires = noon + Millis{5}};
  }
};

TEST_P(HookContract, AHookComesBackWithEveryField) {
  ASSERT_TRUE(hooks().add_hook(row('a')));
  HookRow forever = row('b');
  forever.once = true;
  forever.expires.reset();
  ASSERT_TRUE(hooks().add_hook(forever));
  EXPECT_EQ(hooks().find_hook(std::string(64, 'a')).value(), row('a'));
  EXPECT_EQ(hooks().find_hook(std::string(64, 'b')).value(), forever);
  EXPECT_EQ(hooks().find_hook(std::string(64, 'c')).value(), std::nullopt);
}

TEST_P(HookContract, OneHashIsOneHook) {
  ASSERT_TRUE(hooks().add_hook(row('a')));
  EXPECT_EQ(hooks().add_hook(row('a')).error().code, ErrorCode::already_exists);
  ASSERT_TRUE(hooks().add_hook(row('b', noon - Millis{1})));
  const auto all = hooks().list_hooks();
  ASSERT_TRUE(all && all->size() == 2);
  EXPECT_EQ(all->front().token_hash, std::string(64, 'b')) << "oldest first";
}

TEST_P(HookContract, WhatIsRemovedIsGone) {
  ASSERT_TRUE(hooks().add_hook(row('a')));
  ASSERT_TRUE(hooks().remove_hook(std::string(64, 'a')));
  EXPECT_EQ(hooks().find_hook(std::string(64, 'a')).value(), std::nullopt);
  EXPECT_EQ(hooks().remove_hook(std::string(64, 'a')).error().code, ErrorCode::not_found);
}

TEST_P(HookContract, AHookOutlivesTheProcess) {
  if (!is_sqlite()) return;  // memory forgets
  ASSERT_TRUE(hooks().add_hook(row('a')));
  open();
  EXPECT_EQ(hooks().find_hook(std::string(64, 'a')).value(), row('a'));
}

FOR_EVERY_STORE(HookContract);

}  // namespace
}  // namespace tamarack::store
