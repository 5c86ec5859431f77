// SPDX-License-Identifier: MIT
//
// The switch for x86-64 and the calling convention of System V.
#include "thread/context/processor.hpp"

#include <cstdint>

asm(NETLITE_ASM_BEGIN("netlite_switch_context") R"(
	endbr64
	pushq %rbp
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %rbp, 0
	pushq %rbx
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %rbx, 0
	pushq %r12
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r12, 0
	pushq %r13
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r13, 0
	pushq %r14
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r14, 0
	pushq %r15
	.cfi_adjust_cfa_offset 8
	.cfi_rel_offset %r15, 0
	movq %rsp, (%rdi)
	movq %rsi, %rsp
)" NETLITE_ASM_POINT("netlite_parked_context") R"(
	popq %r15
	.cfi_adjust_cfa_offset -8
	.cfi_restore %r15
	popq %r14
	.cfi_adjust_cfa_offset -8
	.cfi_restore %r14
	popq %r13
	.cfi_adjust_cfa_offset -8
	.cfi_restore %r13
	popq %r12
	.cfi_adjust_cfa_offset -8
	.cfi_restore %r12
	popq %rbx
	.cfi_adjust_cfa_offset -8
	.cfi_restore %rbx
	popq %rbp
	.cfi_adjust_cfa_offset -8
	.cfi_restore %rbp
	ret
)" NETLITE_ASM_END("netlite_switch_context"));

asm(NETLITE_ASM_BEGIN_BEFORE("netlite_start_context") R"(
	.cfi_undefined %rip
	nop
)" NETLITE_ASM_ENTRY("netlite_start_context") R"(
	endbr64
	movq %r12, %rdi
	callq *%rbx
	ud2
)" NETLITE_ASM_END("netlite_start_context"));

namespace netlite {

namespace {

// In the order in which netlite_switch_context restores them.
struct Registers {
  std::uintptr_t r15, r14, r13, r12, rbx, rbp, rip;
};

}  // namespace

void* newFlow(void* top, void (*entry)(void*) noexcept, void* argument) noexcept {
  // netlite_start_context calls with a stack pointer that is a multiple of 16.
  auto* const registers = reinterpret_cast<Registers*>(reinterpret_cast<std::uintptr_t>(top) & ~std::uintptr_t{15}) - 1;
  *registers = Registers{};
  registers->rbx = reinterpret_cast<std::uintptr_t>(entry);
  registers->r12 = reinterpret_cast<std::uintptr_t>(argument);
  registers->rip = reinterpret_cast<std::uintptr_t>(&netlite_start_context);
  return registers;
}

}  // namespace netlite
