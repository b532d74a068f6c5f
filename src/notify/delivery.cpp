#include "notify/delivery.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <limits>

#include "report/json_writer.h"

namespace tamarack::notify {
namespace {

constexpr std::int64_t attempts_max = 1'000'000;
constexpr std::int64_t number_max = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t ms_max = INT64_C(253'402'300'799'000);  // the year 9999

Result<boost::json::object> read_object(std::string_view text, std::string_view kind) {
  boost::json::error_code failed;
  const boost::json::value value = boost::json::parse({text.data(), text.size()}, failed);
  const boost::json::object* object = failed ? nullptr : value.if_object();
  const boost::json::value* found = object == nullptr ? nullptr : object->if_contains("kind");
  if (found == nullptr || !found->is_string() || std::string_view(found->as_string()) != kind)
    return make_error(ErrorCode::corrupt, fmt::format("expected a stored {}", kind));
  return *object;
}

class Members {
 public:
  explicit Members(const boost::json::object& from) : from_(from) {}

  std::string text(std::string_view name) {
    const boost::json::value* found = from_.if_contains(name);
    if (found == nullptr) return {};
    if (found->is_string()) return std::string(std::string_view(found->as_string()));
    wrong_ = name;
    return {};
  }
  std::int64_t number(std::string_view name, std::int64_t max) {
    const boost::json::value* found = from_.if_contains(name);
    if (found != nullptr && found->is_int64() && found->as_int64() >= 0 && found->as_int64() <= max) return found->as_int64();
    wrong_ = name;
    return 0;
  }
  std::string wrong_;  // the last member that does not fit

 private:
  const boost::json::object& from_;
};

}  // namespace

std::string to_json(const Delivery& delivery) {
  report::JsonWriter json;
  json.reserve(delivery.body.size() + 500);
  json.begin_object();
  json.field("kind", "delivery");
  json.field("id", delivery.id);
  json.field("event_id", delivery.event_id);
  json.field("target", delivery.target);
  json.field("path", delivery.path);
  json.field("content_type", delivery.content_type);
  json.field("body", delivery.body);
  json.field("remember", delivery.remember);
  json.field("create_members", delivery.create_members);
  json.field("created_ms", to_ms(delivery.created));
  json.field("next_ms", to_ms(delivery.next));
  json.field("attempts", delivery.attempts);
  json.end_object();
  return std::move(json).take();
}

Result<Delivery> read_delivery(std::string_view text) {
  const boost::json::object object = TRY(read_object(text, "delivery"));
  Members members(object);
  Delivery delivery{.id = members.text("id"),
                    .event_id = members.text("event_id"),
                    .target = members.text("target"),
                    .path = members.text("path"),
                    .content_type = members.text("content_type"),
                    .body = members.text("body"),
                    .remember = members.text("remember"),
                    .create_members = members.text("create_members"),
                    .created = from_ms(members.number("created_ms", ms_max)),
                    .next = from_ms(members.number("next_ms", ms_max)),
                    .attempts = members.number("attempts", attempts_max)};
  if (delivery.id.empty() || delivery.target.empty()) members.wrong_ = "id or target";
  if (!members.wrong_.empty()) return make_error(ErrorCode::corrupt, fmt::format("a stored delivery has no usable '{}'", members.wrong_));
  return delivery;
}

std::string to_json(const Remembered& remembered) {
  report::JsonWriter json;
  json.begin_object();
  json.field("kind", "remembered");
  json.field("name", remembered.name);
  json.field("value", remembered.value);
  json.end_object();
  return std::move(json).take();
}

Result<Remembered> read_remembered(std::string_view text) {
  const boost::json::object object = TRY(read_object(text, "remembered"));
  Members members(object);
  Remembered remembered{.name = members.text("name"), .value = members.text("value")};
  if (remembered.name.empty() || !members.wrong_.empty()) return make_error(ErrorCode::corrupt, "a stored number has no usable 'name'");
  return remembered;
}

std::string to_json(const News& news) {
  report::JsonWriter json;
  json.begin_object();
  json.field("kind", "news");
  json.field("event", to_string(news.event));
  json.field("at_ms", to_ms(news.at));
  json.field("suite_dir", news.suite_dir);
  json.field("ci_identity", news.ci_identity);
  json.field("ci_url", news.ci_url);
  json.field("ci_attempt", news.ci_attempt);
  json.field("pull_request", news.pull_request);
  json.end_object();
  return std::move(json).take();
}

Result<News> read_news(std::string_view text) {
  const boost::json::object object = TRY(read_object(text, "news"));
  Members members(object);
  const std::string event = members.text("event");
  News news{.event = event == to_string(Event::run_started) ? Event::run_started : Event::run_finished,
            .at = from_ms(members.number("at_ms", ms_max)),
            .suite_dir = members.text("suite_dir"),
            .ci_identity = members.text("ci_identity"),
            .ci_url = members.text("ci_url"),
            .ci_attempt = members.number("ci_attempt", number_max),
            .pull_request = members.number("pull_request", number_max)};
  if (event != to_string(news.event)) members.wrong_ = "event";
  if (!members.wrong_.empty()) return make_error(ErrorCode::corrupt, fmt::format("stored news have no usable '{}'", members.wrong_));
  return news;
}

}  // namespace tamarack::notify
