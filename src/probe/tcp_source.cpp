#include "probe/tcp_source.h"

#include "io/stream.h"

namespace tamarack::probe {

void TcpSource::ask(const std::string&, const wire::ProbeRequest& request, Answered done) {
  const std::string& address = std::get<wire::TcpProbe>(request).address;
  const std::size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  // A little earlier than the look: an address that swallows everything is not there, which is an answer.
  io::connect_stream(loop_, {.host = host, .port = address.substr(colon + 1), .timeout = options_.look_max * 9 / 10},
                     [weak = std::weak_ptr(alive_), done = std::move(done)](Result<std::shared_ptr<io::Stream>> connected) {
                       if (connected) (*connected)->close();
                       if (!weak.expired()) done(flow::ValueAnswer{.exists = connected.has_value()});
                     });
}

}  // namespace tamarack::probe
