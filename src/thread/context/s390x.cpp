// SPDX-License-Identifier: MIT
//
// The switch for s390x and its ELF calling convention.
#include "thread/context/processor.hpp"

#include <cstdint>

// A caller reserves 160 bytes for its callee, with places for r6 to r15.
asm(NETLITE_ASM_BEGIN("netlite_switch_context") R"(
	stmg %r6, %r15, 48(%r15)
	.cfi_offset %r6, -112
	.cfi_offset %r7, -104
	.cfi_offset %r8, -96
	.cfi_offset %r9, -88
	.cfi_offset %r10, -80
	.cfi_offset %r11, -72
	.cfi_offset %r12, -64
	.cfi_offset %r13, -56
	.cfi_offset %r14, -48
	.cfi_offset %r15, -40
	aghi %r15, -64
	.cfi_adjust_cfa_offset 64
	std %f8, 0(%r15)
	.cfi_rel_offset %f8, 0
	std %f9, 8(%r15)
	.cfi_rel_offset %f9, 8
	std %f10, 16(%r15)
	.cfi_rel_offset %f10, 16
	std %f11, 24(%r15)
	.cfi_rel_offset %f11, 24
	std %f12, 32(%r15)
	.cfi_rel_offset %f12, 32
	std %f13, 40(%r15)
	.cfi_rel_offset %f13, 40
	std %f14, 48(%r15)
	.cfi_rel_offset %f14, 48
	std %f15, 56(%r15)
	.cfi_rel_offset %f15, 56
	stg %r15, 0(%r2)
	lgr %r15, %r3
)" NETLITE_ASM_POINT("netlite_parked_context") R"(
	ld %f8, 0(%r15)
	.cfi_restore %f8
	ld %f9, 8(%r15)
	.cfi_restore %f9
	ld %f10, 16(%r15)
	.cfi_restore %f10
	ld %f11, 24(%r15)
	.cfi_restore %f11
	ld %f12, 32(%r15)
	.cfi_restore %f12
	ld %f13, 40(%r15)
	.cfi_restore %f13
	ld %f14, 48(%r15)
	.cfi_restore %f14
	ld %f15, 56(%r15)
	.cfi_restore %f15
	lmg %r6, %r15, 112(%r15)
	.cfi_adjust_cfa_offset -64
	.cfi_restore %r6
	.cfi_restore %r7
	.cfi_restore %r8
	.cfi_restore %r9
	.cfi_restore %r10
	.cfi_restore %r11
	.cfi_restore %r12
	.cfi_restore %r13
	.cfi_restore %r14
	.cfi_restore %r15
	br %r14
)" NETLITE_ASM_END("netlite_switch_context"));

// The last instruction is an illegal one.
asm(NETLITE_ASM_BEGIN_BEFORE("netlite_start_context") R"(
	.cfi_undefined %r14
	nopr
)" NETLITE_ASM_ENTRY("netlite_start_context") R"(
	lgr %r2, %r7
	basr %r14, %r6
	.long 0
)" NETLITE_ASM_END("netlite_start_context"));

namespace netlite {

namespace {

// As netlite_switch_context stores them. From `back_chain` on it is what netlite_start_context reserves for its callee.
struct Registers {
  double f8, f9, f10, f11, f12, f13, f14, f15;
  std::uintptr_t back_chain, reserved[5];
  std::uintptr_t r6, r7, r8, r9, r10, r11, r12, r13, r14, r15;
  double arguments[4];
};
static_assert(sizeof(Registers) == 64 + 160, "a frame of 64 bytes, and the caller's 160");

}  // namespace

void* newFlow(void* top, void (*entry)(void*) noexcept, void* argument) noexcept {
  auto* const registers = reinterpret_cast<Registers*>(reinterpret_cast<std::uintptr_t>(top) & ~std::uintptr_t{7}) - 1;
  *registers = Registers{};
  registers->r6 = reinterpret_cast<std::uintptr_t>(entry);
  registers->r7 = reinterpret_cast<std::uintptr_t>(argument);
  registers->r14 = reinterpret_cast<std::uintptr_t>(&netlite_start_context);
  registers->r15 = reinterpret_cast<std::uintptr_t>(&registers->back_chain);
  return registers;
}

}  // namespace netlite
