// Messages of AMQP as JSON. Pure.
#pragma once

#include <amqp.h>

#include <string_view>

#include "probe/rabbit_session.h"

namespace tamarack::probe {

inline std::string_view view_of(const amqp_bytes_t& bytes) {
  return {static_cast<const char*>(bytes.bytes), bytes.len};
}

RabbitMessage message_of(const amqp_bytes_t& routing_key, const amqp_message_t& message);

}  // namespace tamarack::probe
