#include "coordinator/wait_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "base/text.h"
#include "io/link_local.h"
#include "io/loop.h"
#include "wire/probe_request.h"

namespace tamarack::coordinator {
namespace {

struct HostPort {
  std::string host;  // lower case, without brackets
  std::string port;
};

// Of "http://user@host:port/…", "host:port", "[::1]:80".
HostPort host_port_of(std::string_view address) {
  if (const std::size_t scheme = address.find("://"); scheme != std::string_view::npos) address.remove_prefix(scheme + 3);
  address = address.substr(0, address.find_first_of("/?#\\"));
  if (const std::size_t at = address.rfind('@'); at != std::string_view::npos) address.remove_prefix(at + 1);
  HostPort found;
  if (address.starts_with('[')) {
    const std::size_t end = std::min(address.find(']'), address.size());
    found.host = lower(address.substr(1, end - 1));
    address.remove_prefix(std::min(end + 1, address.size()));
    if (address.starts_with(':')) found.port = std::string(address.substr(1));
    return found;
  }
  const std::size_t colon = address.rfind(':');
  found.host = lower(address.substr(0, colon));
  if (colon != std::string_view::npos) found.port = std::string(address.substr(colon + 1));
  return found;
}

bool fits(std::string_view rule, const HostPort& to) {
  const HostPort wanted = host_port_of(rule);
  if (!wanted.port.empty() && wanted.port != to.port) return false;
  if (wanted.host.starts_with("*.")) return to.host.ends_with(std::string_view(wanted.host).substr(1));
  return wanted.host == to.host;
}

std::optional<std::string> why_host_refused(const WaitRules& rules, std::string_view address) {
  const HostPort to = host_port_of(address);
  // Whoever connects would decode it, and reach another host than the one that was looked at.
  if (to.host.find('%') != std::string::npos && to.host.find(':') == std::string::npos)
    return fmt::format("the host '{}' is percent-encoded; write it as it is", to.host);
  if (!rules.hosts.empty()) {
    const bool is_listed = std::any_of(rules.hosts.begin(), rules.hosts.end(), [&](const std::string& rule) { return fits(rule, to); });
    if (is_listed) return std::nullopt;
    return fmt::format("the host '{}' is not among those that server.toml allows ([waits] hosts)", to.host);
  }
  if (!io::is_link_local(to.host)) return std::nullopt;
  return fmt::format("'{}' is a link-local address, where clouds keep credentials; list it in [waits] hosts if it is meant", to.host);
}

std::optional<std::string> why_hosts_refused(const WaitRules& rules, const std::vector<std::string>& addresses) {
  for (const std::string& address : addresses)
    if (auto why = address.empty() ? std::nullopt : why_host_refused(rules, address)) return why;
  return std::nullopt;
}

struct PostgresHosts {
  std::vector<std::string> hosts;
  std::string problem;  // what libpq would read otherwise than it looks; empty: none
};

// "postgres://a,b/db" names several; "?host=" and "?hostaddr=" name others.
PostgresHosts hosts_of_postgres_url(std::string_view url) {
  PostgresHosts found;
  const std::string_view rest = url.substr(url.find("://") + 3);
  std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  for (const std::string& one : split(authority, ',')) found.hosts.push_back(one);
  const std::size_t question = rest.find('?');
  if (question == std::string_view::npos) return found;
  for (const std::string& parameter : split(rest.substr(question + 1), '&')) {
    const std::string name = parameter.substr(0, parameter.find('='));
    if (name.find('%') != std::string::npos)
      found.problem = fmt::format("the parameter '{}' is percent-encoded; write it as it is", name);
    else if (name == "port")
      found.problem = "the port stands behind the host, not in ?port=";
    else if (name == "host" || name == "hostaddr")
      for (const std::string& one : split(parameter.substr(std::min(name.size() + 1, parameter.size())), ',')) found.hosts.push_back(one);
  }
  return found;
}

// A connection string of libpq has no scheme: "host=db port=5432 dbname=shop". A host that is a path is a socket of this machine.
PostgresHosts hosts_of_postgres(const std::string& url) {
  if (url.find("://") != std::string::npos) return hosts_of_postgres_url(url);
  PostgresHosts found;
  std::string plain = replace_all(replace_all(url, "'", ""), "\\", "");
  std::replace_if(plain.begin(), plain.end(), [](char c) { return c == '\t' || c == '\n' || c == '\v' || c == '\f' || c == '\r'; }, ' ');
  for (const std::string_view spaced : {" =", "= "})
    while (plain.find(spaced) != std::string::npos) plain = replace_all(plain, spaced, "=");
  for (const std::string& word : split(plain, ' '))
    if (word.starts_with("host=") || word.starts_with("hostaddr="))
      for (const std::string& one : split(word.substr(word.find('=') + 1), ',')) found.hosts.push_back(one);
  return found;
}

}  // namespace

std::optional<std::string> why_refused(const WaitRules& rules, std::string_view request) {
  const auto parsed = wire::parse_probe_request(request);
  if (!parsed) return std::nullopt;  // the prober says what is wrong with it, and asks nobody
  if (const auto* http = std::get_if<wire::HttpProbe>(&*parsed)) return why_hosts_refused(rules, {http->url, http->events});
  if (const auto* redis = std::get_if<wire::RedisProbe>(&*parsed)) return why_hosts_refused(rules, {redis->url});
  if (const auto* rabbit = std::get_if<wire::RabbitProbe>(&*parsed)) return why_hosts_refused(rules, {rabbit->url});
  if (const auto* tcp = std::get_if<wire::TcpProbe>(&*parsed)) return why_hosts_refused(rules, {tcp->address});
  if (const auto* postgres = std::get_if<wire::PostgresProbe>(&*parsed)) {
    const auto [hosts, problem] = hosts_of_postgres(postgres->url);
    if (!problem.empty()) return problem;
    const bool is_unnamed = hosts.empty() || std::any_of(hosts.begin(), hosts.end(), [](const std::string& host) { return host.empty(); });
    if (is_unnamed && !rules.hosts.empty())
      return "the address names no host, so it is not among those that server.toml allows ([waits] hosts)";
    return why_hosts_refused(rules, hosts);
  }
  if (rules.local_sources) return std::nullopt;
  return "waits over a server look at no files and run no commands on its machine; server.toml can allow it ([waits] local_sources)";
}

std::vector<std::string> problems_of(const WaitRules& rules, const flow::WaitSpec& spec) {
  std::vector<std::string> problems;
  for (std::size_t i = 0; i < spec.conditions.size(); ++i) {
    const flow::Condition& condition = spec.conditions[i];
    for (const std::string* request : {&condition.request, &condition.cancel_request}) {
      const auto why = request->empty() ? std::nullopt : why_refused(rules, *request);
      if (why) problems.push_back(fmt::format("conditions[{}]{}: {}", i, request == &condition.request ? "" : ".cancel", *why));
    }
  }
  return problems;
}

void GuardedProber::ask(const std::string& request, Answered done) {
  auto why = why_refused(rules_, request);
  if (!why) return inner_.ask(request, std::move(done));
  loop_.post([why = std::move(*why), done = std::move(done)] { done(flow::NoAnswer{why}); });
}

void GuardedProber::watch(const std::string& request, std::function<void()> pushed) {
  if (!why_refused(rules_, request)) inner_.watch(request, std::move(pushed));
}

void GuardedProber::doubt(const std::string& request, std::function<void(std::string)> doubted) {
  if (!why_refused(rules_, request)) inner_.doubt(request, std::move(doubted));
}

void GuardedProber::send(const std::string& request, std::function<void(Result<>)> done) {
  auto why = why_refused(rules_, request);
  if (!why) return inner_.send(request, std::move(done));
  loop_.post([why = std::move(*why), done = std::move(done)] { done(make_error(ErrorCode::invalid_argument, why)); });
}

}  // namespace tamarack::coordinator
