// SPDX-License-Identifier: MIT
//
// Room: the members of a chat, and what is delivered to all of them in the same order.
// Thread-safety: every member of Room may be called from any thread; a Stay belongs to its client's thread; those of
// Member say who calls them.
#pragma once

#include "support/conversation.hpp"
#include "support/endpoint.hpp"
#include "support/outbox.hpp"
#include "support/program.hpp"
#include "support/scoped_thread.hpp"

#include <netlite/netlite.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace example {

/// What a member of the room reads.
enum class Form { lines, frames };

/// What is delivered to all members, rendered once for each form. A form that is null says nothing.
struct Post {
  SharedChunk lines;
  SharedChunk frame;  // of a WebSocket

  const SharedChunk& in(Form form) const { return form == Form::lines ? lines : frame; }
};

/// A post for a room of lines only.
///
/// @param text lines with their ends; may be empty
inline Post postOfLines(std::string text) {
  if (text.empty()) return {};
  return {chunkOfLines(std::move(text)), nullptr};
}

/// A client in the room.
struct Member {
  /// @param maxLines see Outbox
  Member(netlite::Socket accepted, Form reads, std::size_t maxLines)
      : socket(std::move(accepted)), form(reads), outbox(maxLines) {}

  /// Ends its reader and its writer. Any thread may call it.
  void close() {
    outbox.close();
    socket.close();
  }

  /// The work of the member's writer: sends what is put into the outbox, until it is finished or closed.
  void sendAll() noexcept {
    try {
      send();
    } catch (const std::exception&) {  // the socket was closed before, or memory is short
      outbox.close();
      outbox.take();  // there is no writer any more
    }
  }

  netlite::Socket socket;
  const Form form;
  Outbox outbox;
  std::string name;  // the nickname, if there are any; used by the client's own thread alone

 private:
  void send() {
    netlite::PrintWriter out(socket.getOutputStream(), false, 64 * 1024);
    for (auto batch = outbox.take(); !batch.empty(); batch = outbox.take()) {
      for (const SharedChunk& chunk : batch) out.write(chunk->bytes);
      if (!out.flush()) outbox.close();  // the client no longer reads, but what it has sent still counts
    }
  }
};
using SharedMember = std::shared_ptr<Member>;

/// Virtual threads that send what is in a member's outbox, each started when there is something to send.
/// Thread-safety: belongs to the member's own thread.
class WriterOnDemand {
 public:
  explicit WriterOnDemand(SharedMember member) : member_(std::move(member)) {
    member_->outbox.startWriterOnDemand([this] { start(); });
  }

  /// Stops the writer and waits for it.
  ~WriterOnDemand() {
    member_->close();
    endsWithin(std::chrono::milliseconds::max());
    if (thread_) thread_->join();
  }

  WriterOnDemand(const WriterOnDemand&) = delete;
  WriterOnDemand& operator=(const WriterOnDemand&) = delete;

  /// Waits for the end of the writer, but no longer than `patience`.
  bool endsWithin(std::chrono::milliseconds patience) const { return member_->outbox.awaitWriter(patience); }

 private:
  // An earlier writer has nothing more to do with the outbox, but may not have ended yet: it keeps the member alive.
  void start() {
    thread_.reset();
    thread_.emplace(netlite::Thread::startVirtualThread([member = member_] { member->sendAll(); }));
  }

  const SharedMember member_;
  std::optional<netlite::Thread> thread_;  // the last one; guarded by the outbox, which calls start()
};

class Room {
 public:
  /// Reserves a nickname. Returns false if another client has it.
  bool takeName(const std::string& name) {
    const std::lock_guard<netlite::Mutex> lock(mutex_);
    return names_.insert(name).second;
  }

  /// Frees a nickname.
  void freeName(const std::string& name) {
    const std::lock_guard<netlite::Mutex> lock(mutex_);
    names_.erase(name);
  }

  /// From now on `member` gets what is delivered, beginning with `greeting`.
  ///
  /// @param first what it alone gets before that; may be null
  void join(const SharedMember& member, const Post& greeting, const SharedChunk& first = nullptr) {
    deliver(greeting, [&] {
      if (first) member->outbox.add(first);
      admit(member);
    });
  }

  /// The same without a greeting, unless `member` has joined.
  void joinIfAbsent(const SharedMember& member) {
    const std::lock_guard<netlite::Mutex> lock(mutex_);
    if (std::find(members_.begin(), members_.end(), member) == members_.end()) admit(member);
  }

  /// `member` gets nothing more. Returns false if that was so before.
  bool remove(const SharedMember& member) {
    const std::lock_guard<netlite::Mutex> lock(mutex_);
    const auto found = std::find(members_.begin(), members_.end(), member);
    if (found == members_.end()) return false;
    members_.erase(found);
    return true;
  }

  /// `member` gets nothing more; `farewell` goes to the others, and the member's name is free.
  void leave(const SharedMember& member, const Post& farewell) noexcept {
    remove(member);
    try {
      deliver(farewell, [&] { names_.erase(member->name); });
    } catch (...) {  // out of memory: the name must be freed nevertheless
      freeName(member->name);
    }
  }

  /// Puts a post into all outboxes. Waits only for writers that are busy sending, see Outbox::kPatience.
  ///
  /// @param change a change of the room that takes effect together with the post
  void deliver(
      const Post& post, const std::function<void()>& change = [] {}) {
    while (const SharedMember full = tryToDeliver(post, change)) {
      if (!full->outbox.awaitRoomFor(*post.in(full->form))) drop(full);
    }
  }

  /// Puts a chunk into the outbox of one member, as deliver() does into all.
  void tell(const SharedMember& member, const SharedChunk& chunk) {
    if (!member->outbox.awaitRoomFor(*chunk)) drop(member);
    member->outbox.add(chunk);
  }

  /// Ends all outboxes, now and from now on. Each member still gets what is in its outbox, and then `farewell`.
  void finish(const Post& farewell) {
    const std::lock_guard<netlite::Mutex> lock(mutex_);
    is_open_ = false;
    farewell_ = farewell;
    for (const SharedMember& member : members_) say(*member, farewell);
  }

  /// Closes a member that does not read, and says so on the standard error.
  void drop(const SharedMember& member) {
    if (!remove(member)) return;
    const std::string name = peerName(member->socket);
    member->close();
    printError("dropped " + name + ": it does not read its lines");
  }

 private:
  // With mutex_ held.
  void admit(const SharedMember& member) {
    members_.push_back(member);
    if (!is_open_) say(*member, farewell_);
  }

  // Either all members get the post or none does, so all see the same order. Returns a member whose outbox is full, or
  // null if the post was added.
  SharedMember tryToDeliver(const Post& post, const std::function<void()>& change) {
    const std::lock_guard<netlite::Mutex> lock(mutex_);
    for (const SharedMember& member : members_) {
      const SharedChunk& chunk = post.in(member->form);
      if (chunk && !member->outbox.hasRoomFor(*chunk)) return member;
    }
    change();
    for (const SharedMember& member : members_) {
      if (const SharedChunk& chunk = post.in(member->form)) member->outbox.add(chunk);
    }
    return nullptr;
  }

  // The last thing that a member gets.
  static void say(Member& member, const Post& farewell) {
    if (farewell.in(member.form)) member.outbox.add(farewell.in(member.form));
    member.outbox.finish();
  }

  netlite::Mutex mutex_;
  std::vector<SharedMember> members_;  // guarded by mutex_
  std::set<std::string> names_;        // guarded by mutex_
  bool is_open_ = true;                // guarded by mutex_: finish() was not called
  Post farewell_;                      // guarded by mutex_
};

/// A client's time in the room. Whatever ends it, the client leaves and its nickname is free.
class Stay {
 public:
  Stay(Room& room, SharedMember member) : room_(room), member_(std::move(member)) {}
  ~Stay() { leave(); }
  Stay(const Stay&) = delete;
  Stay& operator=(const Stay&) = delete;

  /// Reserves a nickname. Returns false if another client has it.
  bool takeName(const std::string& name) {
    std::string copy = name;  // copied first, since copying may fail
    if (!room_.takeName(name)) return false;
    member_->name = std::move(copy);
    return true;
  }

  /// @param greeting, farewell what all members get when this one joins and when it leaves
  /// @param first              what this one alone gets before the greeting; may be null
  void join(const Post& greeting, Post farewell, const SharedChunk& first = nullptr) {
    room_.join(member_, greeting, first);
    farewell_ = std::move(farewell);
    is_in_room_ = true;
  }

  /// The member joins by another thread, which calls Room::join().
  ///
  /// @param sayFarewell says to the others that it has left; the member gets nothing more then
  void joinElsewhere(std::function<void()> sayFarewell) {
    say_farewell_ = std::move(sayFarewell);
    is_in_room_ = true;
  }

  /// Stays while `listen` runs in this thread, and a writer in another one sends what is in the outbox.
  ///
  /// @param virtualWriter the kind of the writer's thread; a virtual one runs only while there is something to send
  /// @param join          calls join()
  /// @param listen        reads what the client sends, until it has finished sending
  void converse(bool virtualWriter, const std::function<void()>& join, const std::function<void()>& listen) {
    if (virtualWriter) {
      const WriterOnDemand writer(member_);
      converse(writer, join, listen);
    } else {
      const ScopedThread<void> writer([this] { member_->sendAll(); }, [this] { member_->close(); });
      converse(writer, join, listen);
    }
  }

  /// Ends the stay early.
  void leave() noexcept {
    const bool wasInRoom = std::exchange(is_in_room_, false);
    if (wasInRoom && !say_farewell_) return room_.leave(member_, farewell_);
    if (wasInRoom) sayFarewell();
    room_.freeName(member_->name);
  }

 private:
  template <typename Writer>
  void converse(const Writer& writer, const std::function<void()>& join, const std::function<void()>& listen) {
    join();
    listen();
    leave();
    member_->outbox.finish();  // a client that has finished sending still gets what is in its outbox, if it reads
    if (writer.endsWithin(std::chrono::minutes(1))) endConversation(member_->socket);
  }

  void sayFarewell() noexcept {
    room_.remove(member_);
    try {
      say_farewell_();
    } catch (...) {  // out of memory
    }
  }

  Room& room_;
  const SharedMember member_;
  Post farewell_;  // allocated when the client joins, so that leaving cannot fail
  std::function<void()> say_farewell_;
  bool is_in_room_ = false;
};

}  // namespace example
