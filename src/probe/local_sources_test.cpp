// What is looked at without a server: files, logs, commands, ports.
#include <filesystem>

#include "probe/log_matcher.h"
#include "tests/probe/probe_world.h"

namespace tamarack::probe {
namespace {

using LocalSources = ProbeWorld;

// ---- files

TEST_F(LocalSources, AFileIsItsContent) {
  const wire::ProbeRequest request = wire::FileProbe{.path = folder_ + "/deep/er/done.json"};
  EXPECT_EQ(ask(request), "not there");
  ASSERT_TRUE(io::make_directories(folder_ + "/deep/er"));
  ASSERT_TRUE(io::write_file(folder_ + "/deep/er/done.json", R"({"status":"ok"})"));
  EXPECT_EQ(ask(request), R"({"status":"ok"})");
  EXPECT_EQ(ask(wire::FileProbe{.path = folder_}), "") << "a folder is there, and empty";
  ASSERT_TRUE(io::write_file(folder_ + "/huge", std::string(flow::answer_bytes_max + 1, 'x')));
  EXPECT_EQ(ask(wire::FileProbe{.path = folder_ + "/huge"}).rfind("(cut) xxx", 0), 0U);
}

TEST_F(LocalSources, AFileIsPushedFromTheFirstFolderOnTheWay) {
  const std::string path = folder_ + "/a/b/file";
  const auto pushes = watch(wire::FileProbe{.path = path});
  const auto more_than = [&](int count) { return run_until([&, count] { return *pushes > count; }, Millis{3'000}); };
  EXPECT_TRUE(more_than(0)) << "armed";
  ASSERT_TRUE(io::make_directories(folder_ + "/a"));
  EXPECT_TRUE(more_than(1));
  int before = *pushes;
  ASSERT_TRUE(io::make_directories(folder_ + "/a/b"));
  EXPECT_TRUE(more_than(before));
  pause(Millis{20});
  before = *pushes;
  ASSERT_TRUE(io::append_file(path, "x"));
  EXPECT_TRUE(more_than(before));
  pause(Millis{20});
  before = *pushes;
  ASSERT_TRUE(io::write_file(path, "renamed over it"));
  EXPECT_TRUE(more_than(before));
  pause(Millis{20});
  before = *pushes;
  ASSERT_TRUE(io::remove_tree(folder_ + "/a"));
  EXPECT_TRUE(more_than(before));
  pause(Millis{20});
  before = *pushes;
  ASSERT_TRUE(io::make_directories(folder_ + "/a/b"));
  ASSERT_TRUE(io::append_file(path, "x"));
  EXPECT_TRUE(more_than(before)) << "armed again";
}

TEST_F(LocalSources, TwoFilesOfOneFolderHaveTheirOwnPushes) {
  const auto one = watch(wire::FileProbe{.path = folder_ + "/one"});
  const auto two = watch(wire::FileProbe{.path = folder_ + "/../" + folder_.substr(5) + "/two"});
  EXPECT_TRUE(run_until([&] { return *one == 1 && *two == 1; }));
  ASSERT_TRUE(io::append_file(folder_ + "/two", "x"));
  EXPECT_TRUE(run_until([&] { return *two > 1; }));
  EXPECT_EQ(*one, 1);
  probes_->unwatch(wire::to_text(wire::FileProbe{.path = folder_ + "/two"}));
  ASSERT_TRUE(io::append_file(folder_ + "/one", "x"));
  EXPECT_TRUE(run_until([&] { return *one > 1; }));
}

// ---- logs

TEST_F(LocalSources, ALogIsItsNewestLineThatMatches) {
  const std::string path = folder_ + "/app.log";
  const wire::ProbeRequest request = wire::LogProbe{.path = path, .pattern = R"(job (\d+) (done|failed)( late)?)"};
  EXPECT_EQ(ask(request), "not there");
  ASSERT_TRUE(io::append_file(path, "start\njob 7 done\r\njob 8 fai"));
  EXPECT_EQ(ask(request), R"({"line":"job 7 done","0":"job 7 done","1":"7","2":"done"})");
  ASSERT_TRUE(io::append_file(path, "led\n"));
  EXPECT_EQ(ask(request), R"({"line":"job 8 failed","0":"job 8 failed","1":"8","2":"failed"})");
  const auto pushes = watch(request);
  EXPECT_TRUE(run_until([&] { return *pushes == 1; }));
  std::filesystem::rename(path, path + ".1");
  ASSERT_TRUE(io::append_file(path + ".1", "job 9 done\n"));
  ASSERT_TRUE(io::append_file(path, "nothing\n"));
  EXPECT_TRUE(run_until([&] { return *pushes > 1; }));
  EXPECT_EQ(ask(request), R"({"line":"job 9 done","0":"job 9 done","1":"9","2":"done"})") << "rotated: the old one is read to its end";
  std::filesystem::resize_file(path, 0);
  ASSERT_TRUE(io::append_file(path, "job 1 done\n"));
  EXPECT_EQ(ask(request), R"({"line":"job 1 done","0":"job 1 done","1":"1","2":"done"})") << "truncated";
}

TEST(LogMatcher, ALineIsWholeHoweverItIsCut) {
  LogMatcher matcher("b(.)");
  for (const char letter : std::string("abc\nxx\nabd")) matcher.feed(std::string_view(&letter, 1));
  EXPECT_EQ(matcher.newest(), R"({"line":"abc","0":"bc","1":"c"})");
  matcher.start_over();
  matcher.feed("be\n");
  EXPECT_EQ(matcher.newest(), R"({"line":"be","0":"be","1":"e"})");
}

TEST(LogMatcher, NoLineIsTooLongAndNoPatternTooSlow) {
  LogMatcher matcher("(a+)+$");
  matcher.feed(std::string(300, 'a') + "b\n");  // with backtracking this takes longer than the universe has been there
  EXPECT_EQ(matcher.newest(), "");
  matcher.feed("b" + std::string(10, 'a') + "\n");
  EXPECT_EQ(matcher.newest(), R"({"line":"baaaaaaaaaa","0":"aaaaaaaaaa","1":"aaaaaaaaaa"})");
  LogMatcher any("^.*$");
  any.feed(std::string(1 << 20, 'x') + "y\n");  // with recursion this needs more stack than there is
  EXPECT_EQ(any.newest().size(), std::string(R"({"line":"","0":""})").size() + 2 * LogMatcher::line_bytes_max);
}

// ---- commands

TEST_F(LocalSources, ACommandIsItsOutput) {
  EXPECT_EQ(ask(wire::CommandProbe{.run = "echo $WHO; pwd", .dir = folder_, .env = {{"WHO", "me"}}}), "me\n" + folder_ + "\n");
  EXPECT_EQ(ask(wire::CommandProbe{.run = "exit 1"}), "not there");
  EXPECT_EQ(ask(wire::CommandProbe{.run = "echo one >&2; echo two >&2; exit 2"}), "no answer: the command ended with code 2: one / two");
  EXPECT_EQ(ask(wire::CommandProbe{.run = "kill -9 $$"}), "no answer: the command was ended by signal 9");
  EXPECT_EQ(ask(wire::CommandProbe{.run = "echo the word is $TOKEN >&2; exit 2", .env = {{"TOKEN", "hush"}}}),
            "no answer: the command ended with code 2: the word is ***");
  EXPECT_EQ(ask(wire::CommandProbe{.run = "head -c 3000000 /dev/zero | tr '\\0' x"}).rfind("(cut) xxx", 0), 0U);
  EXPECT_EQ(ask(wire::CommandProbe{.run = "true", .dir = folder_ + "/none"}).rfind("no answer: ", 0), 0U);
}

TEST_F(LocalSources, ACommandThatTakesTooLongIsKilledWithItsTree) {
  make_probes(Millis{3'000});  // between the kill and the end of the look there is a tenth of it
  EXPECT_EQ(ask(wire::CommandProbe{.run = "echo why >&2; (sleep 300 & echo $! > pid; wait)", .dir = folder_}),
            "no answer: the command ran for 2.7 s and was ended: why");
  const auto pid = io::read_file(folder_ + "/pid");
  ASSERT_TRUE(pid);
  EXPECT_FALSE(io::exists("/proc/" + pid->substr(0, pid->find('\n')))) << "its child lives";
}

// ---- ports

TEST_F(LocalSources, APortIsThereOrNot) {
  const auto listener = peer("");
  EXPECT_EQ(ask(wire::TcpProbe{.address = fmt::format("127.0.0.1:{}", listener->port())}), "");
  EXPECT_EQ(ask(wire::TcpProbe{.address = fmt::format("localhost:{}", listener->port())}), "");
  EXPECT_EQ(ask(wire::TcpProbe{.address = fmt::format("127.0.0.1:{}", free_port())}), "not there");
}

}  // namespace
}  // namespace tamarack::probe
