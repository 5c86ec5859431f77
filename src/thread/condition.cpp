// SPDX-License-Identifier: MIT
#include <netlite/condition.hpp>

#include "base/arguments.hpp"
#include "base/deadline.hpp"
#include "thread/word_condition.hpp"

namespace netlite {

void Condition::notify_one() noexcept { WordCondition::notifyOne(sequence_); }

void Condition::notify_all() noexcept { WordCondition::notifyAll(sequence_); }

Condition::Time Condition::timeAfter(std::chrono::milliseconds timeout) {
  return Deadline::within(checkedTimeout(timeout)).time();
}

std::uint32_t Condition::enter() const noexcept { return WordCondition::enter(sequence_); }

bool Condition::park(std::uint32_t entered, Time deadline) const noexcept {
  return WordCondition::park(sequence_, entered, Deadline::at(deadline));
}

}  // namespace netlite
