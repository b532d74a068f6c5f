// How long to leave a lost connection alone: doubles with each failure. Pure.
#pragma once

#include <algorithm>

#include "base/time.h"

namespace tamarack::probe {

class Backoff {
 public:
  Backoff(Millis least, Millis most) : least_(least), most_(most), next_(least) {}
  Millis failed() { return std::exchange(next_, std::min(most_, next_ * 2)); }
  void succeeded() { next_ = least_; }

 private:
  Millis least_;
  Millis most_;
  Millis next_;
};

}  // namespace tamarack::probe
