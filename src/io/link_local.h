// The addresses under which clouds hand out credentials to whatever runs there.
#pragma once

#include <string_view>

namespace tamarack::io {

// 169.254.0.0/16 in every spelling that a resolver takes ("169.254.169.254", "0xa9fea9fe", "2852039166", "::ffff:169.254.169.254"),
// fe80::/10, fd00:ec2::254, and the names of the metadata services. A name that resolves to one of them is not known here.
bool is_link_local(std::string_view host);

}  // namespace tamarack::io
