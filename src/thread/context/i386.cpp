// SPDX-License-Identifier: MIT
//
// The switch for 32-bit x86 and the calling convention of System V.
#include "thread/context/processor.hpp"

#include <cstdint>

asm(NETLITE_ASM_BEGIN("netlite_switch_context") R"(
	endbr32
	movl 4(%esp), %eax
	movl 8(%esp), %edx
	pushl %ebp
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset %ebp, 0
	pushl %ebx
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset %ebx, 0
	pushl %esi
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset %esi, 0
	pushl %edi
	.cfi_adjust_cfa_offset 4
	.cfi_rel_offset %edi, 0
	movl %esp, (%eax)
	movl %edx, %esp
)" NETLITE_ASM_POINT("netlite_parked_context") R"(
	popl %edi
	.cfi_adjust_cfa_offset -4
	.cfi_restore %edi
	popl %esi
	.cfi_adjust_cfa_offset -4
	.cfi_restore %esi
	popl %ebx
	.cfi_adjust_cfa_offset -4
	.cfi_restore %ebx
	popl %ebp
	.cfi_adjust_cfa_offset -4
	.cfi_restore %ebp
	ret
)" NETLITE_ASM_END("netlite_switch_context"));

// Calls with a stack pointer that is a multiple of 16.
asm(NETLITE_ASM_BEGIN_BEFORE("netlite_start_context") R"(
	.cfi_undefined %eip
	nop
)" NETLITE_ASM_ENTRY("netlite_start_context") R"(
	endbr32
	subl $12, %esp
	.cfi_adjust_cfa_offset 12
	pushl %esi
	.cfi_adjust_cfa_offset 4
	calll *%ebx
	ud2
)" NETLITE_ASM_END("netlite_start_context"));

namespace netlite {

namespace {

// In the order in which netlite_switch_context restores them.
struct Registers {
  std::uintptr_t edi, esi, ebx, ebp, eip;
};

}  // namespace

void* newFlow(void* top, void (*entry)(void*) noexcept, void* argument) noexcept {
  auto* const registers = reinterpret_cast<Registers*>(reinterpret_cast<std::uintptr_t>(top) & ~std::uintptr_t{15}) - 1;
  *registers = Registers{};
  registers->ebx = reinterpret_cast<std::uintptr_t>(entry);
  registers->esi = reinterpret_cast<std::uintptr_t>(argument);
  registers->eip = reinterpret_cast<std::uintptr_t>(&netlite_start_context);
  return registers;
}

}  // namespace netlite
