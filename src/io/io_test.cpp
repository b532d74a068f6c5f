#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <thread>

#include "base/text.h"
#include "io/files.h"
#include "io/inotify.h"
#include "io/link.h"
#include "io/machine.h"
#include "io/net.h"
#include "io/process.h"
#include "io/process_tree.h"
#include "io/shim.h"

namespace tamarack::io {
namespace {

class IoTest : public testing::Test {
 protected:
  IoTest() {
    char name[] = "/tmp/tamarack-io-XXXXXX";
    folder_ = mkdtemp(name);
  }
  ~IoTest() override { (void)remove_tree(folder_).has_value(); }

  // Runs the loop until `done` is set by a callback; a test that hangs is ended by its deadline.
  void run() {
    Timer watchdog = loop_.after(Millis{20'000}, [this] {
      ADD_FAILURE() << "the test hangs";
      loop_.stop();
    });
    loop_.run();
  }
  Finished finish(const std::string& script, Millis deadline = Millis{15'000}) {
    Finished result;
    run_process(loop_, {.argv = {"sh", "-c", script}, .directory = folder_, .record_path = folder_ + "/record"}, deadline, 1 << 20,
                [&](Result<Finished> finished) {
                  EXPECT_TRUE(finished) << (finished ? "" : finished.error().message);
                  if (finished) result = *finished;
                  loop_.stop();
                });
    run();
    return result;
  }
  static bool alive(int pid) {
    const auto stat = read_file(fmt::format("/proc/{}/stat", pid));
    return stat && stat->find(") Z") == std::string::npos;
  }

  Loop loop_;
  std::string folder_;
};

TEST_F(IoTest, ReportsExitCodeSignalAndOutput) {
  const Finished exited = finish("echo out; echo err >&2; exit 3");
  EXPECT_EQ(exited.status.code, 3);
  EXPECT_EQ(exited.output, "out\n");
  EXPECT_EQ(exited.errput, "err\n");
  EXPECT_NE(read_file(folder_ + "/record")->find(R"("code":3)"), std::string::npos) << "the fact is on disk";
}

TEST_F(IoTest, ASignalIsNotAnExitCode) {
  const Finished killed = finish("kill -9 $$");
  EXPECT_EQ(killed.status.signal, 9);
  EXPECT_EQ(killed.status.code, -1);
}

TEST_F(IoTest, AMissingProgramIsSaidOnStderr) {
  run_process(loop_, {.argv = {"no-such-program-here"}}, Millis{5000}, 1000, [&](Result<Finished> finished) {
    ASSERT_TRUE(finished);
    EXPECT_EQ(finished->status.code, 127);
    EXPECT_NE(finished->errput.find("No such file"), std::string::npos);
    loop_.stop();
  });
  run();
}

TEST_F(IoTest, NothingOfATreeIsLeftNotEvenDaemons) {
  const Finished finished = finish("(setsid sh -c 'echo $$ > daemon; exec sleep 1000' &) ; while [ ! -s daemon ]; do :; done; exit 0");
  EXPECT_EQ(finished.status.code, 0);
  const int daemon = static_cast<int>(*parse_integer(trim(*read_file(folder_ + "/daemon"))));
  EXPECT_FALSE(alive(daemon));
}

TEST_F(IoTest, TheDeadlineKillsTheTree) {
  const Finished finished = finish("sleep 1000 & echo $! > child; wait", Millis{300});
  EXPECT_TRUE(finished.timed_out);
  EXPECT_FALSE(alive(static_cast<int>(*parse_integer(trim(*read_file(folder_ + "/child"))))));
}

TEST_F(IoTest, AKilledShimLeavesNoOrphans) {
  std::unique_ptr<Process> process;
  ExitStatus status;
  auto started = start_process(loop_, {.argv = {"sh", "-c", "echo $$ > child; sleep 1000"}, .directory = folder_},
                               {.on_exit = [&](const ExitStatus& ended) {
                                 status = ended;
                                 loop_.stop();
                               }});
  ASSERT_TRUE(started);
  process = std::move(*started);
  Inotify inotify(loop_);
  std::ofstream(folder_ + "/child").flush();
  bool killed = false;
  FileFollower follower(loop_, inotify, folder_ + "/child", [&](std::string_view) {
    if (!std::exchange(killed, true)) ::kill(process->pid(), SIGKILL);
  });
  run();
  EXPECT_TRUE(status.lost);
  EXPECT_FALSE(alive(static_cast<int>(*parse_integer(trim(*read_file(folder_ + "/child"))))));
}

TEST_F(IoTest, AFollowerSeesWhatIsAppendedOnce) {
  const std::string path = folder_ + "/events";
  ASSERT_TRUE(append_file(path, ""));
  Inotify inotify(loop_);
  std::string seen;
  FileFollower follower(loop_, inotify, path, [&](std::string_view bytes) {
    seen += bytes;
    if (seen == "one\ntwo\n")
      loop_.stop();
    else if (seen == "one\n")
      ASSERT_TRUE(append_file(path, "two\n"));
  });
  ASSERT_TRUE(append_file(path, "one\n"));
  run();
  EXPECT_EQ(seen, "one\ntwo\n");
}

TEST_F(IoTest, HttpSaysWhenNobodyAnswers) {
  const int port = *free_port();
  EXPECT_FALSE(port_answers(port));
  http_request(loop_, {.url = fmt::format("http://127.0.0.1:{}/x", port)}, [&](const Result<HttpResponse>& response) {
    EXPECT_FALSE(response);
    loop_.stop();
  });
  run();
}

TEST_F(IoTest, HttpReadsAnAnswer) {
  const int port = *free_port();
  auto server = start_process(
      loop_, {.argv = {"/usr/bin/python3", "-m", "http.server", std::to_string(port), "--bind", "127.0.0.1"}, .directory = folder_}, {});
  ASSERT_TRUE(server);
  ASSERT_TRUE(write_file(folder_ + "/hello.txt", "hello"));
  std::function<void()> ask = [&] {
    http_request(loop_, {.url = fmt::format("http://127.0.0.1:{}/hello.txt", port)}, [&](const Result<HttpResponse>& response) {
      if (!response) return ask();
      EXPECT_EQ(response->status, 200);
      EXPECT_EQ(response->body, "hello");
      loop_.stop();
    });
  };
  ask();
  run();
}

TEST_F(IoTest, TheStatusOfAPageWithoutEndIsAnAnswer) {
  const int port = *free_port();
  const std::string script =
      "import http.server, sys\n"
      "class Page(http.server.BaseHTTPRequestHandler):\n"
      "  def do_GET(self):\n"
      "    self.send_response(204 if self.path == '/none' else 200)\n"
      "    if self.path == '/large': self.send_header('Content-Length', str(64 << 20))\n"
      "    self.end_headers()\n"
      "    try:\n"
      "      while self.path == '/endless' or self.path == '/large': self.wfile.write(b'x' * 65536)\n"
      "    except OSError: pass\n"
      "http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Page).serve_forever()\n";
  auto server = start_process(loop_, {.argv = {"/usr/bin/python3", "-c", script, std::to_string(port)}, .directory = folder_}, {});
  ASSERT_TRUE(server);
  std::vector<std::string> paths{"/large", "/endless", "/none"};
  std::function<void()> ask = [&] {
    http_request(loop_, {.url = fmt::format("http://127.0.0.1:{}{}", port, paths.back())}, [&](const Result<HttpResponse>& response) {
      if (!response && paths.size() == 3) return ask();  // it is still starting
      ASSERT_TRUE(response) << paths.back() << ": " << response.error().message;
      EXPECT_EQ(response->status, paths.back() == "/none" ? 204 : 200);
      EXPECT_LE(response->body.size(), http_body_max);
      paths.pop_back();
      paths.empty() ? loop_.stop() : ask();
    });
  };
  ask();
  run();
  EXPECT_TRUE(paths.empty());
}

TEST_F(IoTest, LinksDeliverInOrderAndTellOfTheEnd) {
  auto [left, right] = make_memory_link(loop_);
  std::string heard;
  right->on_message([&](const std::string& text) { heard += text; });
  right->on_close([&] { loop_.stop(); });
  left->send("a");
  left->send("b");
  left.reset();
  run();
  EXPECT_EQ(heard, "ab");
}

TEST_F(IoTest, ALockIsExclusiveAndNamesItsHolder) {
  auto first = FileLock::take(folder_ + "/lock", "run r-1 (pid 42)");
  ASSERT_TRUE(first);
  const auto second = FileLock::take(folder_ + "/lock", "x");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message, "another tamarack is at work here: run r-1 (pid 42)");
  first->reset();
  EXPECT_TRUE(FileLock::take(folder_ + "/lock", "x"));
}

TEST_F(IoTest, FilesErrorsNameThePath) {
  EXPECT_EQ(read_file("/nonexistent/x").error().message, "cannot read '/nonexistent/x': No such file or directory");
  EXPECT_EQ(join_path("/a/b", "../c"), "/a/c");
  EXPECT_EQ(relative_to("/a", "/a/b"), "b");
  EXPECT_EQ(relative_to("/a", "/ab/c"), "/ab/c");
}

TEST(Machine, ItsClockTiesTheWallToTheBoot) {
  const MachineClock first = machine_clock();
  const MachineClock second = machine_clock();
  EXPECT_EQ(first.boot.size(), 36U) << "the kernel's boot id";
  EXPECT_EQ(first.boot, second.boot);
  EXPECT_GT(first.since_boot, Millis{0});
  EXPECT_GE(second.since_boot, first.since_boot);
  EXPECT_LT(second.since_boot - first.since_boot, Millis{60'000});
  const auto awake = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch());
  EXPECT_GE(second.since_boot + Millis{60'000}, awake) << "sleep counts, too";
  EXPECT_NEAR(static_cast<double>(to_ms(second.wall)), static_cast<double>(to_ms(SystemClock().now())), 60'000);
}

}  // namespace
}  // namespace tamarack::io

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "__shim") == 0) return tamarack::io::shim_main(argc, argv);
  tamarack::io::become_subreaper();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
