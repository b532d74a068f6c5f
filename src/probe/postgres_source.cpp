#include "probe/postgres_source.h"

#include <fmt/format.h>

#include <set>

#include "probe/backoff.h"
#include "probe/postgres_session.h"

namespace tamarack::probe {
namespace {

using std::chrono::steady_clock;

constexpr Millis quiet_max{60'000};       // a connection for looks that nobody used for so long is given back
constexpr Millis check_interval{20'000};  // a silent LISTEN is asked whether it still stands

flow::Answer answer_of(const Result<PostgresSession::Row>& row) {
  if (!row) return flow::NoAnswer{row.error().message};
  flow::ValueAnswer answer{.exists = row->exists, .body = row->json};
  answer.truncated = answer.body.size() > flow::answer_bytes_max;
  if (answer.truncated) answer.body.resize(flow::answer_bytes_max);
  return answer;
}

}  // namespace

// The thread has the session to itself.
struct PostgresSource::Looks {
  Looks(io::Loop& loop, std::string address)
      : url(std::move(address)),
        session(std::make_shared<std::unique_ptr<PostgresSession>>()),
        thread(loop, [mine = session](Post& post) { live(post, *mine); }) {}
  using Post = SideThread::Post;

  static void live(Post& post, std::unique_ptr<PostgresSession>& session) {
    current() = &post;
    while (!post.closed()) {
      if (const auto job = post.take()) {
        job();
        continue;
      }
      if (post.wake().wait({}, quiet_max) == io::Wake::Reason::timeout) session.reset();
    }
    session.reset();
  }
  // Jobs run on this thread only, where there is one post.
  static Post*& current() {
    thread_local Post* post = nullptr;
    return post;
  }

  void ask(const std::string& query, Deadline deadline, Answered done) {
    thread.put([mine = session, address = url, query, deadline, done = std::move(done)] {
      if (steady_clock::now() >= deadline) return;  // it waited too long in the line: the look was answered so
      Post& post = *current();
      const auto row = look(post, *mine, address, query, deadline);
      post.tell([done, answer = answer_of(row)] { done(answer); });
    });
  }

  static Result<PostgresSession::Row> look(Post& post, std::unique_ptr<PostgresSession>& session, const std::string& url,
                                           const std::string& query, Deadline deadline) {
    const bool was_open = session != nullptr;
    if (!session) session = TRY(PostgresSession::open(url, post, deadline));
    auto row = session->first_row(query, deadline);
    if (!session->broken()) return row;
    session.reset();
    // A server that was restarted meanwhile: the old connection says nothing about the new server.
    if (!was_open || post.closed() || steady_clock::now() >= deadline) return row;
    return look(post, session, url, query, deadline);
  }

  std::string url;
  std::shared_ptr<std::unique_ptr<PostgresSession>> session;
  SideThread thread;
};

struct PostgresSource::Listener {
  using Heard = std::function<void(const std::string& channel)>;  // on the loop

  // What the thread knows.
  struct Mind {
    std::string url;
    Millis patience;
    Backoff backoff;
    Heard heard;
    std::set<std::string> wanted;     // touched by jobs alone
    std::set<std::string> listening;  // on this session
  };

  Listener(io::Loop& loop, const std::string& url, const ProbesOptions& options, Heard heard)
      : mind(std::make_shared<Mind>(Mind{url, options.look_max, Backoff(options.retry_min, options.retry_max), std::move(heard), {}, {}})),
        thread(loop, [mine = mind](SideThread::Post& post) { live(post, *mine); }) {}

  void want(const std::string& channel, bool yes) {
    thread.put([mine = mind, channel, yes] {
      if (yes)
        mine->wanted.insert(channel);
      else
        mine->wanted.erase(channel);
    });
  }

  static void live(SideThread::Post& post, Mind& mind) {
    while (!post.closed()) {
      while (const auto job = post.take()) job();
      if (const auto stood = stand(post, mind); stood || post.closed()) continue;
      // Jobs that come meanwhile wait, too: there is nobody to tell.
      const Deadline until = steady_clock::now() + mind.backoff.failed();
      while (!post.closed() && steady_clock::now() < until)
        post.wake().wait({}, std::chrono::duration_cast<Millis>(until - steady_clock::now()) + Millis{1});
    }
  }

  // From the connection until it is lost.
  static Result<> stand(SideThread::Post& post, Mind& mind) {
    mind.listening.clear();
    const auto session = TRY(PostgresSession::open(mind.url, post, steady_clock::now() + mind.patience));
    while (!post.closed()) {
      while (const auto job = post.take()) job();
      TRY_VOID(agree(*session, post, mind));
      mind.backoff.succeeded();
      bool silent = true;
      TRY_VOID(session->notices(check_interval, [&](const std::string& channel) {
        silent = false;
        post.tell([heard = mind.heard, channel] { heard(channel); });
      }));
      if (silent) TRY_VOID(session->check(steady_clock::now() + mind.patience));
    }
    return {};
  }

  // Listens to what is wanted and not heard yet, and the other way round.
  static Result<> agree(PostgresSession& session, SideThread::Post& post, Mind& mind) {
    const Deadline deadline = steady_clock::now() + mind.patience;
    for (const std::string& channel : mind.wanted) {
      if (mind.listening.contains(channel)) continue;
      TRY_VOID(session.listen(channel, deadline));
      mind.listening.insert(channel);
      post.tell([heard = mind.heard, channel] { heard(channel); });  // armed
    }
    for (auto one = mind.listening.begin(); one != mind.listening.end();) {
      if (mind.wanted.contains(*one)) {
        ++one;
        continue;
      }
      TRY_VOID(session.unlisten(*one, deadline));
      one = mind.listening.erase(one);
    }
    return {};
  }

  std::shared_ptr<Mind> mind;
  SideThread thread;
};

PostgresSource::PostgresSource(io::Loop& loop, const ProbesOptions& options) : loop_(loop), options_(options) {}
PostgresSource::~PostgresSource() = default;

void PostgresSource::ask(const std::string&, const wire::ProbeRequest& request, Answered done) {
  const auto& probe = std::get<wire::PostgresProbe>(request);
  auto& looks = looks_[probe.url];
  if (!looks) looks = std::make_unique<Looks>(loop_, probe.url);
  looks->ask(probe.query, steady_clock::now() + options_.look_max * 9 / 10, std::move(done));
}

void PostgresSource::watch(const std::string& text, const wire::ProbeRequest& request, Pushed pushed) {
  const auto& probe = std::get<wire::PostgresProbe>(request);
  if (probe.channel.empty()) return;
  bool is_known = false;
  for (const auto& [other, watch] : watches_) is_known = is_known || (watch.url == probe.url && watch.channel == probe.channel);
  watches_[text] = {probe.url, probe.channel, pushed};
  auto& listener = listeners_[probe.url];
  if (!listener)
    listener = std::make_unique<Listener>(loop_, probe.url, options_,
                                          [this, weak = std::weak_ptr(alive_), url = probe.url](const std::string& channel) {
                                            if (!weak.expired()) heard(url, channel);
                                          });
  listener->want(probe.channel, true);
  if (is_known) pushed();  // armed already, or pushed with the others when it is
}

void PostgresSource::unwatch(const std::string& text) {
  const auto found = watches_.find(text);
  if (found == watches_.end()) return;
  const Watch gone = std::move(found->second);
  watches_.erase(found);
  bool same_url = false;
  bool same_channel = false;
  for (const auto& [other, watch] : watches_) {
    same_url = same_url || watch.url == gone.url;
    same_channel = same_channel || (watch.url == gone.url && watch.channel == gone.channel);
  }
  if (!same_url)
    listeners_.erase(gone.url);
  else if (!same_channel)
    listeners_.at(gone.url)->want(gone.channel, false);
}

void PostgresSource::heard(const std::string& url, const std::string& channel) {
  for (const auto& [text, watch] : watches_)
    if (watch.url == url && watch.channel == channel) watch.pushed();
}

}  // namespace tamarack::probe
