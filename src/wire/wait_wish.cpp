#include "wire/wait_wish.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "flow/json_path.h"
#include "wire/json.h"
#include "wire/wish_rules.h"
#include "wire/wish_sources.h"

namespace tamarack::wire {
namespace {

using boost::json::value;

constexpr std::int64_t ms_max = flow::wait_limit_max.count();
constexpr std::int64_t hold_times_max = 1'000;
constexpr std::size_t name_bytes_max = 200;
constexpr std::string_view any_base = "http://app";  // for the addresses of a form whose base is known only later

struct Wish {
  flow::WaitSpec spec;
  FormProblems problems;
  std::set<std::string> places;
};

class Reader {
 public:
  Reader(Wish& wish, const std::vector<flow::Captured>* captures, std::string_view base_url)
      : wish_(wish), texts_(wish.problems, captures == nullptr ? nullptr : &captures_, base_url) {
    if (captures != nullptr) captures_ = *captures;
  }

  void read(const value& document) {
    Form form(document, "", wish_.problems);
    wish_.spec.name = name_of(form, "name");
    wish_.spec.owner = name_of(form, "owner");
    read_join(form);
    if (const value* captures = form.any("captures")) read_own_captures(*captures);
    if (const auto limit = form.integer("timeout_ms", 1, ms_max)) wish_.spec.limit = Millis{*limit};
    if (const value* pace = form.any("pace")) read_pace(*pace);
    if (const value* conditions = form.any("conditions"))
      read_conditions(*conditions);
    else if (form.is_object())
      form.refuse("conditions", "is missing");
    form.finish();
    wish_.places = texts_.places();
    wish_.spec.problems = texts_.unfilled();
    if (wish_.problems.empty()) read_again();
  }

 private:
  std::string name_of(Form& form, std::string_view key) {
    std::string text = form.text_or_empty(key);
    if (text.size() > name_bytes_max) form.refuse(key, fmt::format("must be at most {} bytes, got {}", name_bytes_max, text.size()));
    return text;
  }

  void read_join(Form& form) {
    const auto join = form.text("join");
    if (!join) return;
    if (*join == "any")
      wish_.spec.join = flow::Join::any;
    else if (*join != "all")
      form.refuse("join", fmt::format("expected all or any, got '{}'", *join));
  }

  // Before the texts that they fill.
  void read_own_captures(const value& captures) {
    const auto* object = captures.if_object();
    if (object == nullptr) return wish_.problems.add("captures", fmt::format("expected an object, got {}", flow::kind_name(captures)));
    for (const auto& member : *object) {
      const std::string name(member.key());
      const auto is_it = [&name](const flow::Captured& one) { return one.name == name; };
      if (!is_plain_name(name))
        wish_.problems.add("captures", fmt::format("'{}' is no name of a capture", name));
      else if (std::none_of(captures_.begin(), captures_.end(), is_it))
        captures_.push_back({name, boost::json::serialize(member.value())});
    }
  }

  void read_pace(const value& pace) {
    Form form(pace, "pace", wish_.problems);
    if (const auto min = form.integer("min_ms", 1, ms_max)) wish_.spec.pace.min = Millis{*min};
    if (const auto max = form.integer("max_ms", 1, ms_max)) wish_.spec.pace.max = Millis{*max};
    if (const auto net = form.integer("net_ms", 1, ms_max)) wish_.spec.pace.net = Millis{*net};
    // One end alone moves the other: who asks for looks every second does not have to know what usually is the most.
    if (!form.has("max_ms")) wish_.spec.pace.max = std::max(wish_.spec.pace.max, wish_.spec.pace.min);
    if (!form.has("min_ms")) wish_.spec.pace.min = std::min(wish_.spec.pace.min, wish_.spec.pace.max);
    if (!form.has("net_ms")) wish_.spec.pace.net = std::max(wish_.spec.pace.net, wish_.spec.pace.min);
    if (wish_.spec.pace.max < wish_.spec.pace.min || wish_.spec.pace.net < wish_.spec.pace.min)
      wish_.problems.add("pace", "expected min_ms <= max_ms and min_ms <= net_ms");
    form.finish();
  }

  void read_conditions(const value& conditions) {
    const auto* items = conditions.if_array();
    if (items == nullptr) return wish_.problems.add("conditions", fmt::format("expected an array, got {}", flow::kind_name(conditions)));
    if (items->empty() || items->size() > flow::conditions_max)
      return wish_.problems.add("conditions", fmt::format("expected 1 to {}, got {}", flow::conditions_max, items->size()));
    for (std::size_t i = 0; i < items->size(); ++i) read_condition((*items)[i], fmt::format("conditions[{}]", i));
  }

  void read_condition(const value& item, const std::string& path) {
    Form form(item, path, wish_.problems);
    flow::Condition condition{.name = name_of(form, "name")};
    const std::string source = read_wish_source(form, texts_, condition);
    condition.rules = read_wish_rules(form, texts_);
    const bool is_outside = condition.source == flow::SourceKind::outside;
    if (const auto times = form.integer("hold_times", 1, hold_times_max)) {
      condition.hold_times = static_cast<std::int32_t>(*times);
      if (!is_outside) form.refuse("hold_times", "only what is looked at from outside can hold several times");
    }
    read_dropping(form, condition);
    form.finish();
    name(condition, source, path);
    check_captures(condition, path);
    wish_.spec.conditions.push_back(std::move(condition));
  }

  // What has to end when nobody waits for it any more.
  void read_dropping(Form& form, flow::Condition& condition) {
    const bool is_job = condition.source == flow::SourceKind::job;
    const value* cancel = form.any("cancel");
    const bool drops = form.flag("cancel_when_dropped", cancel != nullptr);
    if (cancel != nullptr && condition.source != flow::SourceKind::outside)
      form.refuse("cancel", "only work outside has a request of its own");
    if (drops && !is_job && cancel == nullptr)
      form.refuse("cancel_when_dropped", "'cancel' has to say how; by itself only a job of Tamarack is cancelled");
    if (cancel != nullptr) {
      const std::string request = read_wish_cancel(*cancel, form.path_of("cancel"), texts_, wish_.problems);
      if (drops) condition.cancel_request = request;
    }
    condition.cancel_when_dropped = drops && is_job;
  }

  // A name of its own for each, so that problems, notes and the page can say which one is meant.
  void name(flow::Condition& condition, const std::string& source, const std::string& path) {
    if (!condition.name.empty()) {
      if (!names_.insert(condition.name).second) wish_.problems.add(path + ".name", fmt::format("'{}' is there twice", condition.name));
      return;
    }
    condition.name = source.empty() ? "condition" : source;
    for (int number = 2; !names_.insert(condition.name).second; ++number) condition.name = fmt::format("{} {}", source, number);
  }

  void check_captures(const flow::Condition& condition, const std::string& path) {
    if (wish_.spec.join == flow::Join::any) return;  // there only one of them captures
    for (const flow::CaptureRule& capture : condition.rules.captures)
      if (!captured_.insert(capture.name).second)
        wish_.problems.add(fmt::format("{}.capture.{}", path, capture.name), "another condition captures it, too");
  }

  // What the board would refuse as well. Targets that hold places, or what stood in them, are its own business.
  void read_again() {
    flow::WaitSpec looked_at = wish_.spec;
    looked_at.problems.clear();
    for (flow::Condition& condition : looked_at.conditions)
      if (!condition.target.empty()) condition.target = "there";
    for (const std::string& problem : flow::problems_of(looked_at)) wish_.problems.add("", problem);
  }

  Wish& wish_;
  std::vector<flow::Captured> captures_;
  WishTexts texts_;
  std::set<std::string> names_;
  std::set<std::string> captured_;
};

Wish read(std::string_view text, const std::vector<flow::Captured>* captures, std::string_view base_url) {
  Wish wish;
  if (text.size() > wait_wish_bytes_max) {
    wish.problems.add("", fmt::format("a wish has at most {}, got {}", human_bytes(wait_wish_bytes_max), human_bytes(text.size())));
    return wish;
  }
  const auto document = json::parse(text);
  if (!document)
    wish.problems.add("", document.error().message);
  else
    Reader(wish, captures, base_url).read(*document);
  return wish;
}

}  // namespace

Result<flow::WaitSpec> read_wait_wish(std::string_view text, const std::vector<flow::Captured>& captures, std::string_view base_url) {
  Wish wish = read(text, &captures, base_url);
  if (!wish.problems.empty())
    return make_error(ErrorCode::invalid_argument, "what is to be waited for is wrong: " + join(wish.problems.all(), "; "));
  return std::move(wish.spec);
}

Result<std::string> wish_with_captures(std::string_view text, const std::vector<flow::Captured>& captures) {
  auto document = TRY(json::parse(text));
  if (!document.is_object())
    return make_error(ErrorCode::invalid_argument, fmt::format("a wish is an object, got {}", flow::kind_name(document)));
  value& own = document.get_object()["captures"];
  if (!own.is_object()) own = boost::json::object{};
  for (const flow::Captured& capture : captures) {
    const auto known = json::parse(capture.json);
    // A number that would be written differently, such as one of thirty digits, travels as the text that it is.
    const bool is_itself = known && (!known->is_number() || boost::json::serialize(*known) == capture.json);
    own.get_object()[capture.name] = is_itself ? *known : value(boost::json::string(capture.json));
  }
  std::string wish = boost::json::serialize(document);
  if (wish.size() <= wait_wish_bytes_max) return wish;
  return make_error(ErrorCode::invalid_argument, fmt::format("with its captures the wish has {}, at most {}", human_bytes(wish.size()),
                                                             human_bytes(wait_wish_bytes_max)));
}

std::vector<std::string> problems_of_wish(std::string_view text) {
  return read(text, nullptr, any_base).problems.all();
}

std::vector<std::string> places_of_wish(std::string_view text) {
  const Wish wish = read(text, nullptr, any_base);
  return {wish.places.begin(), wish.places.end()};
}

}  // namespace tamarack::wire
