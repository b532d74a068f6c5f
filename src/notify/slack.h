// A message for Slack's incoming webhooks, and for what takes the same (Mattermost, Rocket.Chat, Discord's /slack): `blocks`, and `text`
// for notifications and for those that know no blocks. Failures first. `&`, `<` and `>` are escaped, so that no test's name can mention
// people or hide a link. Limits of the other side: a header of 150 characters, 3,000 in a section, 50 blocks; messages beyond some 13,000
// characters are refused without being documented, so ours stay below 10,000.
#pragma once

#include <string>

#include "notify/news.h"
#include "report/report_view.h"

namespace tamarack::notify {

inline constexpr std::size_t slack_bytes_max = 10'000;  // of all texts together

std::string slack_message(const report::ReportView& view, const News& news);

}  // namespace tamarack::notify
