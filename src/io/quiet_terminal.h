// Keeps the terminal from showing what is typed, for as long as lines are redrawn on it. Only the echo is switched off: Ctrl-C, Ctrl-Z and
// line editing work as ever.
#pragma once

namespace tamarack::io {

// One at a time. The echo comes back when it goes away and when the process exits in order; a terminal that was quiet before stays quiet.
class QuietTerminal {
 public:
  QuietTerminal();  // of standard input; nothing happens when that is none, or when this process is not in its foreground
  ~QuietTerminal();
  QuietTerminal(const QuietTerminal&) = delete;
  QuietTerminal& operator=(const QuietTerminal&) = delete;
};

}  // namespace tamarack::io
