/* SPDX-License-Identifier: Apache-2.0 */
#include "x86.h"

#include "../target_types.h"

#include <errno.h>
#include <sys/ptrace.h>

enum { SLOTS = 4, DR_STATUS = 6, DR_CONTROL = 7 };

/* Bits of DR7 that say what a slot waits for. */
enum { RW_EXECUTE = 0, RW_WRITE = 1, RW_ACCESS = 3 };

static void *
dr(unsigned n)
{
	return (void *)(offsetof(struct user, u_debugreg) + (size_t)n * 8);
}

static int
dr_write(int tid, unsigned n, uint64_t v)
{
	return ptrace(PTRACE_POKEUSER, tid, dr(n), v) < 0 ? -errno : 0;
}

static bool
hw_ok(unsigned kind, uint64_t addr, uint64_t len, uint64_t widest)
{
	switch (kind) {
	case TARGET_BREAKPOINT_HARDWARE:
		return len <= 1;
	case TARGET_WATCH_WRITE:
	case TARGET_WATCH_ACCESS:
		return len != 0 && len <= widest && (len & (len - 1)) == 0 &&
		       (addr & (len - 1)) == 0;
	default:
		return false;
	}
}

bool
x86_64_hw_ok(unsigned kind, uint64_t addr, uint64_t len)
{
	return hw_ok(kind, addr, len, 8);
}

/* The kernel refuses 8 bytes for a 32-bit program. */
bool
i386_hw_ok(unsigned kind, uint64_t addr, uint64_t len)
{
	return hw_ok(kind, addr, len, 4);
}

static uint64_t
slot_control(unsigned i, const struct arch_hw_slot *slot)
{
	unsigned rw = RW_ACCESS, len = 0;

	if (slot->kind == TARGET_BREAKPOINT_HARDWARE)
		rw = RW_EXECUTE;
	else if (slot->kind == TARGET_WATCH_WRITE)
		rw = RW_WRITE;
	if (rw != RW_EXECUTE)
		len = slot->len == 8 ? 2u : slot->len - 1u;
	return (uint64_t)(rw | len << 2) << (16 + 4 * i) | 1ull << 2 * i;
}

int
x86_hw_apply(int tid, const struct arch_hw_slot *slots)
{
	uint64_t control = 0;
	int err;

	/* The kernel checks each address against what DR7 says of it. */
	err = dr_write(tid, DR_CONTROL, 0);
	if (err < 0)
		return err;
	for (unsigned i = 0; i < SLOTS; i++) {
		if (!slots[i].used)
			continue;
		err = dr_write(tid, i, slots[i].addr);
		if (err < 0)
			return err;
		control |= slot_control(i, &slots[i]);
	}
	return control == 0 ? 0 : dr_write(tid, DR_CONTROL, control);
}

int
x86_hw_hit(int tid, const struct arch_hw_slot *slots, unsigned *hits)
{
	uint64_t status;

	errno = 0;
	status = (uint64_t)ptrace(PTRACE_PEEKUSER, tid, dr(DR_STATUS), 0);
	if (errno != 0)
		return -errno;
	if ((status & 0xf) == 0)
		return 0;
	(void)dr_write(tid, DR_STATUS, 0);
	*hits = 0;
	for (unsigned i = 0; i < SLOTS; i++) {
		if (status >> i & 1 && slots[i].used)
			*hits |= 1u << i;
	}
	return *hits != 0;
}
