#include "cli/attach_command.h"

#include "cli/remote_run.h"
#include "io/http_message.h"
#include "wire/api.h"

namespace tamarack::cli {

int attach_command(const AttachOptions& options, const Clock& clock) {
  const auto address = server_address(options.server);
  if (!address) return complain(address.error());
  io::Loop loop;
  client::ApiClient api(loop, *address);
  const Screen screen = choose_screen(options.json);
  const Instant began = clock.now();
  LiveDisplay display(loop, clock, screen, began);
  std::unique_ptr<RemoteRun> remote;
  int exit_code = 4;
  bool left = false;  // watching ends, the run goes on
  const io::SignalWatch signals(loop, [&](int) {
    display.close();
    left = true;
    loop.stop();
  });
  const FilesPlace files = files_place(options.project, options.output, options.run);
  api.call({.path = "/api/v1/runs/" + io::url_segment(options.run)}, [&](const Result<std::string>& body) {
    const auto row = body ? wire::decode<wire::RunFacts>(*body) : Result<wire::RunFacts>(body.error());
    if (!row) {
      exit_code = complain(row.error());
      return loop.stop();
    }
    remote = std::make_unique<RemoteRun>(loop, clock, api, display,
                                         RemoteRunView{.run = domain::RunId{options.run},
                                                       .project = row->project,
                                                       .files = files,
                                                       .began = began,
                                                       .whole_time = false,
                                                       .command = "tamarack attach " + options.run,
                                                       .branch = row->branch,
                                                       .commit = row->commit,
                                                       .place = {.screen = screen, .json = options.json}});
    remote->follow();
  });
  loop.run();
  if (left) return exit_code_of(ErrorCode::cancelled);
  return remote ? remote->exit_code() : exit_code;
}

int cancel_command(const CancelOptions& options) {
  const auto address = server_address(options.server);
  if (!address) return complain(address.error());
  io::Loop loop;
  client::ApiClient api(loop, *address);
  int exit_code = 0;
  api.call({.method = "POST", .path = "/api/v1/runs/" + io::url_segment(options.run) + "/cancel", .body = "{}", .patience = Millis{10'000}},
           [&](const Result<std::string>& answer) {
             // Over already is what was wanted.
             if (!answer && answer.error().code == ErrorCode::conflict)
               std::fprintf(stderr, "%s\n", clean_lines(answer.error().message).c_str());
             else if (!answer)
               exit_code = complain(answer.error());
             loop.stop();
           });
  loop.run();
  return exit_code;
}

}  // namespace tamarack::cli
