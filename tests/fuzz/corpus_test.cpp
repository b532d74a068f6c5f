// Every fuzz target in every build: its committed corpus (plain cases and the nasty ones that were found), then mutations of it from a
// fixed seed. scripts/fuzz.sh searches with coverage; this keeps what it found from coming back.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/hash.h"

#define TARGET(name) extern "C" int fuzz_##name(const std::uint8_t* data, std::size_t size);
#include "fuzz_targets.inc"
#undef TARGET

namespace tamarack {
namespace {

constexpr int mutations = 20'000;
constexpr std::size_t input_bytes_max = 2048;

struct Target {
  const char* name;
  int (*run)(const std::uint8_t* data, std::size_t size);
};

constexpr Target targets[] = {
#define TARGET(name) {#name, fuzz_##name},
#include "fuzz_targets.inc"
#undef TARGET
};

// A broken promise ends the process; the input is left where a person finds it.
std::string current_target;
std::string current_input;
void leave_input(int signal) {
  const std::string path = "/tmp/tamarack-fuzz-" + current_target;
  std::ofstream(path, std::ios::binary) << current_input;
  const std::string message = "\nfuzz target '" + current_target + "' broke on the input in " + path + "\n";
  if (::write(STDERR_FILENO, message.data(), message.size()) < 0) ::_exit(1);
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

void feed(const Target& target, const std::string& input) {
  current_input = input;
  const void* bytes = current_input.data();
  target.run(static_cast<const std::uint8_t*>(bytes), current_input.size());
}

std::vector<std::string> corpus_of(const std::string& name) {
  std::vector<std::string> inputs;
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(TAMARACK_SOURCE_DIR "/tests/fuzz/corpus/" + name))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return inputs;
}

std::string mutate(const std::vector<std::string>& corpus, Random& random) {
  static constexpr std::string_view tokens[] = {"{",
                                                "}",
                                                "[",
                                                "]",
                                                "\"",
                                                "\\",
                                                "\n",
                                                "<",
                                                ">",
                                                "&#0;",
                                                "-1",
                                                "1e999",
                                                "18446744073709551616",
                                                "null",
                                                "\xff",
                                                "\xf0\x9f",
                                                std::string_view("\0", 1),
                                                "\x1b[31m",
                                                "]]>",
                                                "<!--",
                                                "</script",
                                                "\\ud800",
                                                "%",
                                                "#",
                                                "=",
                                                "**/"};
  std::string input = corpus[random.below(corpus.size())];
  for (std::uint64_t steps = 1 + random.below(4); steps > 0; --steps) {
    const std::size_t at = random.below(input.size() + 1);
    const std::size_t length = random.below(std::min<std::size_t>(input.size() - at, 64) + 1);
    switch (random.below(6)) {
      case 0:
        if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << random.below(8)));
        break;
      case 1:
        input.insert(at, tokens[random.below(std::size(tokens))]);
        break;
      case 2:
        input.erase(at, length);
        break;
      case 3:
        input.insert(at, input.substr(at, length));
        break;
      case 4:
        input.resize(at);
        break;
      default: {
        const std::string& other = corpus[random.below(corpus.size())];
        input = input.substr(0, at) + other.substr(std::min<std::size_t>(random.below(other.size() + 1), other.size()));
      }
    }
  }
  if (input.size() > input_bytes_max) input.resize(input_bytes_max);
  return input;
}

class FuzzCorpus : public testing::TestWithParam<Target> {
 protected:
  FuzzCorpus() {
    current_target = GetParam().name;
    for (const int signal : {SIGILL, SIGTRAP, SIGABRT}) ::signal(signal, leave_input);
  }
  ~FuzzCorpus() override {
    for (const int signal : {SIGILL, SIGTRAP, SIGABRT}) ::signal(signal, SIG_DFL);
  }
};

TEST_P(FuzzCorpus, KeepsItsPromises) {
  const std::vector<std::string> corpus = corpus_of(GetParam().name);
  ASSERT_GE(corpus.size(), 4U) << "a target needs a corpus: tests/fuzz/corpus/" << GetParam().name;
  feed(GetParam(), {});
  for (const std::string& input : corpus) feed(GetParam(), input);
  Random random(siphash(1, 2, GetParam().name));
  for (int i = 0; i < mutations; ++i) feed(GetParam(), mutate(corpus, random));
}

INSTANTIATE_TEST_SUITE_P(Targets, FuzzCorpus, testing::ValuesIn(targets), [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace tamarack
