#include "agent/output_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <set>

#include "base/text.h"

namespace tamarack::agent {
namespace {

struct Piece {
  std::string bytes;
  std::int64_t left_out = 0;  // beyond what is read for one test
  std::int64_t end = 0;
};

Piece read_piece(const std::string& path, std::int64_t from, std::int64_t up_to) {
  Piece piece{.bytes = {}, .left_out = 0, .end = from};
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"), &std::fclose);
  if (!file || std::fseek(file.get(), 0, SEEK_END) != 0) return piece;
  const auto size = static_cast<std::int64_t>(std::ftell(file.get()));
  const std::int64_t end = up_to < 0 ? size : std::min(up_to, size);
  if (end <= from || std::fseek(file.get(), static_cast<long>(from), SEEK_SET) != 0) return piece;
  const std::int64_t wanted = std::min(end - from, static_cast<std::int64_t>(adapter::output_bytes_max));
  piece.bytes.resize(static_cast<std::size_t>(wanted));
  piece.bytes.resize(std::fread(piece.bytes.data(), 1, piece.bytes.size(), file.get()));
  piece.left_out = end - from - wanted;
  piece.end = end;
  return piece;
}

}  // namespace

std::string output_path(const std::string& attempt_dir) {
  return attempt_dir + "/output.txt";
}

adapter::ReadCaptures OutputFile::take(std::int64_t up_to) {
  Piece piece = read_piece(path_, read_, up_to);
  read_ = piece.end;
  if (piece.left_out == 0) return adapter::read_output(piece.bytes);
  // The line that was cut would be half a value.
  piece.bytes.erase(piece.bytes.rfind('\n') + 1);
  adapter::ReadCaptures read = adapter::read_output(piece.bytes);
  read.problems.push_back(fmt::format("the last {} of TAMARACK_OUTPUT were not read: at most {} are, for one test",
                                      human_bytes(static_cast<std::uint64_t>(piece.left_out)), human_bytes(adapter::output_bytes_max)));
  return read;
}

std::string describe_unclaimed(const adapter::ReadCaptures& read, std::string_view why) {
  std::set<std::string> names;
  for (const domain::Capture& capture : read.captures) names.insert("'" + capture.name + "'");
  if (names.empty() && read.problems.empty()) return {};
  const std::vector<std::string> sorted(names.begin(), names.end());
  const std::string what = names.empty() ? read.problems.front() : "TAMARACK_OUTPUT has " + join(sorted, ", ");
  return fmt::format("unclaimed_captures: {}, {}", what, why);
}

std::string take_output(OutputFile& output, std::vector<domain::TestReport>& reports) {
  adapter::ReadCaptures read = output.take(-1);
  if (reports.size() != 1)
    return describe_unclaimed(
        read, fmt::format("but {} were reported together: nobody can tell which one captured it", count_of(std::ssize(reports), "test")));
  adapter::add_captures(reports.front(), std::move(read));
  return {};
}

}  // namespace tamarack::agent
