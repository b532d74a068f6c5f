#include "wire/flow_journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/pfr.hpp>

#include "base/hash.h"
#include "wire/flow_described.h"

namespace tamarack::wire {
namespace {

// Any value of any member, found by the compiler and not by the description that is tested: a member that is forgotten there is found.
class Filler {
 public:
  explicit Filler(std::uint64_t seed) : random_(seed) {}

  void fill(std::string& out) {
    static constexpr std::array<std::string_view, 8> parts{"a",  "Zürich ", "\"quoted\\", "\n\t", "日本", std::string_view("\0\x01", 2),
                                                           "{}", "😀"};
    out.clear();
    for (std::uint64_t length = random_.below(5); length > 0; --length) out += parts.at(random_.below(parts.size()));
  }
  template <class Tag>
  void fill(TextId<Tag>& out) {
    fill(out.value);
  }
  void fill(bool& out) { out = random_.chance(0.5); }
  void fill(Millis& out) { out = Millis{number()}; }
  void fill(Instant& out) { out = from_ms(number()); }
  template <class T>
    requires(std::is_integral_v<T> && !std::is_same_v<T, bool>)
  void fill(T& out) {
    out = static_cast<T>(number());
  }
  template <class T>
    requires(std::is_enum_v<T>)
  void fill(T& out) {
    out = static_cast<T>(random_.below(boost::mp11::mp_size<boost::describe::describe_enumerators<T>>::value));
  }
  template <class T>
  void fill(std::vector<T>& out) {
    out.resize(random_.below(4));
    for (T& item : out) fill(item);
  }
  template <class T>
    requires(std::is_aggregate_v<T>)
  void fill(T& out) {
    boost::pfr::for_each_field(out, [this](auto& field) { this->fill(field); });
  }

  flow::Record record(std::size_t index) {
    flow::Record out;
    boost::mp11::mp_for_each<boost::mp11::mp_iota_c<std::variant_size_v<flow::Record>>>([&](auto at) {
      if (at != index) return;
      std::variant_alternative_t<at, flow::Record> value;
      fill(value);
      out = std::move(value);
    });
    return out;
  }

 private:
  std::int64_t number() {
    const auto bits = static_cast<std::int64_t>(random_.next());
    return bits / (std::int64_t{1} << random_.below(63));
  }
  Random random_;
};

template <class T>
bool same(const T& left, const T& right) {
  if constexpr (requires { left == right; }) {
    return left == right;
  } else if constexpr (requires { left.size(); }) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](const auto& a, const auto& b) { return same(a, b); });
  } else if constexpr (boost::pfr::tuple_size_v<T> == 0) {
    return true;
  } else {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return (same(boost::pfr::get<I>(left), boost::pfr::get<I>(right)) && ...);
    }(std::make_index_sequence<boost::pfr::tuple_size_v<T>>());
  }
}
bool same_record(const flow::Record& left, const flow::Record& right) {
  if (left.index() != right.index()) return false;
  return std::visit([&](const auto& value) { return same(value, std::get<std::decay_t<decltype(value)>>(right)); }, left);
}

std::string stream_for(const flow::Record& record) {
  const std::string_view kind = kind_of(record);
  if (kind.starts_with("clock")) return "clock";
  if (kind.starts_with("job")) return "job:j-1";
  return kind.starts_with("wait") || kind.starts_with("condition") ? "wait:w-1" : "mail:key";
}

RC_GTEST_PROP(FlowJournal, EveryRecordComesBackWithEveryField, (std::uint64_t seed)) {
  Filler filler(seed);
  for (std::size_t index = 0; index < std::variant_size_v<flow::Record>; ++index) {
    const flow::Record record = filler.record(index);
    const std::string body = encode_body(record);
    const auto entry = decode_flow_entry(stream_for(record), 7, from_ms(11), kind_of(record), body);
    RC_ASSERT(entry.has_value());
    RC_ASSERT(entry->stream == stream_for(record));
    RC_ASSERT(entry->seq == 7);
    RC_ASSERT(entry->at == from_ms(11));
    if (!same_record(entry->record, record)) RC_FAIL(fmt::format("{} {}", kind_of(record), body));
  }
}

// The design page is the shape's description; people read these bodies.
TEST(FlowJournal, KindsAndFieldsAreThoseOfTheDesign) {
  EXPECT_EQ(encode_entry({"clock", 1, from_ms(5), flow::ClockStarted{from_ms(5), Millis{9}, "b"}}),
            R"({"stream":"clock","seq":1,"at":5,"kind":"clock_started","body":{"wall":5,"since_boot":9,"boot":"b"}})");
  EXPECT_EQ(encode_body(flow::JobSubmitted{.job = domain::JobId{"j"}, .request = {.kind = "process", .idempotency_key = "k"}}),
            R"({"job":"j","request":{"kind":"process","processor":"","owner":"","idempotency_key":"k","digest":"","input":"",)"
            R"("heartbeat_every":0,"cancel_grace":30000,"retention":86400000}})");
  EXPECT_EQ(encode_body(flow::JobEnded{.status = domain::JobStatus::completed, .result = "{}"}),
            R"({"status":"completed","result":"{}","result_location":"","error":"","reason":""})");
  EXPECT_EQ(encode_body(flow::JobReportIgnored{.status = "RUNNING", .why = flow::IgnoredReport::out_of_order}),
            R"({"status":"RUNNING","why":"out_of_order","executor":""})");
  EXPECT_EQ(encode_body(flow::WaitEnded{.outcome = domain::WaitOutcome::timed_out, .message = "m", .captures = {{"a", "1"}}}),
            R"({"outcome":"timed_out","message":"m","condition":-1,"captures":[{"name":"a","json":"1"}],"excerpt":"","probes":0})");
  EXPECT_EQ(encode_body(flow::SignalConsumed{domain::SignalId{"s"}, domain::WaitId{"w"}, 2}), R"({"id":"s","wait":"w","condition":2})");
  EXPECT_EQ(encode_body(flow::WaitTaken{}), "{}");
  EXPECT_EQ(kind_of(flow::Record{flow::MailboxForgotten{}}), "mailbox_forgotten");
}

TEST(FlowJournal, AWaitComesBackWithItsRulesAndItsPace) {
  const flow::WaitSpec spec{.name = "backend",
                            .owner = "run r-1",
                            .join = flow::Join::any,
                            .conditions = {{.name = "status",
                                            .target = "http://app/jobs/7",
                                            .request = R"({"http":{"url":"http://app/jobs/7"}})",
                                            .host = "http://app",
                                            .pushed = true,
                                            .rules = {.field = "$.status",
                                                      .map = {{"DONE", flow::Meaning::satisfied}, {"PENDING", flow::Meaning::going_on}},
                                                      .error_field = "$.error",
                                                      .until = {{"$.n", flow::Comparison::above, "3"}},
                                                      .fail_when = {{"$.e", flow::Comparison::exists, ""}},
                                                      .captures = {{"result", "$.result", flow::CaptureType::object}},
                                                      .heartbeat_field = "$.beat",
                                                      .lost_after = Millis{1},
                                                      .not_found_max = Millis{2},
                                                      .no_answer_max = Millis{3},
                                                      .refreshable = true},
                                            .hold_times = 3,
                                            .cancel_when_dropped = true,
                                            .cancel_request = "stop"}},
                            .limit = Millis{4},
                            .pace = {.min = Millis{5}, .max = Millis{6}, .net = Millis{7}, .past = {Millis{8}, Millis{9}, Millis{10}}},
                            .problems = {"a problem"}};
  const flow::Record record = flow::WaitParked{domain::WaitId{"w"}, spec, from_ms(12)};
  const auto entry = decode_flow_entry("wait:w", 1, from_ms(1), kind_of(record), encode_body(record));
  ASSERT_TRUE(entry) << entry.error().message;
  EXPECT_EQ(std::get<flow::WaitParked>(entry->record).spec, spec);
}

std::string complaint(std::string stream, std::string_view kind, std::string_view body) {
  const auto entry = decode_flow_entry(std::move(stream), 3, from_ms(1), kind, body);
  if (entry) return "none";
  EXPECT_EQ(entry.error().code, ErrorCode::corrupt);
  return entry.error().message;
}

TEST(FlowJournal, WhatCannotBeReadIsNamedByStreamAndNumber) {
  EXPECT_EQ(complaint("wait:w", "wait_slept", "{}"), "entry 3 of stream 'wait:w' cannot be read: unknown kind 'wait_slept'");
  EXPECT_THAT(complaint("job:j", "job_ended", "{"), testing::StartsWith("entry 3 of stream 'job:j' cannot be read: invalid JSON"));
  EXPECT_EQ(complaint("job:j", "job_handed_out", R"({"epoch":-1})"),
            "entry 3 of stream 'job:j' cannot be read: /epoch: expected an integer in range, got an integer");
  EXPECT_THAT(complaint("wait:w", "wait_ended", R"({"outcome":"won"})"), testing::HasSubstr("/outcome: expected one of satisfied, failed"));
  EXPECT_EQ(complaint("wait:w", "signal_expired", "{}"),
            "entry 3 of stream 'wait:w' cannot be read: 'signal_expired' does not belong there");
  EXPECT_EQ(complaint("run:r", "wait_taken", "{}"), "entry 3 of stream 'run:r' cannot be read: 'wait_taken' does not belong there");
}

TEST(FlowJournal, AnotherVersionMaySayMoreOrLess) {
  const auto entry = decode_flow_entry("job:j", 3, from_ms(1), "job_handed_out", R"({"executor":"x","colour":"green"})");
  ASSERT_TRUE(entry);
  EXPECT_EQ(std::get<flow::JobHandedOut>(entry->record).executor, "x");
  EXPECT_EQ(std::get<flow::JobHandedOut>(entry->record).epoch, 0U);
}

}  // namespace
}  // namespace tamarack::wire
