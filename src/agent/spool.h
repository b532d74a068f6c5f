// What an agent still owes the server of one run, on its disk: messages nobody has acknowledged, and the names of stored files that did not
// arrive. A folder per process and run: RUN_FOLDER/spool-SESSION with the files of wire/outbox_file.h. Messages are appended to a file of
// at most `file_bytes_max`; one whose messages are all acknowledged is removed, so the folder holds what is owed and little more. On the
// loop.
//
// Nothing is synchronised: what was written survives the death of the process at any moment. A power cut may cost the last seconds, up to
// what the kernel had not written yet: those messages are lost, their tests run again, and files of which nothing was noted are not sent.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "wire/outbox.h"
#include "wire/outbox_file.h"

namespace tamarack::agent {

class Spool final : public wire::OutboxDisk {
 public:
  static constexpr std::size_t file_bytes_max = 4 << 20;
  static constexpr std::size_t idle_bytes_max = 64 << 10;  // a file that holds nothing unacknowledged is let go above this

  // A new folder. Errors: io.
  static Result<std::unique_ptr<Spool>> create(std::string folder, wire::SpoolHead head);
  // What another process has left. Errors: `corrupt` when nobody can say whose words these are, io.
  static Result<std::unique_ptr<Spool>> open(std::string folder);
  // Folders of spools below an agent's folder, in the order of their runs' names.
  static std::vector<std::string> find(const std::string& agent_folder);

  // The disk takes nothing (said once), or takes it again (no error).
  void on_trouble(std::function<void(const std::optional<Error>&)> callback) { on_trouble_ = std::move(callback); }

  const wire::SpoolHead& head() const { return head_; }

  // ---- messages
  bool keep(std::int64_t seq, const std::string& text) override;
  std::optional<std::string> text_of(std::int64_t seq) override;
  void let_go(std::int64_t seq) override;
  // What waits, into an outbox that was not used yet. It goes on writing here and must not outlive this.
  void restore(wire::Outbox& outbox);
  // Of a session that has not ended: even when nothing waits, the server may hold leases for it.
  bool has_session() const { return !files_.empty(); }
  std::size_t waiting() const { return places_.size(); }
  // Nobody wants the messages any more; only files may still be owed.
  void end_session();

  // ---- stored files, by their SHA-256
  void owe(const std::string& sha256);
  void sent(const std::string& sha256);
  const std::set<std::string>& owed() const { return owed_; }

  // Nothing is owed any more.
  void remove();

 private:
  struct File {
    std::int64_t number = 0;
    std::size_t bytes = 0;
    std::int64_t last = 0;  // the highest number in it
  };
  struct Place {
    std::int64_t file = 0;
    std::size_t at = 0;
    std::size_t bytes = 0;
  };
  explicit Spool(std::string folder, wire::SpoolHead head) : folder_(std::move(folder)), head_(std::move(head)) {}
  std::string path_of(std::int64_t file) const;
  std::string contents_path() const { return folder_ + "/contents.jsonl"; }
  bool append(const std::string& path, std::string_view text, std::size_t& bytes);
  void next_file();
  void read_messages();
  void note_content(const std::string& line);
  void tell(const std::optional<Error>& error);

  std::string folder_;
  wire::SpoolHead head_;
  std::function<void(const std::optional<Error>&)> on_trouble_;
  std::deque<File> files_;
  std::map<std::int64_t, Place> places_;  // by the message's number
  std::int64_t acknowledged_ = 0;
  std::set<std::string> owed_;
  std::size_t contents_bytes_ = 0;
  std::size_t content_lines_ = 0;
  bool is_in_trouble_ = false;
};

}  // namespace tamarack::agent
