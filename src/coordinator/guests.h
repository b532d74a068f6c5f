// Who stays: streams and links are let in by a token once and stay open for hours. Whose token is revoked, rotated away or expires
// meanwhile has to go, whoever revoked it, this server or a command beside it. On the loop.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "domain/access.h"
#include "io/http_server.h"
#include "io/link.h"
#include "io/loop.h"
#include "store/access_store.h"

namespace tamarack::coordinator {

class Guests {
 public:
  // Looks at the tokens of those who are here once per `interval`.
  Guests(io::Loop& loop, const Clock& clock, store::AccessStore& access, Millis interval);

  void admit(const domain::Caller& caller, const std::shared_ptr<io::EventFeed>& feed);
  // The link to go on with: closed for both sides when its guest has to go.
  std::unique_ptr<io::Link> admit(const domain::Caller& caller, std::unique_ptr<io::Link> link);

 private:
  struct Guest {
    std::function<bool()> is_here;
    io::Callback send_away;
  };
  void look();
  void look_later();

  io::Loop& loop_;
  const Clock& clock_;
  store::AccessStore& access_;
  Millis interval_;
  std::map<std::pair<domain::TokenId, std::string>, std::vector<Guest>> guests_;  // by token and hash of the secret that was shown
  io::Timer timer_;
};

}  // namespace tamarack::coordinator
