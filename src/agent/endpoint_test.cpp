// The endpoint over real sockets: what tests send, what they hear, and what becomes of their waits when they are gone. Only what is looked
// at is played.
#include "agent/endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/http_client.h"
#include "tests/board/board_world.h"
#include "wire/probe_request.h"

namespace tamarack::agent {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* job_wish = R"({"name":"report","conditions":[{"http":{"url":"/jobs/{job_id}/status"},"field":"$.status",)"
                                 R"("error_field":"$.error","capture":{"body":"$"}}],"captures":{"job_id":"j-1"}})";

class EndpointTest : public testing::Test {
 protected:
  EndpointTest() : prober_(loop_) { begin(2'000); }

  void begin(std::size_t remembered_max) {
    guest_.reset();
    endpoint_.reset();
    waits_.emplace(LocalWaitsParts{.loop = loop_,
                                   .clock = clock_,
                                   .machine_clock = [this] { return flow::ClockReading{.wall = clock_.now(), .boot = "b"}; },
                                   .make_memory = make_memory_,
                                   .prober = prober_,
                                   .seed = 7,
                                   .remembered_max = remembered_max});
    auto opened = Endpoint::open(loop_, *waits_, nullptr);
    ASSERT_TRUE(opened) << opened.error().message;
    endpoint_ = std::move(*opened);
    guest_ = endpoint_->welcome({.owner = "tests of worker local/1", .base_url = "http://app:8000"});
  }

  static std::string look_at(const std::string& url) { return wire::to_text(wire::HttpProbe{.url = url}); }
  void backend(const std::string& url, std::string body) {
    prober_.backends[look_at(url)] = [body = std::move(body)] {
      return flow::HttpAnswer{.status = 200, .content_type = "application/json", .body = body};
    };
  }
  void run_until(const std::function<bool()>& condition) {
    const io::Timer watchdog = loop_.after(Millis{20'000}, [this] {
      ADD_FAILURE() << "waited in vain";
      loop_.stop();
    });
    std::function<void()> look = [&] {
      if (condition()) return loop_.stop();
      loop_.post(look);
    };
    loop_.post(look);
    loop_.run();
  }
  void send(const std::string& method, const std::string& path, const std::string& body, const io::Fields& more = {},
            Millis total_timeout = Millis{0}) {
    io::ClientRequest request{
        .method = method, .url = endpoint_->url() + path, .fields = more, .body = body, .total_timeout = total_timeout};
    request.fields.emplace_back("Authorization", "Bearer " + (secret_.empty() ? guest_->token() : secret_));
    io::http_call(loop_, std::move(request), [this](const Result<io::ClientAnswer>& answer) {
      ++answered_;
      last_ = answer ? *answer : io::ClientAnswer{.status = 0, .fields = {}, .body = answer.error().message};
    });
  }
  io::ClientAnswer ask(const std::string& method, const std::string& path, const std::string& body = {}, const io::Fields& more = {}) {
    const int before = answered_;
    send(method, path, body, more);
    run_until([&] { return answered_ > before; });
    return last_;
  }

  io::Loop loop_;
  ManualClock clock_;
  board::DoubleProber prober_;
  std::optional<LocalWaits> waits_;
  std::unique_ptr<Endpoint> endpoint_;
  std::unique_ptr<Endpoint::Guest> guest_;
  std::function<std::unique_ptr<store::FlowStore>()> make_memory_ = [] { return std::make_unique<store::MemoryFlow>(); };
  std::string secret_;  // instead of the guest's
  io::ClientAnswer last_;
  int answered_ = 0;
};

TEST_F(EndpointTest, AnswersWhenTheWaitIsOver) {
  backend("http://app:8000/jobs/j-1/status", R"({"status":"COMPLETED","rows":3})");
  const io::ClientAnswer answer = ask("POST", "/v1/waits", job_wish);
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, AllOf(HasSubstr(R"("outcome":"satisfied")"), HasSubstr(R"("captures":{"body":{"status":"COMPLETED","rows":3}})"),
                                 HasSubstr(R"("last_status":"COMPLETED")")));
}

TEST_F(EndpointTest, AFailureComesWithTheBackendsOwnWords) {
  backend("http://app:8000/jobs/j-1/status", R"({"status":"FAILED","error":"no such column: ymd"})");
  EXPECT_THAT(ask("POST", "/v1/waits", job_wish).body, AllOf(HasSubstr(R"("outcome":"failed")"), HasSubstr("no such column: ymd")));
}

TEST_F(EndpointTest, AForgottenValueIsInvalidAtOnceAndNobodyIsAsked) {
  const std::string wish = R"({"conditions":[{"http":{"url":"/jobs/undefined/status"},"field":"$.status"}]})";
  const io::ClientAnswer answer = ask("POST", "/v1/waits", wish);
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, AllOf(HasSubstr(R"("outcome":"invalid")"), HasSubstr("undefined"), HasSubstr(R"("probes":0)")));
  const std::string unknown = R"({"conditions":[{"http":{"url":"/jobs/{jobId}/status"},"field":"$.status"}],"captures":{"job_id":"j-1"}})";
  EXPECT_THAT(ask("POST", "/v1/waits", unknown).body, AllOf(HasSubstr(R"("outcome":"invalid")"), HasSubstr("jobId"), HasSubstr("job_id")));
  EXPECT_TRUE(prober_.log.empty());
}

TEST_F(EndpointTest, AWrongFormIsRefusedWithEveryProblem) {
  const io::ClientAnswer answer = ask("POST", "/v1/waits", R"({"conditions":[{"htpp":{"url":"/x"}}],"join":"both"})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, AllOf(HasSubstr("htpp"), HasSubstr("join")));
}

TEST_F(EndpointTest, NobodyWithoutASecretIsHeard) {
  secret_ = "guessed";
  EXPECT_EQ(ask("POST", "/v1/waits", job_wish).status, 401);
  secret_ = guest_->token();
  guest_.reset();
  EXPECT_EQ(ask("POST", "/v1/waits", job_wish).status, 401) << "the secret of an invocation that has ended";
  EXPECT_TRUE(prober_.log.empty());
}

TEST_F(EndpointTest, ManyTestsThatLookAtOneAddressAskTogether) {
  std::string status = "RUNNING";
  prober_.backends[look_at("http://app:8000/jobs/j-1/status")] = [&] { return board::says(status); };
  for (int i = 0; i < 200; ++i) send("POST", "/v1/waits", job_wish);
  run_until([&] { return waits_->open() == 200; });
  run_until([&] { return !prober_.log.empty() && prober_.watches() == 1; });
  status = "COMPLETED";
  clock_.advance(Millis{1'100});  // a host is asked ten times a second at most
  prober_.push(look_at("http://app:8000/jobs/j-1/status"));
  run_until([&] { return answered_ == 200; });
  EXPECT_THAT(last_.body, HasSubstr("satisfied"));
  EXPECT_LE(prober_.asked[look_at("http://app:8000/jobs/j-1/status")], 11) << "each for itself they would have asked 400 times";
}

TEST_F(EndpointTest, PreferGivesUpListeningButNotTheWait) {
  std::string status = "RUNNING";
  prober_.backends[look_at("http://app:8000/jobs/j-1/status")] = [&] { return board::says(status); };
  const io::ClientAnswer parked = ask("POST", "/v1/waits", job_wish, {{"Prefer", "respond-async, wait=0"}});
  EXPECT_EQ(parked.status, 202);
  EXPECT_EQ(parked.body, R"({"wait_id":"w-1","state":"parked"})");
  EXPECT_EQ(ask("GET", "/v1/waits/w-1", {}, {{"Prefer", "wait=0"}}).status, 202);
  status = "COMPLETED";
  prober_.push(look_at("http://app:8000/jobs/j-1/status"));
  EXPECT_THAT(ask("GET", "/v1/waits/w-1").body, HasSubstr("satisfied"));
  EXPECT_EQ(ask("GET", "/v1/waits/w-1").status, 404) << "it was heard";
}

TEST_F(EndpointTest, ASecretKnowsOnlyItsOwnWaits) {
  ask("POST", "/v1/waits", job_wish, {{"Prefer", "wait=0"}});
  const auto other = std::exchange(guest_, endpoint_->welcome({.owner = "another worker"}));
  EXPECT_EQ(ask("GET", "/v1/waits/w-1").status, 404);
  EXPECT_EQ(ask("POST", "/v1/waits/w-1/cancel").status, 404);
  EXPECT_EQ(waits_->open(), 1U);
}

TEST_F(EndpointTest, WhoHangsUpCancels) {
  send("POST", "/v1/waits", job_wish, {}, Millis{200});
  run_until([&] { return waits_->open() == 1; });
  run_until([&] { return answered_ == 1; });
  run_until([&] { return waits_->open() == 0; });
  run_until([&] { return prober_.watches() == 0; });
}

TEST_F(EndpointTest, ACancelIsAnOutcome) {
  send("POST", "/v1/waits", job_wish);
  run_until([&] { return waits_->open() == 1; });
  const io::ClientAnswer cancel = ask("POST", "/v1/waits/w-1/cancel");
  run_until([&] { return answered_ == 2; });
  EXPECT_THAT(cancel.body + last_.body, AllOf(HasSubstr(R"("outcome":"cancelled")"), HasSubstr("cancelled by the test")));
}

TEST_F(EndpointTest, WhenTheTestsEndTheirWaitsAreDropped) {
  send("POST", "/v1/waits", job_wish);
  ask("POST", "/v1/waits", job_wish, {{"Prefer", "wait=0"}});
  run_until([&] { return waits_->open() == 2; });
  guest_.reset();
  run_until([&] { return waits_->open() == 0 && answered_ == 2; });
  EXPECT_EQ(last_.status, 410);
}

TEST_F(EndpointTest, JobsAndSignalsNeedAServer) {
  const io::ClientAnswer answer = ask("POST", "/v1/waits", R"({"conditions":[{"job":"j-1"}]})");
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, AllOf(HasSubstr(R"("outcome":"invalid")"), HasSubstr("these tests run without one")));
}

TEST_F(EndpointTest, AMemoryThatBreaksTellsEverybodyWhoWaits) {
  struct Breaking final : store::MemoryFlow {
    Result<> commit_flow(const std::vector<store::FlowRow>& rows, const std::vector<std::string>& forgotten) override {
      for (const store::FlowRow& row : rows)
        if (row.stream == "wait:w-2") return make_error(ErrorCode::io, "no memory left");
      return MemoryFlow::commit_flow(rows, forgotten);
    }
  };
  make_memory_ = [] { return std::make_unique<Breaking>(); };
  begin(2'000);
  send("POST", "/v1/waits", job_wish);
  run_until([&] { return waits_->open() == 1; });
  send("POST", "/v1/waits", job_wish);
  run_until([&] { return answered_ == 2; });
  EXPECT_EQ(last_.status, 503);
  EXPECT_THAT(last_.body, HasSubstr("no memory left"));
  EXPECT_EQ(ask("POST", "/v1/waits", job_wish).status, 503);
}

TEST_F(EndpointTest, AMemoryThatIsFullBeginsAnew) {
  begin(3);
  backend("http://app:8000/jobs/j-1/status", R"({"status":"COMPLETED"})");
  for (int i = 0; i < 10; ++i) EXPECT_THAT(ask("POST", "/v1/waits", job_wish).body, HasSubstr("satisfied"));
  EXPECT_GE(waits_->memories(), 3U);
}

}  // namespace
}  // namespace tamarack::agent
