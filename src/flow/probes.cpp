#include "flow/probes.h"

#include <algorithm>

namespace tamarack::flow {
namespace {

// What was pushed has most likely changed: at a host with more to look at than it may be asked, it stands before looks that are only due.
constexpr Millis ahead{3'600'000};

// Files of this machine: looks at them cost nobody a request.
constexpr std::string_view own_files = "file";

}  // namespace

bool Probes::want(const std::string& request, const std::string& host, Subscriber subscriber, Instant due) {
  const auto [at, is_new] = probes_.try_emplace(request);
  Probe& probe = at->second;
  if (is_new) {
    probe.host = host;
    ++hosts_[host].probes;
  }
  probe.subscribers.insert(std::move(subscriber));
  const Instant fresh = is_new ? due : std::max({due, probe.asked + limits_.again_min, probe.floor});
  if (probe.number != 0)
    again(probe, fresh);  // the answer in flight may be older than this wait
  else if (!probe.is_queued || fresh < probe.due)
    queue(request, probe, fresh);
  return is_new;
}

void Probes::again(Probe& probe, Instant due) {
  probe.again = probe.again ? std::min(*probe.again, due) : due;
}

bool Probes::leave(const std::string& request, const Subscriber& subscriber) {
  const auto at = probes_.find(request);
  if (at == probes_.end()) return false;
  Probe& probe = at->second;
  probe.subscribers.erase(subscriber);
  if (!probe.subscribers.empty()) return false;
  unqueue(request, probe);
  if (probe.number != 0) land(request, probe);
  const std::string name = probe.host;
  probes_.erase(at);
  if (--hosts_.at(name).probes == 0) quiet_.insert(name);
  return true;
}

void Probes::hurry(const std::string& request, Instant now) {
  const auto at = probes_.find(request);
  if (at == probes_.end()) return;
  Probe& probe = at->second;
  if (probe.number != 0)
    again(probe, now - ahead);
  else if (!probe.is_queued || now - ahead < probe.due)
    queue(request, probe, now - ahead);
}

void Probes::plan(const std::string& request, Instant due) {
  const auto at = probes_.find(request);
  if (at == probes_.end() || at->second.number != 0) return;
  const Instant patient = std::max(due, at->second.floor);
  if (!at->second.is_queued || patient < at->second.due) queue(request, at->second, patient);
}

std::vector<ProbeOrder> Probes::take_due(Instant now) {
  forget_quiet_hosts(now);
  std::vector<ProbeOrder> orders;
  while (!ready_.empty() && ready_.begin()->first <= now && in_flight() < limits_.in_flight_max) {
    const std::string name = ready_.begin()->second;
    Host& host = hosts_.at(name);
    const std::string request = host.queue.begin()->second;
    Probe& probe = probes_.at(request);
    host.queue.erase(host.queue.begin());
    probe.is_queued = false;
    probe.again.reset();
    probe.number = ++last_number_;
    probe.asked = now;
    flying_.insert({now + limits_.answer_max, request});
    ++host.in_flight;
    if (name != own_files) host.budget_at = std::max(host.budget_at, now) + limits_.host_interval;
    refresh(name, host);
    orders.push_back({request, probe.number});
  }
  return orders;
}

std::optional<Instant> Probes::answered(const std::string& request, std::int64_t number) {
  const auto at = probes_.find(request);
  if (at == probes_.end() || number == 0 || at->second.number != number) return std::nullopt;
  Probe& probe = at->second;
  hosts_.at(probe.host).slow = 0;
  land(request, probe);
  if (probe.again) queue(request, probe, *probe.again);
  return probe.asked;
}

void Probes::hold(const std::string& request, bool whole_host, Instant until) {
  const auto at = probes_.find(request);
  if (at == probes_.end()) return;
  Probe& probe = at->second;
  if (whole_host) {
    Host& host = hosts_.at(probe.host);
    host.held_until = std::max(host.held_until, until);
    refresh(probe.host, host);
    return;
  }
  probe.floor = std::max(probe.floor, until);
}

std::vector<std::string> Probes::give_up(Instant now) {
  std::vector<std::string> given_up;
  while (!flying_.empty() && flying_.begin()->first <= now) {
    const std::string request = flying_.begin()->second;
    Probe& probe = probes_.at(request);
    Host& host = hosts_.at(probe.host);
    const Millis pause{limits_.slow_pause.count() << std::min<std::int64_t>(host.slow++, 10)};
    host.held_until = std::max(host.held_until, now + std::min(pause, limits_.slow_pause_max));
    land(request, probe);
    if (probe.again) queue(request, probe, *probe.again);
    given_up.push_back(request);
  }
  return given_up;
}

std::optional<Instant> Probes::next_due() const {
  std::optional<Instant> next;
  if (!ready_.empty() && in_flight() < limits_.in_flight_max) next = ready_.begin()->first;
  if (!flying_.empty()) next = next ? std::min(*next, flying_.begin()->first) : flying_.begin()->first;
  return next;
}

std::vector<Subscriber> Probes::subscribers(const std::string& request) const {
  const auto at = probes_.find(request);
  if (at == probes_.end()) return {};
  return {at->second.subscribers.begin(), at->second.subscribers.end()};
}

std::optional<Instant> Probes::due_of(const std::string& request) const {
  const auto at = probes_.find(request);
  return at == probes_.end() || !at->second.is_queued ? std::nullopt : std::optional(at->second.due);
}

void Probes::queue(const std::string& request, Probe& probe, Instant due) {
  unqueue(request, probe);
  probe.due = due;
  probe.is_queued = true;
  Host& host = hosts_.at(probe.host);
  host.queue.insert({probe.due, request});
  refresh(probe.host, host);
}

void Probes::unqueue(const std::string& request, Probe& probe) {
  if (!probe.is_queued) return;
  probe.is_queued = false;
  Host& host = hosts_.at(probe.host);
  host.queue.erase({probe.due, request});
  refresh(probe.host, host);
}

void Probes::land(const std::string& request, Probe& probe) {
  flying_.erase({probe.asked + limits_.answer_max, request});
  probe.number = 0;
  Host& host = hosts_.at(probe.host);
  --host.in_flight;
  refresh(probe.host, host);
}

// A host keeps what it asked for and what was spent there for as long as that matters, so that a new wait does not begin afresh.
void Probes::forget_quiet_hosts(Instant now) {
  for (auto at = quiet_.begin(); at != quiet_.end();) {
    const Host& host = hosts_.at(*at);
    if (host.probes == 0 && (host.held_until > now || host.budget_at > now)) {
      ++at;
      continue;
    }
    if (host.probes == 0) hosts_.erase(*at);
    at = quiet_.erase(at);
  }
}

Instant Probes::allowed(const Host& host) const {
  const Millis tolerance = limits_.host_interval * (limits_.host_burst - 1);
  return std::max(host.held_until, host.budget_at - tolerance);
}

void Probes::refresh(const std::string& name, Host& host) {
  if (host.ready) ready_.erase({*host.ready, name});
  host.ready.reset();
  const std::int64_t most = host.slow > 0 ? 1 : limits_.host_in_flight_max;
  if (host.queue.empty() || host.in_flight >= most) return;
  host.ready = std::max(host.queue.begin()->first, allowed(host));
  ready_.insert({*host.ready, name});
}

}  // namespace tamarack::flow
