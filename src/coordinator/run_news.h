// Tells others (notify/) of the runs of a server: when one begins, and when it is closed. Nothing is forgotten by a crash: in the store
// stand the requests that are owed, and for every run what of it is still to be told, from its first entry on. What was told twice has the
// same ids. Nothing here can fail a run: trouble is a warning.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "domain/ids.h"
#include "io/lane.h"
#include "notify/notifier.h"
#include "store/store.h"

namespace tamarack::coordinator {

struct RunNewsSettings {
  notify::NotifierSettings notifier;
  std::string machine;  // of this server, for reports
  std::string version;
  std::function<void(const std::string&)> warn;  // one line for the log, without secrets
};

class RunNews {
 public:
  // `data` is only touched on `reading`, `journal` on `writing`; `restore` aside, which comes before both are used. All outlive this.
  RunNews(io::Loop& loop, const Clock& clock, store::Store& data, io::Lane& reading, store::Store& journal, io::Lane& writing,
          RunNewsSettings settings);
  ~RunNews();

  // Once, before the runs are gone on with; sending begins here.
  void restore();
  // Once, when they are: `active` are those that go on. What ended while nobody could tell it is told now, unless it is older than a day.
  void catch_up(const std::set<domain::RunId>& active);

  void began(const domain::RunId& run, const notify::News& origin);
  void closed(const domain::RunId& run);

  notify::NotifierCounts counts() const { return notifier_.counts(); }

 private:
  struct Piece;

  void tell(const domain::RunId& run, notify::Event event);
  void told(const Piece& piece);
  void keep(const std::string& key, const std::string& json);
  void keep_open(const domain::RunId& run);
  void write();

  io::Loop& loop_;
  const Clock& clock_;
  store::Store& data_;
  io::Lane& reading_;
  store::Store& journal_;
  io::Lane& writing_;
  RunNewsSettings settings_;
  io::Lane composing_;
  // Of which runs something is still to be told: News::event says what comes next.
  std::map<domain::RunId, notify::News> open_;
  std::vector<store::NoticeRow> to_write_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
  notify::Notifier notifier_;
};

}  // namespace tamarack::coordinator
