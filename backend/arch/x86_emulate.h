/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Emulates the x86-64 instructions that breakpoints stand on most, on a
 * register file: a step over such a breakpoint then costs no ptrace stop.
 * Anything unusual is refused, and then nothing is changed.
 */
#ifndef BACKEND_ARCH_X86_EMULATE_H
#define BACKEND_ARCH_X86_EMULATE_H

#if HAVE_ZYDIS

#include <Zydis/Zydis.h>

#include "arch.h"

struct x86_insn {
	ZydisDecodedInstruction insn;
	ZydisDecodedOperand op[ZYDIS_MAX_OPERAND_COUNT];
};

bool x86_decode(struct x86_insn *in, const uint8_t *code, size_t n);

/*
 * Executes it, pc included, if it is one of those known and if what it needs
 * of memory can be had (`mem` NULL: it needs none).
 */
bool x86_emulate(const struct x86_insn *in, uint64_t from, uint8_t *file,
		 const struct arch_memory *mem);

#endif
#endif
