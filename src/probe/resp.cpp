#include "probe/resp.h"

#include <fmt/format.h>
#include <hiredis/hiredis.h>
#include <hiredis/read.h>

#include "base/text.h"

namespace tamarack::probe {
namespace {

RedisReply* place(const redisReadTask* task) {
  if (task->parent == nullptr) return new RedisReply;  // the root: take() owns it
  auto* parent = static_cast<RedisReply*>(task->parent->obj);
  return &parent->items.at(static_cast<std::size_t>(task->idx));
}

void* make_string(const redisReadTask* task, char* bytes, std::size_t length) {
  RedisReply* reply = place(task);
  reply->kind = task->type == REDIS_REPLY_ERROR ? RedisReply::Kind::error : RedisReply::Kind::text;
  reply->text.assign(bytes, length);
  return reply;
}

void* make_array(const redisReadTask* task, int count) {
  if (count < 0 || count > RespReader::items_max) return nullptr;
  RedisReply* reply = place(task);
  reply->kind = RedisReply::Kind::array;
  reply->items.resize(static_cast<std::size_t>(count));
  return reply;
}

void* make_integer(const redisReadTask* task, long long number) {
  RedisReply* reply = place(task);
  reply->kind = RedisReply::Kind::integer;
  reply->number = number;
  return reply;
}

void* make_nil(const redisReadTask* task) {
  return place(task);
}

void drop(void* root) {
  delete static_cast<RedisReply*>(root);
}

redisReplyObjectFunctions functions = {make_string, make_array, make_integer, make_nil, drop};

}  // namespace

struct RespReader::State {
  State() : reader(redisReaderCreateWithFunctions(&functions)) {}
  ~State() { redisReaderFree(reader); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  redisReader* reader;
  std::size_t bytes = 0;  // since the last whole answer
};

RespReader::RespReader() : state_(std::make_unique<State>()) {}
RespReader::~RespReader() = default;

Result<std::vector<RedisReply>> RespReader::feed(std::string_view bytes) {
  std::vector<RedisReply> replies;
  redisReader* reader = state_->reader;
  state_->bytes += bytes.size();
  bool broken = redisReaderFeed(reader, bytes.data(), bytes.size()) != REDIS_OK;
  while (!broken) {
    void* root = nullptr;
    broken = redisReaderGetReply(reader, &root) != REDIS_OK;
    if (root == nullptr) break;
    const std::unique_ptr<RedisReply> reply(static_cast<RedisReply*>(root));
    replies.push_back(std::move(*reply));
    state_->bytes = reader->len - reader->pos;
  }
  if (broken && reader->err == REDIS_ERR_OOM)
    return make_error(ErrorCode::limit_exceeded, fmt::format("the answer has more than {} items", items_max));
  if (broken) return make_error(ErrorCode::unavailable, fmt::format("the answer is not Redis: {}", to_valid_utf8(reader->errstr)));
  if (state_->bytes > reply_bytes_max)
    return make_error(ErrorCode::limit_exceeded, fmt::format("the answer is longer than {}", human_bytes(reply_bytes_max)));
  return replies;
}

std::string resp_command(const std::vector<std::string>& words) {
  std::string out = fmt::format("*{}\r\n", words.size());
  for (const std::string& word : words) {
    out += fmt::format("${}\r\n", word.size());
    out += word;
    out += "\r\n";
  }
  return out;
}

}  // namespace tamarack::probe
