#include "probe/command_source.h"

#include <fmt/format.h>

#include "base/text.h"
#include "io/files.h"

namespace tamarack::probe {
namespace {

constexpr std::size_t errput_bytes_max = 4096;  // its end is what explains

}  // namespace

struct CommandSource::Run {
  Answered done;
  std::unique_ptr<io::Process> process;
  std::string output;
  std::string errput;
  bool truncated = false;
  bool too_late = false;
  io::Timer deadline;
};

void CommandSource::ask(const std::string&, const wire::ProbeRequest& request, Answered done) {
  const auto& probe = std::get<wire::CommandProbe>(request);
  const std::uint64_t number = ++last_number_;
  auto run = std::make_shared<Run>();
  run->done = std::move(done);
  Run* here = run.get();  // the callbacks live in its process
  io::ProcessCallbacks callbacks{.on_output =
                                     [here](std::string_view bytes) {
                                       const std::size_t room = flow::answer_bytes_max - here->output.size();
                                       here->truncated = here->truncated || bytes.size() > room;
                                       here->output += bytes.substr(0, room);
                                     },
                                 .on_errput =
                                     [here](std::string_view bytes) {
                                       here->errput += bytes;
                                       if (here->errput.size() > 2 * errput_bytes_max)
                                         here->errput.erase(0, here->errput.size() - errput_bytes_max);
                                     },
                                 .on_exit =
                                     [this, number](const io::ExitStatus& status) {
                                       // Its process must not be destroyed inside its own callback.
                                       loop_.post([this, weak = std::weak_ptr(alive_), number, status] {
                                         if (!weak.expired()) ended(number, status);
                                       });
                                     }};
  const std::string folder = probe.dir.empty() ? "" : io::absolute_path(probe.dir);
  auto process = io::start_process(loop_, {.argv = {"sh", "-c", probe.run}, .env = probe.env, .directory = folder}, std::move(callbacks));
  if (!process) return run->done(flow::NoAnswer{process.error().message});
  run->process = std::move(*process);
  // Before the look is over, so that it is this that is told.
  run->deadline = loop_.after(options_.look_max * 9 / 10, [here] {
    here->too_late = true;
    here->process->kill();
  });
  runs_[number] = std::move(run);
}

void CommandSource::ended(std::uint64_t number, const io::ExitStatus& status) {
  const auto found = runs_.find(number);
  if (found == runs_.end()) return;
  const std::shared_ptr<Run> run = found->second;
  runs_.erase(found);
  const std::string said = last_lines(strip_ansi(run->errput), 3);
  const std::string why = said.empty() ? said : ": " + said;
  if (run->too_late)
    return run->done(
        flow::NoAnswer{fmt::format("the command ran for {} and was ended{}", human_duration(options_.look_max * 9 / 10), why)});
  if (status.lost) return run->done(flow::NoAnswer{"the command was lost: how it ended is unknown"});
  if (status.signal != 0) return run->done(flow::NoAnswer{fmt::format("the command was ended by signal {}{}", status.signal, why)});
  if (status.code == 0) return run->done(flow::ValueAnswer{.exists = true, .body = std::move(run->output), .truncated = run->truncated});
  if (status.code == 1) return run->done(flow::ValueAnswer{});
  run->done(flow::NoAnswer{fmt::format("the command ended with code {}{}", status.code, why)});
}

}  // namespace tamarack::probe
