#include "probe/side_thread.h"

#include <chrono>
#include <thread>

namespace tamarack::probe {
namespace {

constexpr std::chrono::milliseconds goodbye_max{500};  // mostly it takes less than one

}  // namespace

std::function<void()> SideThread::Post::take() {
  const std::scoped_lock lock(mutex_);
  if (jobs_.empty()) return {};
  auto job = std::move(jobs_.front());
  jobs_.pop_front();
  return job;
}

bool SideThread::Post::closed() {
  const std::scoped_lock lock(mutex_);
  return closed_;
}

void SideThread::Post::tell(io::Callback callback) {
  const std::scoped_lock lock(mutex_);
  if (loop_ != nullptr) loop_->post(std::move(callback));
}

void SideThread::Post::guard(int socket) {
  const std::scoped_lock lock(mutex_);
  socket_ = socket;
  if (closed_ && socket_ >= 0) io::shut_socket(socket_);
}

SideThread::SideThread(io::Loop& loop, std::function<void(Post& post)> body) : post_(std::make_shared<Post>(loop)) {
  post_->running_ = true;
  std::thread([post = post_, body = std::move(body)] {
    body(*post);
    const std::scoped_lock lock(post->mutex_);
    post->running_ = false;
    post->ended_.notify_all();
  }).detach();
}

SideThread::~SideThread() {
  std::deque<std::function<void()>> dropped;  // outside of the lock: they may hold anything
  std::unique_lock lock(post_->mutex_);
  post_->closed_ = true;
  post_->loop_ = nullptr;
  dropped.swap(post_->jobs_);
  if (post_->socket_ >= 0) io::shut_socket(post_->socket_);
  post_->wake_.ring();
  post_->ended_.wait_for(lock, goodbye_max, [this] { return !post_->running_; });
}

void SideThread::put(std::function<void()> job) {
  const std::scoped_lock lock(post_->mutex_);
  post_->jobs_.push_back(std::move(job));
  post_->wake_.ring();
}

std::size_t SideThread::waiting() const {
  const std::scoped_lock lock(post_->mutex_);
  return post_->jobs_.size();
}

}  // namespace tamarack::probe
