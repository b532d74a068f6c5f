// Secrets out of everything an agent says, before it leaves the process: what never arrives at the coordinator is in no journal, report,
// log or terminal. Names of tests and paths stay as they are, because they identify; bytes of attachments are files of the user's and are
// not looked into. Pure.
#pragma once

#include "base/masker.h"
#include "wire/message.h"

namespace tamarack::agent {

wire::FromAgent redacted(wire::FromAgent message, const Masker& masker);

}  // namespace tamarack::agent
