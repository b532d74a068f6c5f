// A report taken over HTTP: the route itself, without the table that leads to it.
#include "coordinator/history_routes.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "io/http_client.h"
#include "store/memory/memory_store.h"

namespace tamarack::coordinator {
namespace {

class NoBlobs final : public artifact::BlobStore {
  static Error none() { return make_error(ErrorCode::not_found, "there are none"); }
  bool has(const std::string&, const std::string&) override { return false; }
  Result<std::string> locate(const std::string&, const std::string&) override { return none(); }
  Result<std::string> partial_path(const std::string&, const std::string&) override { return none(); }
  std::int64_t partial_bytes(const std::string&, const std::string&) override { return 0; }
  bool renew(const std::string&, const std::string&) override { return false; }
  std::vector<std::string> projects() override { return {}; }
  Result<std::vector<artifact::HeldBlob>> list(const std::string&, int) override { return std::vector<artifact::HeldBlob>{}; }
  Result<bool> remove_unused(const std::string&, const std::string&, Millis) override { return false; }
  Result<std::int64_t> clear_uploads(const std::string&, Millis) override { return 0; }
  Result<> finish(const std::string&, const std::string&, const std::string&) override { return none(); }
};

class NoProber final : public probe::Prober {
  void ask(const std::string&, Answered) override {}
  void watch(const std::string&, std::function<void()>) override {}
  void unwatch(const std::string&) override {}
  void send(const std::string&, std::function<void(Result<>)>) override {}
};

class HistoryRoutesTest : public testing::Test {
 protected:
  HistoryRoutesTest()
      : host_(loop_, clock_, journal_, writing_, blobs_, {}, {.on_change = [] {}}),
        parts_{.loop = loop_,
               .clock = clock_,
               .stores = {data_, data_, journal_, data_.access(), blobs_, data_.flow(), data_.hooks(), prober_},
               .settings = settings_,
               .reading = reading_,
               .rendering = reading_,
               .host = host_,
               .pool = pool_,
               .guests = guests_,
               .cleaner = cleaner_} {
    server_ = std::move(*io::HttpServer::listen(
        loop_, {}, {.handle = [this](io::IncomingRequest request, const std::shared_ptr<io::Exchange>& exchange) {
          routes_.take_report({.parameters = {{"project", "shop"}}, .caller = {}, .request = std::move(request), .exchange = exchange});
        }}));
  }
  io::ClientAnswer post(const std::string& query, const std::string& body) {
    io::ClientAnswer answer;
    const io::Timer watchdog = loop_.after(Millis{20'000}, [this] { loop_.stop(); });
    io::http_call(loop_, {.method = "POST", .url = fmt::format("http://127.0.0.1:{}/{}", server_->port(), query), .body = body},
                  [&](Result<io::ClientAnswer> got) {
                    if (got) answer = std::move(*got);
                    loop_.stop();
                  });
    loop_.run();
    return answer;
  }

  io::SystemClock clock_;
  store::MemoryStore data_;
  store::MemoryStore journal_;
  NoBlobs blobs_;
  NoProber prober_;
  ServerSettings settings_;
  io::Loop loop_;
  io::Lane reading_{loop_};
  io::Lane writing_{loop_};
  AgentPool pool_;
  RunHost host_;
  Guests guests_{loop_, clock_, data_.access(), Millis{60'000}};
  Cleaner cleaner_{loop_, clock_, data_, reading_, journal_, writing_, blobs_, {}, {}};
  ServerParts parts_;
  HistoryRoutes routes_{parts_};
  std::unique_ptr<io::HttpServer> server_;
};

TEST_F(HistoryRoutesTest, AReportIsTakenWithWhatTheQuerySaysOfIt) {
  ReportWish heard;
  std::string bytes;
  settings_.take_report = [&](store::Store& store, std::string_view report, const ReportWish& wish) -> Result<TakenReport> {
    EXPECT_EQ(&store, &journal_);
    heard = wish;
    bytes = report;
    if (report == "bad") return make_error(ErrorCode::invalid_argument, "it is neither JUnit XML nor CTRF");
    return TakenReport{.run = {.run = domain::RunId{"i-1"}}, .is_new = report == "new", .cases = 7, .not_known = 2};
  };
  const auto taken = post("?branch=main&commit=abc&at=2026-11-20", "new");
  EXPECT_EQ(taken.status, 201);
  EXPECT_EQ(taken.body.substr(0, 23), R"({"run":{"run_id":"i-1",)");
  EXPECT_NE(taken.body.find(R"(},"is_new":true,"cases":7,"not_known":2})"), std::string::npos) << taken.body;
  EXPECT_EQ(heard.project + " " + heard.branch + " " + heard.commit + " " + heard.at, "shop main abc 2026-11-20");
  EXPECT_EQ(bytes, "new");
  EXPECT_EQ(post("", "old").status, 200);
  const auto bad = post("", "bad");
  EXPECT_EQ(bad.status, 400);
  EXPECT_NE(bad.body.find("neither JUnit XML nor CTRF"), std::string::npos) << bad.body;
  bytes.clear();
  EXPECT_EQ(post("?when=now", "new").status, 400);
  EXPECT_EQ(bytes, "");
}

TEST_F(HistoryRoutesTest, AServerThatTakesNoReportsSaysSo) {
  EXPECT_EQ(post("", "new").status, 501);
}

}  // namespace
}  // namespace tamarack::coordinator
