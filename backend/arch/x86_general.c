/* SPDX-License-Identifier: Apache-2.0 */
#include "x86.h"

#include <string.h>

#define FIELD(name) offsetof(struct user_regs_struct, name)

static uint64_t
load(const uint8_t *file, size_t offset)
{
	uint64_t v;

	memcpy(&v, file + offset, sizeof(v));
	return v;
}

static void
store(uint8_t *file, size_t offset, uint64_t v)
{
	memcpy(file + offset, &v, sizeof(v));
}

uint64_t
x86_get_pc(const uint8_t *file)
{
	return load(file, FIELD(rip));
}

void
x86_set_pc(uint8_t *file, uint64_t pc)
{
	store(file, FIELD(rip), pc);
}

uint64_t
x86_get_sp(const uint8_t *file)
{
	return load(file, FIELD(rsp));
}

void
x86_leave_syscall(uint8_t *file)
{
	store(file, FIELD(orig_rax), UINT64_MAX);
}

/* Of a 32-bit program only the lower half may have been written. */
bool
x86_in_syscall(const uint8_t *file)
{
	return x86_syscall_nr(file) >= 0;
}

int64_t
x86_syscall_nr(const uint8_t *file)
{
	return (int32_t)load(file, FIELD(orig_rax));
}

/* A program that traces itself is not to be trapped by a call of ours. */
static void
clear_trap_flag(uint8_t *file)
{
	store(file, FIELD(eflags), load(file, FIELD(eflags)) & ~0x100ull);
}

void
x86_64_syscall_set(uint8_t *file, uint64_t insn,
		   const struct arch_syscall *call)
{
	static const size_t args[] = { FIELD(rdi), FIELD(rsi), FIELD(rdx),
				       FIELD(r10), FIELD(r8),  FIELD(r9) };

	for (size_t i = 0; i < 6; i++)
		store(file, args[i], call->args[i]);
	store(file, FIELD(rax), call->nr);
	store(file, FIELD(rip), insn);
	clear_trap_flag(file);
	x86_leave_syscall(file);
}

int64_t
x86_64_syscall_result(const uint8_t *file)
{
	return (int64_t)load(file, FIELD(rax));
}

void
x86_64_syscall_replace(uint8_t *file, const struct arch_syscall *call)
{
	x86_64_syscall_set(file, x86_get_pc(file), call);
	store(file, FIELD(orig_rax), call->nr);
}

/* syscall, sysenter's landing place and int $0x80: all are two bytes. */
void
x86_syscall_rewind(uint8_t *file)
{
	store(file, FIELD(rip), x86_get_pc(file) - 2);
	store(file, FIELD(rax), load(file, FIELD(orig_rax)));
	x86_leave_syscall(file);
}

void
i386_syscall_set(uint8_t *file, uint64_t insn, const struct arch_syscall *call)
{
	static const size_t args[] = { FIELD(rbx), FIELD(rcx), FIELD(rdx),
				       FIELD(rsi), FIELD(rdi), FIELD(rbp) };

	for (size_t i = 0; i < 6; i++)
		store(file, args[i], (uint32_t)call->args[i]);
	store(file, FIELD(rax), (uint32_t)call->nr);
	store(file, FIELD(rip), (uint32_t)insn);
	clear_trap_flag(file);
	x86_leave_syscall(file);
}

/* Addresses above 2 GiB are no errors. */
int64_t
i386_syscall_result(const uint8_t *file)
{
	uint32_t eax = (uint32_t)load(file, FIELD(rax));

	return eax >= (uint32_t)-4095 ? (int32_t)eax : (int64_t)eax;
}

void
i386_syscall_replace(uint8_t *file, const struct arch_syscall *call)
{
	i386_syscall_set(file, x86_get_pc(file), call);
	store(file, FIELD(orig_rax), (uint32_t)call->nr);
}
