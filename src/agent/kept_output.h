// What one stream of a process has printed, in memory and in its file: all of it as long as it is not too much, else the beginning and the
// end, with a line between them that says how much is missing. The end is what explains a failure, and the file has it at any moment: it
// must be there should Tamarack be killed.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

namespace tamarack::agent {

struct KeptOutputLimits {
  std::size_t head = 8 << 20;
  std::size_t tail = 8 << 20;  // when it is full, its older half is left out
};

class KeptOutput {
 public:
  explicit KeptOutput(KeptOutputLimits limits = {}) : limits_(limits), file_(nullptr, &std::fclose) {}

  // A new file. What it does not take is kept in memory alone.
  void write_to(const std::string& path);
  void add(std::string_view bytes);

  bool was_cut() const { return left_out_ > 0; }
  // Of a text that was kept so, by this process or another one.
  static bool was_cut(std::string_view text);
  // Once, at the end: the same as the file.
  std::string take_text();

 private:
  void make_room();
  std::string mark() const;
  void write_end_anew();

  KeptOutputLimits limits_;
  std::string head_;
  bool head_is_full_ = false;
  std::string tail_;
  std::size_t left_out_ = 0;
  std::string path_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

}  // namespace tamarack::agent
