// What lies on the disk when an agent dies, and what its successor finds: real files, deaths by simply letting go.
#include "agent/spool.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "io/files.h"

namespace tamarack::agent {
namespace {

namespace fs = std::filesystem;
using Numbers = std::vector<std::int64_t>;

wire::SpoolHead head() {
  return {
      .server = "http://h:1", .project = "shop", .run = domain::RunId{"r-1"}, .agent = domain::AgentId{"a"}, .session = "s1", .workers = 2};
}
wire::WorkerDown words(std::size_t bytes = 10) {
  return {.worker = {}, .gone = true, .message = std::string(bytes, 'w'), .log_tail = {}};
}

class SpoolTest : public testing::Test {
 protected:
  SpoolTest() {
    char name[] = "/tmp/tamarack-spool-XXXXXX";
    agent_ = mkdtemp(name);
    folder_ = agent_ + "/runs/r-1/spool-s1";
  }
  ~SpoolTest() override { fs::remove_all(agent_); }

  std::unique_ptr<Spool> begin() {
    auto spool = Spool::create(folder_, head());
    EXPECT_TRUE(spool) << spool.error().message;
    return std::move(*spool);
  }
  std::unique_ptr<Spool> reopen() {
    auto spool = Spool::open(folder_);
    EXPECT_TRUE(spool) << spool.error().message;
    return std::move(*spool);
  }
  // What a new process would say first.
  static Numbers waiting(Spool& spool) {
    wire::Outbox outbox({.window_max = 1 << 30});
    spool.restore(outbox);
    Numbers numbers;
    for (const std::string& text : outbox.all()) numbers.push_back(wire::decode_from_agent(text)->seq);
    return numbers;
  }
  std::vector<std::string> message_files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_))
      if (entry.path().filename().string().starts_with("messages-")) names.push_back(entry.path().string());
    std::sort(names.begin(), names.end());
    return names;
  }
  std::size_t bytes_on_disk() const {
    std::size_t bytes = 0;
    for (const auto& entry : fs::directory_iterator(folder_)) bytes += entry.file_size();
    return bytes;
  }

  std::string agent_;
  std::string folder_;
};

TEST_F(SpoolTest, WhatWasNotAcknowledgedSurvivesTheProcess) {
  {
    const auto spool = begin();
    wire::Outbox outbox;
    outbox.keep_on(*spool);
    for (int i = 0; i < 5; ++i) outbox.add(words());
    outbox.acknowledged(2);
    spool->owe(std::string(64, 'a'));
    spool->owe(std::string(64, 'b'));
    spool->sent(std::string(64, 'a'));
  }
  EXPECT_EQ(Spool::find(agent_), std::vector{folder_});
  const auto spool = reopen();
  EXPECT_EQ(spool->head().session, "s1");
  EXPECT_TRUE(spool->has_session());
  EXPECT_EQ(waiting(*spool), (Numbers{3, 4, 5}));
  EXPECT_EQ(spool->owed(), std::set{std::string(64, 'b')});
}

// The successor may die as well, at any time.
TEST_F(SpoolTest, ASuccessorGoesOnInTheSameFolder) {
  {
    const auto spool = begin();
    wire::Outbox outbox;
    outbox.keep_on(*spool);
    for (int i = 0; i < 3; ++i) outbox.add(words());
  }
  {
    const auto spool = reopen();
    wire::Outbox outbox;
    spool->restore(outbox);
    outbox.acknowledged(1);
    outbox.add(words());
  }
  EXPECT_EQ(waiting(*reopen()), (Numbers{2, 3, 4}));
}

TEST_F(SpoolTest, ALineThatACrashToreIsDropped) {
  {
    const auto spool = begin();
    wire::Outbox outbox;
    outbox.keep_on(*spool);
    for (int i = 0; i < 3; ++i) outbox.add(words());
  }
  const std::string file = message_files().at(0);
  fs::resize_file(file, fs::file_size(file) - 7);
  {
    const auto spool = reopen();
    wire::Outbox outbox;
    spool->restore(outbox);
    EXPECT_EQ(outbox.last(), 2);
    outbox.add(words(11));
  }
  const auto spool = reopen();
  ASSERT_EQ(waiting(*spool), (Numbers{1, 2, 3})) << "what is written behind a torn line is found";
  EXPECT_NE(spool->text_of(3)->find("wwwwwwwwwww\""), std::string::npos);
}

TEST_F(SpoolTest, DoesNotGrowWithWhatWasAcknowledged) {
  const auto spool = begin();
  wire::Outbox outbox;
  outbox.keep_on(*spool);
  for (int i = 1; i <= 3'000; ++i) {
    outbox.add(words(5'000));
    if (i % 10 == 0) outbox.acknowledged(i);
  }
  EXPECT_LT(bytes_on_disk(), 2 * Spool::idle_bytes_max) << "15 MB were said";
  EXPECT_EQ(message_files().size(), 1U);
  outbox.add(words());
  EXPECT_EQ(waiting(*reopen()), (Numbers{3'001}));
}

TEST_F(SpoolTest, ALongAbsenceIsSpreadOverFilesThatGoOneByOne) {
  const auto spool = begin();
  wire::Outbox outbox({.memory_max = 0});
  outbox.keep_on(*spool);
  for (int i = 1; i <= 1'200; ++i) outbox.add(words(10'000));
  EXPECT_EQ(outbox.memory_bytes(), 0U);
  EXPECT_EQ(message_files().size(), 3U);
  outbox.acknowledged(900);
  EXPECT_EQ(message_files().size(), 1U);
  EXPECT_EQ(waiting(*reopen()).size(), 300U);
}

TEST_F(SpoolTest, ADiskThatTakesNothingIsToldOnceAndForgotten) {
  const auto spool = begin();
  std::vector<std::string> told;
  spool->on_trouble([&](const std::optional<Error>& error) { told.push_back(error ? error->message : "well again"); });
  wire::Outbox outbox;
  outbox.keep_on(*spool);
  outbox.add(words());
  // A file in the place of the folder: not even root can write there.
  fs::rename(folder_, folder_ + ".aside");
  std::ofstream(folder_) << "";
  for (int i = 0; i < 3; ++i) outbox.add(words());
  ASSERT_EQ(told.size(), 1U);
  EXPECT_NE(told[0].find("cannot write"), std::string::npos) << told[0];
  fs::remove(folder_);
  fs::rename(folder_ + ".aside", folder_);
  outbox.add(words());
  EXPECT_EQ(told.back(), "well again");
  EXPECT_EQ(waiting(*reopen()), (Numbers{1, 2, 3, 4, 5}));
}

// What cannot be taken back from a file is left there; the next line goes into another one.
TEST_F(SpoolTest, AFileThatCannotBeWrittenAnyMoreIsNotTheEnd) {
  const auto spool = begin();
  wire::Outbox outbox;
  outbox.keep_on(*spool);
  outbox.add(words());
  const std::string file = message_files().at(0);
  fs::rename(file, folder_ + "/aside");
  fs::create_directory(file);
  for (int i = 0; i < 3; ++i) outbox.add(words());
  fs::remove(file);
  fs::rename(folder_ + "/aside", file);
  EXPECT_EQ(waiting(*reopen()), (Numbers{1, 2, 3, 4}));
}

TEST_F(SpoolTest, ASessionThatHasEndedLeavesOnlyFilesBehind) {
  {
    const auto spool = begin();
    wire::Outbox outbox;
    outbox.keep_on(*spool);
    outbox.add(words());
    spool->owe(std::string(64, 'c'));
    spool->end_session();
  }
  const auto spool = reopen();
  EXPECT_FALSE(spool->has_session());
  EXPECT_EQ(spool->owed().size(), 1U);
  spool->remove();
  EXPECT_TRUE(Spool::find(agent_).empty());
}

TEST_F(SpoolTest, TheListOfFilesIsWrittenAnewWhenItIsMostlySettled) {
  const auto spool = begin();
  for (int i = 0; i < 5'000; ++i) {
    const std::string sha256 = fmt::format("{:064x}", i);
    spool->owe(sha256);
    if (i != 17) spool->sent(sha256);
  }
  EXPECT_LT(fs::file_size(folder_ + "/contents.jsonl"), 64U << 10);
  EXPECT_EQ(reopen()->owed(), std::set{fmt::format("{:064x}", 17)});
}

TEST_F(SpoolTest, WithoutASessionNobodyCanSayWhoseWordsTheyAre) {
  begin();
  std::ofstream(folder_ + "/session.json") << "";
  const auto spool = Spool::open(folder_);
  ASSERT_FALSE(spool);
  EXPECT_EQ(spool.error().code, ErrorCode::corrupt);
}

}  // namespace
}  // namespace tamarack::agent
