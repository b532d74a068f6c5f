#include "probe/probes.h"

#include <fmt/format.h>

#include "base/text.h"
#include "probe/command_source.h"
#include "probe/file_source.h"
#include "probe/folder_watches.h"
#include "probe/http_source.h"
#include "probe/log_source.h"
#include "probe/postgres_source.h"
#include "probe/rabbit_source.h"
#include "probe/redis_source.h"
#include "probe/secrets.h"
#include "probe/tcp_source.h"

namespace tamarack::probe {

struct Probes::Look {
  wire::ProbeRequest request;
  Answered done;  // empty: answered
  io::Timer deadline;
};

// Pushes are gathered: one call per turn of the loop, however many came.
struct Probes::Watch {
  std::size_t source = 0;
  std::function<void()> pushed;
  bool announced = false;
};

Probes::Probes(io::Loop& loop, ProbesOptions options) : loop_(loop), options_(std::move(options)) {
  const auto folders = std::make_shared<FolderWatches>(loop_);
  const auto set = [this]<class Request>(std::in_place_type_t<Request>, std::unique_ptr<Source> source) {
    sources_.at(wire::ProbeRequest(std::in_place_type<Request>).index()) = std::move(source);
  };
  set(std::in_place_type<wire::HttpProbe>, std::make_unique<HttpSource>(loop_, options_));
  set(std::in_place_type<wire::RedisProbe>, std::make_unique<RedisSource>(loop_, options_));
  set(std::in_place_type<wire::PostgresProbe>, std::make_unique<PostgresSource>(loop_, options_));
  set(std::in_place_type<wire::RabbitProbe>, std::make_unique<RabbitSource>(loop_, options_));
  set(std::in_place_type<wire::FileProbe>, std::make_unique<FileSource>(loop_, folders));
  set(std::in_place_type<wire::TcpProbe>, std::make_unique<TcpSource>(loop_, options_));
  set(std::in_place_type<wire::LogProbe>, std::make_unique<LogSource>(loop_, folders));
  set(std::in_place_type<wire::CommandProbe>, std::make_unique<CommandSource>(loop_, options_));
}

Probes::~Probes() {
  for (const auto& look : looks_) look->done = nullptr;
  for (const auto& [text, watch] : watches_) watch->pushed = nullptr;
}

void Probes::ask(const std::string& text, Answered done) {
  auto look = std::make_shared<Look>();
  look->done = std::move(done);
  looks_.insert(look);
  auto request = wire::parse_probe_request(text);
  if (!request) return answer(look, flow::NoAnswer{request.error().message});
  look->request = *request;
  // The source's answer and the deadline come through here; the second one finds nobody.
  const auto answered = [this, weak = std::weak_ptr(look)](flow::Answer given) {
    if (const auto alive = weak.lock(); alive && alive->done) answer(alive, std::move(given));
  };
  look->deadline = loop_.after(options_.look_max, [this, answered] {
    answered(flow::NoAnswer{fmt::format("no answer within {}", human_duration(options_.look_max))});
  });
  sources_.at(request->index())->ask(text, *request, answered);
}

void Probes::answer(const std::shared_ptr<Look>& look, flow::Answer answer) {
  look->deadline.cancel();
  looks_.erase(look);
  if (auto* none = std::get_if<flow::NoAnswer>(&answer)) none->what = to_valid_utf8(without_secrets_of(look->request, none->what));
  auto done = std::exchange(look->done, nullptr);
  // Never from inside the call. `again` carries it, so that the end of this object still finds it.
  auto again = std::make_shared<Look>();
  again->done = std::move(done);
  looks_.insert(again);
  loop_.post([this, weak = std::weak_ptr(again), answer = std::move(answer)]() mutable {
    const auto alive = weak.lock();
    if (!alive || !alive->done) return;
    looks_.erase(alive);
    const Answered call = std::exchange(alive->done, nullptr);
    call(std::move(answer));
  });
}

void Probes::watch(const std::string& text, std::function<void()> pushed) {
  const auto request = wire::parse_probe_request(text);
  if (!request) return;
  const auto found = watches_.find(text);
  if (found != watches_.end()) {
    found->second->pushed = nullptr;
    sources_.at(found->second->source)->unwatch(text);
    watches_.erase(found);
  }
  auto watch = std::make_shared<Watch>(Watch{.source = request->index(), .pushed = std::move(pushed)});
  watches_[text] = watch;
  sources_.at(watch->source)->watch(text, *request, [&loop = loop_, weak = std::weak_ptr(watch)] {
    const auto heard = weak.lock();
    if (!heard || std::exchange(heard->announced, true)) return;
    loop.post([weak] {
      const auto alive = weak.lock();
      if (!alive || !alive->pushed) return;
      alive->announced = false;
      const auto call = alive->pushed;  // a copy: it may unwatch
      call();
    });
  });
}

void Probes::unwatch(const std::string& text) {
  const auto found = watches_.find(text);
  if (found == watches_.end()) {
    if (const auto request = wire::parse_probe_request(text)) sources_.at(request->index())->unwatch(text);
    return;
  }
  found->second->pushed = nullptr;
  const std::size_t source = found->second->source;
  watches_.erase(found);
  sources_.at(source)->unwatch(text);
}

void Probes::doubt(const std::string& text, std::function<void(std::string)> doubted) {
  const auto found = watches_.find(text);
  const auto request = wire::parse_probe_request(text);
  if (found == watches_.end() || !request) return;
  sources_.at(request->index())
      ->doubt(*request, [&loop = loop_, weak = std::weak_ptr(found->second), doubted = std::move(doubted)](std::string why) {
        loop.post([weak, doubted, why = std::move(why)] {
          if (const auto alive = weak.lock(); alive && alive->pushed) doubted(why);
        });
      });
}

namespace {

Result<> effect_of(const flow::Answer& answer) {
  if (const auto* none = std::get_if<flow::NoAnswer>(&answer)) return make_error(ErrorCode::unavailable, none->what);
  const auto* http = std::get_if<flow::HttpAnswer>(&answer);
  if (http == nullptr) return {};
  const bool done = (http->status >= 200 && http->status < 300) || http->status == 404 || http->status == 410;
  if (done) return {};
  const std::string_view said = trim(http->body);
  return make_error(ErrorCode::unavailable,
                    fmt::format("answered {}{}{}", http->status, said.empty() ? "" : ": ", to_valid_utf8(said.substr(0, 300))));
}

}  // namespace

void Probes::send(const std::string& request, std::function<void(Result<>)> done) {
  ask(request, [done = std::move(done)](const flow::Answer& answer) { done(effect_of(answer)); });
}

}  // namespace tamarack::probe
