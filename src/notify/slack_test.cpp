#include "notify/slack.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "notify/test_news.h"

namespace tamarack::notify {
namespace {

TEST(Slack, tells_a_green_run) {
  EXPECT_EQ(slack_message(test_view(report::green_view()), test_news()),
            R"({"text":":white_check_mark: shop: all 2 tests passed\nhttps://tamarack.example.com/runs/r-20261121-102418-3f9a",)"
            R"("blocks":[{"type":"header","text":{"type":"plain_text","text":":white_check_mark: shop: all 2 tests passed","emoji":true}},)"
            R"({"type":"section","text":{"type":"mrkdwn","text":"branch `main`  ·  commit `9d59409acf47`  ·  pull request #123  ·  )"
            R"(2.4 s on 2 workers  ·  2 planned = 2 passed  ·  )"
            R"(<https://tamarack.example.com/runs/r-20261121-102418-3f9a|open the run>  ·  )"
            R"(<https://github.com/acme/shop/actions/runs/1836698654|CI job>"}}]})");
}

TEST(Slack, tells_failures_first_and_not_those_in_quarantine) {
  const boost::json::value message = parsed(slack_message(test_view(report::mixed_view()), test_news()));
  EXPECT_TRUE(at(message, "/text").starts_with(":warning: shop: incomplete: 2 of 8 tests did not run to an end")) << at(message, "/text");
  const std::string failures = at(message, "/blocks/1/text/text");
  EXPECT_TRUE(failures.starts_with("• `tests/checkout.spec.ts › guest › pays it's 100% [chromium]` failed: Error: expect(locator)"))
      << failures;
  EXPECT_EQ(split_lines(failures).size(), 4U) << failures;
  EXPECT_EQ(failures.find("› old"), std::string::npos) << "in quarantine";
}

TEST(Slack, lets_no_name_mention_people_or_hide_a_link) {
  report::ReportView view = failed_view(1, "<!channel> & <https://evil|click> `x` *b*");
  view.run.headline = "<@U123> & co";
  view.run.branch = "a`<!here>`b";
  const std::string message = slack_message(view, test_news());
  EXPECT_EQ(message.find("<!"), std::string::npos) << message;
  EXPECT_EQ(message.find("<https://evil"), std::string::npos) << message;
  EXPECT_NE(at(message, "/text").find("&lt;@U123&gt; &amp; co"), std::string::npos);
  EXPECT_NE(at(message, "/blocks/1/text/text").find("`tests/a0.spec.ts › &lt;!channel&gt; &amp; &lt;https://evil|click&gt; 'x' *b*`"),
            std::string::npos)
      << at(message, "/blocks/1/text/text");
  EXPECT_EQ(at(message, "/blocks/0/text/text"), ":x: shop: <@U123> & co") << "plain text is not escaped";
}

TEST(Slack, keeps_the_limits_whatever_the_tests_print) {
  for (const std::string& text : {std::string(20'000, '&'), std::string(20'000, 'x'), std::string("\xff\x1b[31m\n\n\x01ü"), std::string()})
    for (const std::size_t failed : {1U, 15U, 16U, 500U}) {
      report::ReportView view = failed_view(failed, text);
      view.run.headline = text;
      view.run.branch = text;
      view.run.project = text;
      const std::string message = slack_message(view, test_news());
      EXPECT_TRUE(is_valid_utf8(message));
      const boost::json::value json = parsed(message);
      std::size_t bytes = 0;
      const auto& blocks = json.at_pointer("/blocks").as_array();
      EXPECT_LE(blocks.size(), 50U);
      for (const boost::json::value& block : blocks) {
        const std::string content = at(block, "/text/text");
        bytes += content.size();
        EXPECT_FALSE(content.empty());
        EXPECT_LE(content.size(), at(block, "/type") == "header" ? 150U : 3'000U);
      }
      EXPECT_LE(bytes, slack_bytes_max);
      EXPECT_LE(at(json, "/text").size(), 4'000U);
      if (failed > 15) {
        EXPECT_NE(message.find(" more failure"), std::string::npos);
      }
    }
}

TEST(Slack, tells_that_a_run_began) {
  report::ReportView view = test_view(report::green_view());
  view.tests.clear();
  view.run.verdict = "running";
  EXPECT_EQ(at(slack_message(view, test_news(Event::run_started)), "/blocks/0/text/text"),
            ":hourglass_flowing_sand: shop: run started, 2 tests planned");
}

}  // namespace
}  // namespace tamarack::notify
