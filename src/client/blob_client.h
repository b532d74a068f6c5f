// Blobs of a project, to and from a server: what is missing there, uploads that go on where they were cut, downloads that do. A few at a
// time; each is tried again while the server is away.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "client/api_client.h"
#include "wire/api.h"

namespace tamarack::client {

class BlobClient {
 public:
  struct Settings {
    std::string project;
    int at_once = 6;
    Millis patience{120'000};  // of each transfer, without any success
  };
  BlobClient(ApiClient& api, Settings settings) : api_(api), settings_(std::move(settings)) {}

  using Done = std::function<void(Result<>)>;

  // Which of these are not on the server.
  void missing(std::vector<std::string> sha256, std::function<void(Result<std::vector<wire::MissingBlob>>)> done);
  // The file's bytes have this hash, of which the server may have the first `offset` already.
  void upload(const std::string& sha256, const std::string& path, std::int64_t offset, Done done);
  // Into a file that is not there yet. The hash is for the caller to check.
  void download(const std::string& sha256, const std::string& path, Done done);

  struct File {
    std::string sha256;
    std::string path;
  };
  // All of them, as far as they are missing. Returns how many were sent.
  void send_missing(std::vector<File> files, std::function<void(Result<std::int64_t>)> done);

  bool is_idle() const { return running_ == 0 && waiting_.empty(); }

 private:
  struct Transfer;
  std::string path_of(const std::string& rest) const;
  void add(std::shared_ptr<Transfer> transfer);
  void next();
  void run(const std::shared_ptr<Transfer>& transfer);
  void ended(const std::shared_ptr<Transfer>& transfer, const Result<io::ClientAnswer>& answer);
  void again(const std::shared_ptr<Transfer>& transfer, const Error& error);
  void finish(const std::shared_ptr<Transfer>& transfer, const Result<>& outcome);

  ApiClient& api_;
  Settings settings_;
  std::deque<std::shared_ptr<Transfer>> waiting_;
  int running_ = 0;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace tamarack::client
