/* SPDX-License-Identifier: Apache-2.0 */
/* Registers as core files have them. */
#include <cpuid.h>
#include <elf.h>
#include <string.h>

#include "x86.h"

#ifndef NT_PRXFPREG
#define NT_PRXFPREG 0x46e62b7f
#endif

#define FXSAVE_SIZE  512
#define CPUID_XSTATE 0xd

/* What the kernel gives as a thread's whole state, of this machine. */
static uint32_t
state_size(void)
{
	unsigned a, size, c, d;

	if (!__get_cpuid_count(CPUID_XSTATE, 0, &a, &size, &c, &d) ||
	    size > X86_STATE_SIZE)
		return 0;
	return size;
}

static void
x86_64_general(const uint8_t *file, void *out)
{
	memcpy(out, file, sizeof(struct user_regs_struct));
}

#define FIELD(name) offsetof(struct user_regs_struct, name)

static void
i386_general(const uint8_t *file, void *out)
{
	static const size_t order[] = {
		FIELD(rbx), FIELD(rcx), FIELD(rdx),    FIELD(rsi),
		FIELD(rdi), FIELD(rbp), FIELD(rax),    FIELD(ds),
		FIELD(es),  FIELD(fs),	FIELD(gs),     FIELD(orig_rax),
		FIELD(rip), FIELD(cs),	FIELD(eflags), FIELD(rsp),
		FIELD(ss),
	};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		memcpy((uint8_t *)out + 4 * i, file + order[i], 4);
}

const struct arch_core x86_64_core = {
	.general_size = sizeof(struct user_regs_struct),
	.general = x86_64_general,
	.id_size = 4,
	.notes = { { "CORE", NT_PRFPREG, X86_STATE_OFFSET, FXSAVE_SIZE, NULL },
		   { "LINUX", NT_X86_XSTATE, X86_STATE_OFFSET, 0,
		     state_size } },
	.nnotes = 2,
};

const struct arch_core i386_core = {
	.general_size = 17 * 4,
	.general = i386_general,
	.id_size = 2,
	.notes = { { "LINUX", NT_PRXFPREG, X86_STATE_OFFSET, FXSAVE_SIZE,
		     NULL },
		   { "LINUX", NT_X86_XSTATE, X86_STATE_OFFSET, 0,
		     state_size } },
	.nnotes = 2,
};
