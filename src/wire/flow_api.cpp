#include "wire/flow_api.h"

#include "wire/json_schema.h"
#include "wire/schema.h"

namespace tamarack::wire {

// Found by their argument where a member of this type is read or written.
static void read(const boost::json::value& in, RawJson& out, const std::string&, json::Problems&) {
  if (!in.is_null()) out.text = boost::json::serialize(in);
}
static void write(std::string& out, const RawJson& value) {
  out += value.text.empty() ? std::string_view("null") : std::string_view(value.text);
}

BOOST_DESCRIBE_STRUCT(JobWish, (), (kind, processor, project, input, heartbeat_ms, retention_ms, cancel_grace_ms))
BOOST_DESCRIBE_STRUCT(JobReportWish, (), (status, stage, progress, executor, epoch, result, result_location, error, log))
BOOST_DESCRIBE_STRUCT(ReasonWish, (), (reason))
BOOST_DESCRIBE_STRUCT(SignalWish, (), (key, id, type, project, data))
BOOST_DESCRIBE_STRUCT(HookWish, (), (key, project, retention_ms, scheme, secret, header, once))
BOOST_DESCRIBE_STRUCT(HeldJobWish, (), (job, epoch))
BOOST_DESCRIBE_STRUCT(ClaimWish, (), (executor, processors, held, wait_ms, leaving))
BOOST_DESCRIBE_STRUCT(StartOrder, (), (job, epoch, project, processor, kind, input, heartbeat_ms, cancel_grace_ms))
BOOST_DESCRIBE_STRUCT(ClaimAnswer, (), (start, stop))
BOOST_DESCRIBE_STRUCT(BlobPlace, (), (blob, name, bytes))
BOOST_DESCRIBE_STRUCT(CloudEvent, (), (id, type, source, data))

namespace {

template <class T>
std::string text_of(const T& value) {
  std::string out;
  json::write(out, value);
  return out;
}

template <class T>
Result<T> read_body(std::string_view text) {
  auto parsed = json::parse(text);
  if (!parsed) return make_error(ErrorCode::invalid_argument, parsed.error().message);
  auto value = json::read_as<T>(*parsed);
  if (!value) return make_error(ErrorCode::invalid_argument, value.error().message);
  return value;
}

}  // namespace

std::string encode(const JobWish& value) {
  return text_of(value);
}
std::string encode(const JobReportWish& value) {
  return text_of(value);
}
std::string encode(const SignalWish& value) {
  return text_of(value);
}
std::string encode(const HookWish& value) {
  return text_of(value);
}
std::string encode(const ClaimWish& value) {
  return text_of(value);
}
std::string encode(const ClaimAnswer& value) {
  return text_of(value);
}
std::string encode(const BlobPlace& value) {
  return text_of(value);
}

Result<JobWish> read_job_wish(std::string_view text) {
  return read_body<JobWish>(text);
}
Result<JobReportWish> read_job_report(std::string_view text) {
  return read_body<JobReportWish>(text);
}
Result<ReasonWish> read_reason(std::string_view text) {
  return trim(text).empty() ? ReasonWish{} : read_body<ReasonWish>(text);
}
Result<SignalWish> read_signal_wish(std::string_view text) {
  return read_body<SignalWish>(text);
}
Result<HookWish> read_hook_wish(std::string_view text) {
  return read_body<HookWish>(text);
}
Result<ClaimWish> read_claim_wish(std::string_view text) {
  return read_body<ClaimWish>(text);
}
Result<ClaimAnswer> read_claim_answer(std::string_view text) {
  return read_body<ClaimAnswer>(text);
}
Result<BlobPlace> read_blob_place(std::string_view text) {
  return read_body<BlobPlace>(text);
}

Result<CloudEvent> read_cloud_event(std::string_view text) {
  auto parsed = json::parse(text);
  if (!parsed) return make_error(ErrorCode::invalid_argument, parsed.error().message);
  const auto* object = parsed->if_object();
  if (object == nullptr || !object->contains("specversion"))
    return make_error(ErrorCode::invalid_argument, "/specversion: a CloudEvent has one");
  auto event = json::read_as<CloudEvent>(*parsed);
  if (!event) return make_error(ErrorCode::invalid_argument, event.error().message);
  if (const auto* bytes = object->if_contains("data_base64"); bytes != nullptr && event->data.text.empty())
    event->data.text = boost::json::serialize(*bytes);
  return event;
}

std::string as_json(std::string_view text) {
  if (json::parse(text)) return std::string(text);
  std::string out;
  json::write_string(out, text);
  return out;
}

template <>
std::string schema_of<JobWish>() {
  return json::schema<JobWish>();
}
template <>
std::string schema_of<JobReportWish>() {
  return json::schema<JobReportWish>();
}
template <>
std::string schema_of<ReasonWish>() {
  return json::schema<ReasonWish>();
}
template <>
std::string schema_of<SignalWish>() {
  return json::schema<SignalWish>();
}
template <>
std::string schema_of<HookWish>() {
  return json::schema<HookWish>();
}
template <>
std::string schema_of<ClaimWish>() {
  return json::schema<ClaimWish>();
}
template <>
std::string schema_of<ClaimAnswer>() {
  return json::schema<ClaimAnswer>();
}

}  // namespace tamarack::wire
