// What Loop hides: only io/*.cpp includes this.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/thread_pool.hpp>

#include "io/loop.h"
#include "io/names.h"

namespace tamarack::io {

namespace asio = boost::asio;

struct Loop::Context {
  asio::io_context io{1};
  // Two threads: hashing and copying of artifacts, journal commits. More would only compete with the tests for cores.
  asio::thread_pool pool{2};
  std::unique_ptr<Names> names;  // made with the loop; it goes first, with those who wait for it
};

// In the same order; what is no address is left out.
std::vector<asio::ip::tcp::endpoint> endpoints_of(const std::vector<Address>& addresses);

}  // namespace tamarack::io
