/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Executing one x86-64 instruction without it standing at its own address:
 * struct arch.step_prepare and step_finish.  Needs Zydis; without it every
 * instruction is ARCH_STEP_CANNOT.
 */
#ifndef BACKEND_ARCH_X86_STEP_H
#define BACKEND_ARCH_X86_STEP_H

#include "arch.h"

enum arch_step_how x86_64_step_prepare(struct arch_step *step,
				       const uint8_t *insn, size_t n,
				       uint64_t from, uint64_t to,
				       uint8_t *file,
				       const struct arch_memory *mem);
int x86_64_step_finish(const struct arch_step *step, uint8_t *file,
		       const struct arch_memory *mem);

#endif
