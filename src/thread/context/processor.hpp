// SPDX-License-Identifier: MIT
//
// What each processor's file implements: the switch itself. Every register that a function has to preserve is saved on
// the stack of the flow that is left. Also what these files need to write functions in assembly.
// Thread-safety: for one OS thread at a time.
#pragma once

extern "C" {

/// Saves the running flow, stores its stack pointer in *saved, and resumes the one whose stack pointer is `next`.
void netlite_switch_context(void** saved, void* next) noexcept;

/// Where a suspended flow continues, in the middle of netlite_switch_context: a debugger that sets the stack pointer to
/// the flow's, and the instruction pointer to this, shows where the flow is. Not to be called. Not on macOS.
void netlite_parked_context() noexcept;

/// Where a new flow starts. Its return address is undefined, so that debuggers, profilers and backtrace() stop here.
void netlite_start_context() noexcept;

}  // extern "C"

namespace netlite {

/// Writes the registers of a new flow, which starts with entry(argument), onto its stack.
/// @return its stack pointer
void* newFlow(void* top, void (*entry)(void*) noexcept, void* argument) noexcept;

}  // namespace netlite

// The parts of a function in assembly. An unwinder that has found a return address examines the address before it, so
// a function that is entered by a return has an instruction before its label. The assembler of macOS takes a label for
// the begin of a function, after which no description of the frame may refer to what is before; so there is none
// inside.
#ifdef __APPLE__
#define NETLITE_ASM_LABEL(name) "\t.globl _" name "\n\t.private_extern _" name "\n_" name ":\n"
#define NETLITE_ASM_BEGIN(name) "\t.text\n\t.p2align 6\n" NETLITE_ASM_LABEL(name) "\t.cfi_startproc\n"
#define NETLITE_ASM_BEGIN_BEFORE(name) "\t.text\n\t.p2align 6\nbefore_" name ":\n\t.cfi_startproc\n"
#define NETLITE_ASM_ENTRY(name) "\t.alt_entry _" name "\n" NETLITE_ASM_LABEL(name)
#define NETLITE_ASM_POINT(name) ""
#define NETLITE_ASM_END(name) "\t.cfi_endproc\n"
#else
#define NETLITE_ASM_LABEL(name) "\t.globl " name "\n\t.hidden " name "\n\t.type " name ", %function\n" name ":\n"
#define NETLITE_ASM_BEGIN(name) "\t.text\n\t.p2align 6\n" NETLITE_ASM_LABEL(name) "\t.cfi_startproc\n"
#define NETLITE_ASM_BEGIN_BEFORE(name) "\t.text\n\t.p2align 6\n\t.cfi_startproc\n"
#define NETLITE_ASM_ENTRY(name) NETLITE_ASM_LABEL(name)
#define NETLITE_ASM_POINT(name) NETLITE_ASM_LABEL(name)
#define NETLITE_ASM_END(name) "\t.cfi_endproc\n\t.size " name ", . - " name "\n"
#endif
