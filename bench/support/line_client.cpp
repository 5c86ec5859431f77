// SPDX-License-Identifier: MIT
//
// Exchanges of single lines, and streams in both directions concurrently.
// Thread-safety: see the header.
#include "line_client.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <vector>

namespace bench {

namespace {

constexpr std::size_t kReceiveSize = 1 << 18;  // bytes
constexpr int kTimeout = 30000;                // milliseconds without progress

// Sends a text repeatedly, as far as the system accepts bytes without waiting.
class Sender {
 public:
  Sender(int descriptor, std::string_view text, std::size_t times)
      : descriptor_(descriptor), text_(text), left_(text.size() * times) {}

  bool isDone() const { return left_ == 0; }

  void sendSome() {
    const std::string_view rest = text_.substr(position_);
    const ssize_t count = ::send(descriptor_, rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN) return;
    position_ = (position_ + static_cast<std::size_t>(checked(count, "send"))) % text_.size();
    left_ -= static_cast<std::size_t>(count);
  }

 private:
  const int descriptor_;
  const std::string_view text_;
  std::size_t position_ = 0;
  std::size_t left_;
};

}  // namespace

std::string linesOf(std::size_t lineSize, std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size / lineSize; ++i) text += lineOf(lineSize);
  return text;
}

void LineClient::exchange(std::string_view line) {
  sendAll(socket_.get(), line);
  answer_.resize(line.size());
  for (std::size_t got = 0; got < line.size();) {
    const std::size_t count = receiveSome(socket_.get(), &answer_[got], line.size() - got);
    if (count == 0) throw std::runtime_error("the server has closed");
    got += count;
  }
  if (answer_ != line) throw std::runtime_error("the answer is not the line sent: " + answer_);
}

void LineClient::pipeline(std::string_view text, std::size_t times) {
  Sender sender(socket_.get(), text, times);
  answer_.resize(kReceiveSize);
  for (std::size_t left = text.size() * times; left > 0;) {
    pollfd polled{socket_.get(), static_cast<short>(sender.isDone() ? POLLIN : POLLIN | POLLOUT), 0};
    if (checked(::poll(&polled, 1, kTimeout), "poll") == 0) throw std::runtime_error("no more answers arrive");
    if ((polled.revents & POLLOUT) != 0) sender.sendSome();
    if ((polled.revents & ~POLLOUT) == 0) continue;
    const std::size_t count = receiveSome(socket_.get(), &answer_[0], answer_.size());
    if (count == 0 || count > left) throw std::runtime_error("the answers have another size than the lines sent");
    left -= count;
  }
}

std::size_t LineClient::count(std::string_view text, std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) sendAll(socket_.get(), text);
  checked(::shutdown(socket_.get(), SHUT_WR), "shutdown");
  return std::stoul(receiveLine());
}

std::string LineClient::receiveLine() {
  std::string line;
  for (char byte = 0; receiveSome(socket_.get(), &byte, 1) == 1 && byte != '\n';) line += byte;
  return line;
}

}  // namespace bench
