// SPDX-License-Identifier: MIT
//
// The switch for 64-bit ARM and the AAPCS64 calling convention.
#include "thread/context/processor.hpp"

#include <cstdint>

// hint #34 is `bti c`, for processors that check where indirect calls land.
asm(NETLITE_ASM_BEGIN("netlite_switch_context") R"(
	hint #34
	stp x29, x30, [sp, #-160]!
	.cfi_adjust_cfa_offset 160
	.cfi_rel_offset x29, 0
	.cfi_rel_offset x30, 8
	stp x19, x20, [sp, #16]
	.cfi_rel_offset x19, 16
	.cfi_rel_offset x20, 24
	stp x21, x22, [sp, #32]
	.cfi_rel_offset x21, 32
	.cfi_rel_offset x22, 40
	stp x23, x24, [sp, #48]
	.cfi_rel_offset x23, 48
	.cfi_rel_offset x24, 56
	stp x25, x26, [sp, #64]
	.cfi_rel_offset x25, 64
	.cfi_rel_offset x26, 72
	stp x27, x28, [sp, #80]
	.cfi_rel_offset x27, 80
	.cfi_rel_offset x28, 88
	stp d8, d9, [sp, #96]
	.cfi_rel_offset d8, 96
	.cfi_rel_offset d9, 104
	stp d10, d11, [sp, #112]
	.cfi_rel_offset d10, 112
	.cfi_rel_offset d11, 120
	stp d12, d13, [sp, #128]
	.cfi_rel_offset d12, 128
	.cfi_rel_offset d13, 136
	stp d14, d15, [sp, #144]
	.cfi_rel_offset d14, 144
	.cfi_rel_offset d15, 152
	mov x9, sp
	str x9, [x0]
	mov sp, x1
)" NETLITE_ASM_POINT("netlite_parked_context") R"(
	ldp d14, d15, [sp, #144]
	.cfi_restore d14
	.cfi_restore d15
	ldp d12, d13, [sp, #128]
	.cfi_restore d12
	.cfi_restore d13
	ldp d10, d11, [sp, #112]
	.cfi_restore d10
	.cfi_restore d11
	ldp d8, d9, [sp, #96]
	.cfi_restore d8
	.cfi_restore d9
	ldp x27, x28, [sp, #80]
	.cfi_restore x27
	.cfi_restore x28
	ldp x25, x26, [sp, #64]
	.cfi_restore x25
	.cfi_restore x26
	ldp x23, x24, [sp, #48]
	.cfi_restore x23
	.cfi_restore x24
	ldp x21, x22, [sp, #32]
	.cfi_restore x21
	.cfi_restore x22
	ldp x19, x20, [sp, #16]
	.cfi_restore x19
	.cfi_restore x20
	ldp x29, x30, [sp], #160
	.cfi_adjust_cfa_offset -160
	.cfi_restore x29
	.cfi_restore x30
	ret
)" NETLITE_ASM_END("netlite_switch_context"));

asm(NETLITE_ASM_BEGIN_BEFORE("netlite_start_context") R"(
	.cfi_undefined x30
	nop
)" NETLITE_ASM_ENTRY("netlite_start_context") R"(
	mov x0, x20
	blr x19
	brk #1
)" NETLITE_ASM_END("netlite_start_context"));

namespace netlite {

namespace {

// As netlite_switch_context stores them.
struct Registers {
  std::uintptr_t x29, x30, x19, x20, x21, x22, x23, x24, x25, x26, x27, x28;
  double d8, d9, d10, d11, d12, d13, d14, d15;
};

}  // namespace

void* newFlow(void* top, void (*entry)(void*) noexcept, void* argument) noexcept {
  // The processor requires a stack pointer that is a multiple of 16.
  auto* const registers = reinterpret_cast<Registers*>(reinterpret_cast<std::uintptr_t>(top) & ~std::uintptr_t{15}) - 1;
  *registers = Registers{};
  registers->x19 = reinterpret_cast<std::uintptr_t>(entry);
  registers->x20 = reinterpret_cast<std::uintptr_t>(argument);
  registers->x30 = reinterpret_cast<std::uintptr_t>(&netlite_start_context);
  return registers;
}

}  // namespace netlite
