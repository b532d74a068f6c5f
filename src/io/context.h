// What Loop hides: only io/*.cpp includes this.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include "io/loop.h"

namespace tamarack::io {

namespace asio = boost::asio;

struct Loop::Context {
  asio::io_context io{1};
  // Two threads: hashing and copying of artifacts, journal commits. More would only compete with the tests for cores.
  asio::thread_pool pool{2};
};

}  // namespace tamarack::io
