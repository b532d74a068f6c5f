// What the agent adds to the reports of tests that belong to flows: where their worker's application is, and that the flow's code, or the
// application, was not what it had been. It adds and never judges.
//
// Code is the commit of the working tree and the content of the flow's spec files, as they were when the first of its tests began on this
// agent; it is noted in a file of the run, so that a resumed run, days later, is compared as well. What specs import is only seen by the
// commit. On a server every test of a run has the files that the run was asked for with, so nothing can differ.
//
// Which application it is, is known to tests alone: what one captures as `app_version` is compared with what an earlier phase captured so.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "adapter/adapter.h"
#include "base/result.h"
#include "domain/test_report.h"
#include "run/event.h"

namespace tamarack::agent {

inline constexpr const char* app_url_capture = "app_url";
inline constexpr const char* app_version_capture = "app_version";

struct FlowPlace {
  std::string notes_dir;  // absolute, of the run; made when it is needed
  std::string suite_dir;  // absolute: spec paths are relative to it
  std::string commit;     // of the working tree; empty: unknown
  std::string app_url;    // of the application of this worker alone; empty: it has none, or nobody else can reach it
};

class FlowMarks {
 public:
  // Looks at the spec files of the flows that the selection has tests of. `handed_on`: what its tests get from the phases before them.
  // Errors: io, when the note cannot be written.
  static Result<FlowMarks> look(const adapter::Selection& selection, const FlowPlace& place,
                                const std::vector<run::LeaseCaptures>& handed_on = {});

  // In the attempt's folder, for what has to be said of it after Tamarack was killed (recover.h). Nothing is written when there is nothing
  // to say. Errors: io.
  Result<> keep(const std::string& attempt_dir) const;
  // What was kept there; nothing to say when nothing was.
  static FlowMarks kept(const std::string& attempt_dir);

  bool is_about(domain::TestIndex test) const { return marks_.contains(test); }
  // domain::drifted_annotation when the flow's code has changed since it began, or when the test has captured another `app_version` than
  // it was handed. `app_url` as a capture, if the test has made none of that
  // name: for every test that captures something, and for the only test of a phase that no other tests stand before.
  void add_to(domain::TestReport& report) const;

 private:
  struct Mark {
    std::string drift;  // empty: its code is what it was
    bool begins_alone = false;
    std::string app_version;  // that it was handed, as JSON in one line; empty: none
  };
  std::map<domain::TestIndex, Mark> marks_;
  std::string app_url_;
};

}  // namespace tamarack::agent
