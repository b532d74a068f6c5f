#include "io/names.h"

#include <netdb.h>
#include <sys/socket.h>

#include <array>
#include <charconv>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "io/context.h"

namespace tamarack::io {
namespace {

using Key = std::pair<std::string, std::string>;  // host, port

std::optional<std::uint16_t> number_of(std::string_view port) {
  std::uint16_t number = 0;
  const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (failed != std::errc{} || end != port.data() + port.size()) return std::nullopt;
  return number;
}

std::optional<Address> as_numbers(const std::string& host, const std::string& port) {
  boost::system::error_code is_name;
  asio::ip::make_address(host, is_name);
  const auto number = number_of(port);
  if (is_name || !number) return std::nullopt;
  return Address{host, *number};
}

}  // namespace

Result<std::vector<Address>> look_up_of_system(const std::string& host, const std::string& port) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* all = nullptr;
  const int failed = ::getaddrinfo(host.c_str(), port.c_str(), &wanted, &all);
  if (failed != 0) return make_error(ErrorCode::unavailable, ::gai_strerror(failed));
  std::vector<Address> addresses;
  for (const addrinfo* one = all; one != nullptr; one = one->ai_next) {
    std::array<char, NI_MAXHOST> ip{};
    std::array<char, NI_MAXSERV> number{};
    if (::getnameinfo(one->ai_addr, one->ai_addrlen, ip.data(), ip.size(), number.data(), number.size(), NI_NUMERICHOST | NI_NUMERICSERV) !=
        0)
      continue;
    if (auto address = as_numbers(ip.data(), number.data())) addresses.push_back(std::move(*address));
  }
  ::freeaddrinfo(all);
  if (addresses.empty()) return make_error(ErrorCode::unavailable, "the name has no address");
  return addresses;
}

// Of the loop's thread alone, but for what Answer guards.
struct Names::State {
  // What the threads see: the loop, until it goes.
  struct Answer {
    std::mutex mutex;
    Loop* loop;
  };

  State(Loop& used_loop, Lookup used_lookup) : loop(used_loop), lookup(std::move(used_lookup)), answer(std::make_shared<Answer>()) {
    answer->loop = &used_loop;
  }

  void begin(const std::shared_ptr<State>& self, const Key& key) {
    ++running;
    try {
      std::thread([lookup = lookup, key, answer = answer, weak = std::weak_ptr(self)] {
        auto result = std::make_shared<Result<std::vector<Address>>>(lookup(key.first, key.second));
        const std::scoped_lock lock(answer->mutex);
        if (answer->loop == nullptr) return;
        answer->loop->post([key, result, weak] {
          if (const auto state = weak.lock()) state->ended(state, key, *result);
        });
      }).detach();
    } catch (const std::system_error& failed) {
      loop.post([key, weak = std::weak_ptr(self), why = std::string(failed.what())] {
        if (const auto state = weak.lock()) state->ended(state, key, make_error(ErrorCode::unavailable, "no thread: " + why));
      });
    }
  }

  void ended(const std::shared_ptr<State>& self, const Key& key, const Result<std::vector<Address>>& result) {
    --running;
    const auto node = waiting.extract(key);
    while (running < lookups_max && !line.empty()) {
      const Key next = std::move(line.front());
      line.pop_front();
      begin(self, next);
    }
    for (const Found& found : node.mapped()) found(result);
  }

  Loop& loop;
  Lookup lookup;
  std::shared_ptr<Answer> answer;
  std::map<Key, std::vector<Found>> waiting;  // for each name that is looked up, or stands in the line
  std::deque<Key> line;
  int running = 0;
};

Names::Names(Loop& loop, Lookup lookup) : state_(std::make_shared<State>(loop, std::move(lookup))) {}

Names::~Names() {
  const std::scoped_lock lock(state_->answer->mutex);
  state_->answer->loop = nullptr;
}

void Names::look_up(const std::string& host, const std::string& port, Found found) {
  if (auto address = as_numbers(host, port)) {
    state_->loop.post([weak = std::weak_ptr(state_), address = std::move(*address), found = std::move(found)] {
      if (!weak.expired()) found(std::vector<Address>{address});
    });
    return;
  }
  const Key key{host, port};
  const auto [at, is_new] = state_->waiting.try_emplace(key);
  at->second.push_back(std::move(found));
  if (!is_new) return;
  if (state_->running < lookups_max)
    state_->begin(state_, key);
  else
    state_->line.push_back(key);
}

Names& names_of(Loop& loop) {
  return *loop.context().names;
}

void use_lookup(Loop& loop, Lookup lookup) {
  loop.context().names = std::make_unique<Names>(loop, std::move(lookup));
}

std::vector<asio::ip::tcp::endpoint> endpoints_of(const std::vector<Address>& addresses) {
  std::vector<asio::ip::tcp::endpoint> endpoints;
  for (const Address& address : addresses) {
    boost::system::error_code failed;
    const auto ip = asio::ip::make_address(address.ip, failed);
    if (!failed) endpoints.emplace_back(ip, address.port);
  }
  return endpoints;
}

}  // namespace tamarack::io
