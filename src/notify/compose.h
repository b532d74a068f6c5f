// Who is told what of a piece of news, as requests without their secrets. Pure.
#pragma once

#include <string>
#include <vector>

#include "config/server_file.h"
#include "notify/delivery.h"
#include "notify/news.h"
#include "report/report_view.h"

namespace tamarack::notify {

// In the order in which each target is to get them. Filters of the file (events, projects, when) are applied; GitHub is left out when the
// run's commit is not a full hash. Links lead to `file.url`; News::server_url and News::run_url are made from it when they are empty.
std::vector<Delivery> compose(const config::ServerFile& file, const report::ReportView& view, News news);

// All that the file names, as Delivery::target.
std::vector<std::string> targets_of(const config::ServerFile& file);

}  // namespace tamarack::notify
