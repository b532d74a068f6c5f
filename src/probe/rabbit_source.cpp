#include "probe/rabbit_source.h"

#include <chrono>
#include <map>
#include <set>

#include "probe/backoff.h"
#include "probe/rabbit_session.h"

namespace tamarack::probe {
namespace {

using std::chrono::steady_clock;

constexpr Millis quiet_max{60'000};  // a connection for looks that nobody used for so long is given back
constexpr Millis patience{20'000};   // of one wait for messages; what is wanted wakes it

RabbitSession::Options session_options(const std::string& url, const ProbesOptions& options) {
  return {.url = url, .ca_file = options.ca_file, .answer_max = options.look_max * 8 / 10};
}

flow::Answer answer_of(const Result<RabbitMessage>& message) {
  if (!message && message.error().code == ErrorCode::not_found) return flow::ValueAnswer{};
  if (!message) return flow::NoAnswer{message.error().message};
  return flow::ValueAnswer{.exists = message->exists, .body = message->json, .truncated = message->truncated};
}

}  // namespace

// ---- queues

struct RabbitSource::Looks {
  struct Mind {
    RabbitSession::Options options;
    std::unique_ptr<RabbitSession> session;
    SideThread::Post* post = nullptr;
  };

  Looks(io::Loop& loop, RabbitSession::Options options)
      : mind(std::make_shared<Mind>(Mind{std::move(options), nullptr, nullptr})), thread(loop, [mine = mind](SideThread::Post& post) {
          mine->post = &post;
          while (!post.closed()) {
            if (const auto job = post.take()) {
              job();
              continue;
            }
            if (post.wake().wait({}, quiet_max) == io::Wake::Reason::timeout) mine->session.reset();
          }
          mine->session.reset();
        }) {}

  void ask(const std::string& queue, steady_clock::time_point deadline, Answered done) {
    thread.put([mine = mind, queue, deadline, done = std::move(done)] {
      if (steady_clock::now() >= deadline) return;  // it waited too long in the line: the look was answered so
      mine->post->tell([done, answer = answer_of(look(*mine, queue, deadline))] { done(answer); });
    });
  }

  static Result<RabbitMessage> look(Mind& mind, const std::string& queue, steady_clock::time_point deadline) {
    const bool was_open = mind.session != nullptr;
    if (!was_open) mind.session = TRY(RabbitSession::open(mind.options, *mind.post));
    auto message = mind.session->peek(queue);
    if (!mind.session->broken()) return message;
    mind.session.reset();
    // A broker that was restarted meanwhile, or that has left a connection which said nothing for long.
    if (message || !was_open || mind.post->closed() || steady_clock::now() >= deadline) return message;
    return look(mind, queue, deadline);
  }

  std::shared_ptr<Mind> mind;
  SideThread thread;
};

// ---- exchanges

// What has come for one request. Lives on the loop.
struct RabbitSource::Heard {
  std::string url;
  Pushed pushed;
  bool armed = false;
  std::optional<RabbitMessage> newest;
  std::optional<Error> trouble;  // why it is not armed
  struct Asking {
    Answered done;
  };
  std::vector<Asking> asking;  // until it is armed, or known why not

  flow::Answer answer() const {
    if (newest) return answer_of(*newest);
    if (trouble) return answer_of(*trouble);
    return flow::ValueAnswer{};
  }
  void settle() {
    for (const Asking& one : std::exchange(asking, {})) one.done(answer());
  }
};

struct RabbitSource::Consumer {
  struct Binding {
    std::string exchange;
    std::string routing_key;
    std::weak_ptr<Heard> heard;  // locked on the loop alone
  };
  struct Mind {
    RabbitSession::Options options;
    Backoff backoff;
    std::map<std::string, Binding> wanted;  // by text; touched by jobs alone
    std::map<std::string, int> numbers;     // of this session
    std::set<std::string> refused;          // on this session: asked for again when the session is looked at again
  };

  Consumer(io::Loop& loop, RabbitSession::Options options, const ProbesOptions& probes)
      : mind(std::make_shared<Mind>(Mind{std::move(options), Backoff(probes.retry_min, probes.retry_max), {}, {}, {}})),
        thread(loop, [mine = mind](SideThread::Post& post) { live(post, *mine); }) {}

  void want(const std::string& text, Binding binding) {
    thread.put([mine = mind, text, binding = std::move(binding)] { mine->wanted[text] = binding; });
  }
  void leave(const std::string& text) {
    thread.put([mine = mind, text] { mine->wanted.erase(text); });
  }

  static void live(SideThread::Post& post, Mind& mind) {
    while (!post.closed()) {
      while (const auto job = post.take()) job();
      const auto stood = stand(post, mind);
      if (stood || post.closed()) continue;
      for (const auto& [text, binding] : mind.wanted) tell_trouble(post, binding, stood.error());
      const auto until = steady_clock::now() + mind.backoff.failed();
      while (!post.closed() && steady_clock::now() < until)
        post.wake().wait({}, std::chrono::duration_cast<Millis>(until - steady_clock::now()) + Millis{1});
    }
  }

  // From the connection until it is lost.
  static Result<> stand(SideThread::Post& post, Mind& mind) {
    mind.numbers.clear();
    mind.refused.clear();
    const auto session = TRY(RabbitSession::open(mind.options, post));
    mind.backoff.succeeded();
    while (!post.closed()) {
      while (const auto job = post.take()) job();
      TRY_VOID(agree(*session, post, mind));
      const Millis until_next = mind.refused.empty() ? patience : Millis{1'000};
      TRY_VOID(session->messages(until_next, [&](int number, const RabbitMessage& message) { take(post, mind, number, message); }));
      mind.refused.clear();
    }
    return {};
  }

  static Result<> agree(RabbitSession& session, SideThread::Post& post, Mind& mind) {
    for (auto one = mind.numbers.begin(); one != mind.numbers.end();) {
      if (mind.wanted.contains(one->first)) {
        ++one;
        continue;
      }
      session.stop(one->second);
      one = mind.numbers.erase(one);
    }
    for (const auto& [text, binding] : mind.wanted) {
      if (mind.numbers.contains(text) || mind.refused.contains(text)) continue;
      const auto number = session.consume(binding.exchange, binding.routing_key);
      if (session.broken()) return number ? Result<>(make_error(ErrorCode::unavailable, "the connection was lost")) : number.error();
      if (!number) {
        mind.refused.insert(text);
        tell_trouble(post, binding, number.error());
        continue;
      }
      mind.numbers[text] = *number;
      post.tell([weak = binding.heard] {
        const auto heard = weak.lock();
        if (!heard) return;
        heard->armed = true;
        heard->trouble.reset();
        heard->settle();
        if (heard->pushed) heard->pushed();
      });
    }
    return {};
  }

  static void take(SideThread::Post& post, Mind& mind, int number, const RabbitMessage& message) {
    for (const auto& [text, known] : mind.numbers) {
      if (known != number || !mind.wanted.contains(text)) continue;
      post.tell([weak = mind.wanted.at(text).heard, message] {
        const auto heard = weak.lock();
        if (!heard) return;
        heard->newest = message;
        heard->settle();
        if (heard->pushed) heard->pushed();
      });
    }
  }

  static void tell_trouble(SideThread::Post& post, const Binding& binding, const Error& error) {
    post.tell([weak = binding.heard, error] {
      const auto heard = weak.lock();
      if (!heard) return;
      heard->armed = false;
      heard->trouble = error;
      heard->settle();
    });
  }

  std::shared_ptr<Mind> mind;
  SideThread thread;
};

// ---- the source

RabbitSource::RabbitSource(io::Loop& loop, const ProbesOptions& options) : loop_(loop), options_(options) {}
RabbitSource::~RabbitSource() = default;

RabbitSource::Heard& RabbitSource::hear(const std::string& text, const wire::RabbitProbe& probe) {
  auto& heard = heard_[text];
  if (heard) return *heard;
  heard = std::make_shared<Heard>();
  heard->url = probe.url;
  auto& consumer = consumers_[probe.url];
  if (!consumer) consumer = std::make_unique<Consumer>(loop_, session_options(probe.url, options_), options_);
  consumer->want(text, {probe.exchange, probe.routing_key, heard});
  return *heard;
}

void RabbitSource::ask(const std::string& text, const wire::ProbeRequest& request, Answered done) {
  const auto& probe = std::get<wire::RabbitProbe>(request);
  if (!probe.exchange.empty()) {
    Heard& heard = hear(text, probe);
    if (heard.armed || heard.newest || heard.trouble) return done(heard.answer());
    heard.asking.push_back({std::move(done)});
    return;
  }
  auto& looks = looks_[probe.url];
  if (!looks) looks = std::make_unique<Looks>(loop_, session_options(probe.url, options_));
  looks->ask(probe.queue, steady_clock::now() + options_.look_max * 9 / 10, std::move(done));
}

void RabbitSource::watch(const std::string& text, const wire::ProbeRequest& request, Pushed pushed) {
  const auto& probe = std::get<wire::RabbitProbe>(request);
  if (probe.exchange.empty()) return;
  Heard& heard = hear(text, probe);
  heard.pushed = pushed;
  if (heard.armed) pushed();
}

void RabbitSource::unwatch(const std::string& text) {
  const auto found = heard_.find(text);
  if (found == heard_.end()) return;
  const std::string url = found->second->url;
  heard_.erase(found);
  for (const auto& [other, heard] : heard_)
    if (heard->url == url) return consumers_.at(url)->leave(text);
  consumers_.erase(url);
}

}  // namespace tamarack::probe
