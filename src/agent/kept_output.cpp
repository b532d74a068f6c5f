#include "agent/kept_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace tamarack::agent {
namespace {

constexpr std::string_view mark_end = " bytes of output are left out …\n";

}  // namespace

void KeptOutput::write_to(const std::string& path) {
  path_ = path;
  file_.reset(std::fopen(path.c_str(), "we"));
}

void KeptOutput::add(std::string_view bytes) {
  if (file_) {
    std::fwrite(bytes.data(), 1, bytes.size(), file_.get());
    std::fflush(file_.get());
  }
  const std::size_t room = head_is_full_ ? 0 : limits_.head - head_.size();
  head_.append(bytes.substr(0, room));
  head_is_full_ = head_is_full_ || head_.size() == limits_.head;
  tail_.append(bytes.substr(std::min(room, bytes.size())));
  if (tail_.size() > limits_.tail) make_room();
}

// At ends of lines, where there are some near: half a line could be read as something else.
void KeptOutput::make_room() {
  const std::size_t half = limits_.tail / 2;
  if (left_out_ == 0) {
    const std::size_t line = head_.rfind('\n') + 1;  // 0: there is none
    if (line > head_.size() / 2) {
      left_out_ += head_.size() - line;
      head_.resize(line);
    }
  }
  std::size_t from = tail_.size() - half;
  const std::size_t line = tail_.find('\n', from - 1);
  if (line != std::string::npos && line + 1 < from + half / 2) from = line + 1;
  left_out_ += from;
  tail_.erase(0, from);
  write_end_anew();
}

std::string KeptOutput::mark() const {
  return fmt::format("{}… {}{}", head_.ends_with('\n') ? "" : "\n", left_out_, mark_end);
}

// Behind the beginning, which stays as it is.
void KeptOutput::write_end_anew() {
  if (!file_) return;
  std::error_code failed;
  std::filesystem::resize_file(path_, head_.size(), failed);
  if (failed || std::fseek(file_.get(), 0, SEEK_END) != 0) return file_.reset();
  const std::string end = mark() + tail_;
  std::fwrite(end.data(), 1, end.size(), file_.get());
  std::fflush(file_.get());
}

bool KeptOutput::was_cut(std::string_view text) {
  return text.find(mark_end) != std::string_view::npos;
}

std::string KeptOutput::take_text() {
  file_.reset();
  const std::string between = was_cut() ? mark() : std::string{};
  std::string text = std::exchange(head_, {});
  text += between;
  text += std::exchange(tail_, {});
  return text;
}

}  // namespace tamarack::agent
