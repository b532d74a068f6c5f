// $TAMARACK_OUTPUT of one invocation: a file that tests in any language append captures to. It is read in pieces, each belonging to the
// test that has just ended.
#pragma once

#include <cstdint>
#include <string>

#include "adapter/captures.h"

namespace tamarack::agent {

std::string output_path(const std::string& attempt_dir);

class OutputFile {
 public:
  explicit OutputFile(std::string path) : path_(std::move(path)) {}

  // What was written since the last call, up to this many bytes of the file (-1: all there is). A file that is not there is empty.
  adapter::ReadCaptures take(std::int64_t up_to);

 private:
  std::string path_;
  std::int64_t read_ = 0;
};

// For adapters without live events, when everything has ended: the lines are the test's if there was only one. Otherwise nobody can tell
// whose they are, and the answer is the named disagreement that says so; empty: nothing was lost.
std::string take_output(OutputFile& output, std::vector<domain::TestReport>& reports);
// The same for what was written after the last test had ended, or when none was reported.
std::string describe_unclaimed(const adapter::ReadCaptures& read, std::string_view why);

}  // namespace tamarack::agent
