// SPDX-License-Identifier: MIT
//
// TimerHeap: what is to happen at certain times, the earliest first.
// Thread-safety: none; it belongs to a carrier.
#pragma once

#include "base/deadline.hpp"

#include <cassert>
#include <utility>

namespace netlite {

/// A pairing heap whose nodes are members of what is timed, so that nothing is allocated.
class TimerHeap {
 public:
  using Time = Deadline::Clock::time_point;

  class Node {
   public:
    bool isListed() const noexcept { return is_listed_; }
    Time time() const noexcept { return time_; }

   private:
    friend class TimerHeap;

    Time time_{};
    Node* child_ = nullptr;
    Node* sibling_ = nullptr;   // the next one
    Node* previous_ = nullptr;  // sibling, or the parent of a first child
    bool is_listed_ = false;
  };

  bool isEmpty() const noexcept { return root_ == nullptr; }

  Node& earliest() const noexcept {
    assert(!isEmpty());
    return *root_;
  }

  void insert(Node& node, Time time) noexcept {
    assert(!node.is_listed_);
    node.time_ = time;
    node.child_ = node.sibling_ = node.previous_ = nullptr;
    node.is_listed_ = true;
    root_ = merge(root_, &node);
  }

  void remove(Node& node) noexcept {
    assert(node.is_listed_);
    if (&node == root_) {
      root_ = mergeAll(node.child_);
    } else {
      detach(node);
      root_ = merge(root_, mergeAll(node.child_));
    }
    node.is_listed_ = false;
  }

 private:
  // Both are roots without siblings, or null.
  static Node* merge(Node* left, Node* right) noexcept {
    if (left == nullptr) return right;
    if (right == nullptr) return left;
    if (right->time_ < left->time_) std::swap(left, right);
    right->sibling_ = left->child_;
    if (left->child_ != nullptr) left->child_->previous_ = right;
    right->previous_ = left;
    left->child_ = right;
    return left;
  }

  static void detach(Node& node) noexcept {
    if (node.sibling_ != nullptr) node.sibling_->previous_ = node.previous_;
    const bool isFirstChild = node.previous_->child_ == &node;
    (isFirstChild ? node.previous_->child_ : node.previous_->sibling_) = node.sibling_;
  }

  // Merges siblings in pairs, and then the pairs.
  static Node* mergeAll(Node* first) noexcept {
    Node* pairs = nullptr;
    while (first != nullptr) {
      Node* const left = takeRoot(first);
      Node* const pair = merge(left, takeRoot(first));
      pair->sibling_ = pairs;
      pairs = pair;
    }
    Node* root = nullptr;
    while (pairs != nullptr) root = merge(root, takeRoot(pairs));
    return root;
  }

  // Takes the first of a list of siblings, as a root of its own.
  static Node* takeRoot(Node*& first) noexcept {
    Node* const root = first;
    if (root == nullptr) return nullptr;
    first = root->sibling_;
    root->sibling_ = root->previous_ = nullptr;
    return root;
  }

  Node* root_ = nullptr;
};

}  // namespace netlite
