#include "coordinator/asking.h"

#include "coordinator/answers.h"

namespace tamarack::coordinator {
namespace {

constexpr std::int64_t retry_s = 2;

}  // namespace

io::Answer busy(std::string_view why, std::int64_t seconds) {
  io::Answer answer = io::problem(503, std::string(why));
  answer.fields.emplace_back("Retry-After", std::to_string(seconds));
  return answer;
}

void ask(const std::shared_ptr<io::Exchange>& exchange, io::Lane& lane, io::Callback work, io::Callback done) {
  if (!lane.try_run(std::move(work), std::move(done), nullptr)) exchange->answer(busy("the server has too much to look up", retry_s));
}

void ask_patiently(const std::shared_ptr<io::Exchange>& exchange, io::Lane& lane, io::Callback work, io::Callback done) {
  const auto here = std::make_shared<bool>(true);
  exchange->on_gone([here] { *here = false; });
  if (!lane.try_run(std::move(work), std::move(done), [here] { return *here; }))
    exchange->answer(busy("the server has too much to look up", retry_s));
}

}  // namespace tamarack::coordinator
