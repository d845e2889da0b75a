/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A page in the target where copies of instructions are stepped, so that the
 * breakpoints on the originals can stay in.  Each breakpoint has its slot, as
 * long as slots are not short, so that its copy is written but once.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "engine.h"
#include "guardian.h"

#define PAGE_BYTES 4096
#define SLOTS	   (PAGE_BYTES / ARCH_STEP_CODE_MAX)
/* How many slots an address may be in. */
#define PROBES 8

struct scratch_slot {
	uint64_t owner; /* address of the original; 0: free */
	unsigned users; /* threads that are in it */
	size_t len;
	uint8_t code[ARCH_STEP_CODE_MAX];
};

struct scratch {
	uint64_t base; /* 0: it could not be made */
	struct scratch_slot slots[SLOTS];
};

static bool
is_error(int64_t ret)
{
	return ret < 0 && ret >= -4095;
}

static uint64_t
map_page(struct ptrace_target *t, struct thread *th)
{
	const struct arch *a = th->process->arch;
	struct arch_syscall map = {
		.nr = (uint64_t)a->nr.mmap,
		.args = { 0, PAGE_BYTES, PROT_READ | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, UINT64_MAX, 0 },
	};
	struct arch_syscall not_in_children = {
		.nr = (uint64_t)a->nr.madvise,
		.args = { 0, PAGE_BYTES, MADV_DONTFORK },
	};
	int64_t base, ret;

	if (inject_syscall(t, th, &map, &base) < 0 || is_error(base))
		return 0;
	not_in_children.args[0] = (uint64_t)base;
	if (th->run == THREAD_STOPPED)
		(void)!inject_syscall(t, th, &not_in_children, &ret);
	return (uint64_t)base;
}

static void
make(struct ptrace_target *t, struct thread *th)
{
	struct process *p = th->process;
	struct scratch *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return;
	p->scratch = s;
	p->paused++;
	threads_stop(t, p);
	if (th->run == THREAD_STOPPED && p->scratch == s)
		s->base = map_page(t, th);
	p->paused--;
}

static struct scratch_slot *
find_slot(struct scratch *s, uint64_t addr)
{
	struct scratch_slot *slot, *best = NULL;

	for (unsigned i = 0; i < PROBES; i++) {
		slot = &s->slots[(addr * 31 + i) % SLOTS];
		if (slot->owner == addr)
			return slot;
		if (slot->users == 0 && (best == NULL || best->owner != 0))
			best = slot;
	}
	return best;
}

uint64_t
scratch_take(struct ptrace_target *t, struct thread *th, uint64_t addr)
{
	struct process *p = th->process;
	struct scratch_slot *slot;

	if (p->scratch == NULL)
		make(t, th);
	if (p->scratch == NULL || p->scratch->base == 0 ||
	    th->run != THREAD_STOPPED)
		return 0;
	slot = find_slot(p->scratch, addr);
	if (slot == NULL)
		return 0;
	if (slot->owner != addr) {
		slot->owner = addr;
		slot->len = 0;
	}
	slot->users++;
	th->slot = slot;
	return p->scratch->base +
	       (uint64_t)(slot - p->scratch->slots) * ARCH_STEP_CODE_MAX;
}

int
scratch_write(struct thread *th, const uint8_t *code, size_t len)
{
	struct scratch_slot *slot = th->slot;
	struct scratch *s = th->process->scratch;
	int err;

	if (slot->len == len && memcmp(slot->code, code, len) == 0)
		return 0;
	/* Changed under another thread's feet: not while it is there. */
	if (slot->len != 0 && slot->users > 1)
		return -1;
	err = memory_write_code(th->process,
				s->base + (uint64_t)(slot - s->slots) *
					      ARCH_STEP_CODE_MAX,
				code, len);
	if (err < 0)
		return err;
	memcpy(slot->code, code, len);
	slot->len = len;
	return 0;
}

void
scratch_give(struct thread *th)
{
	if (th->slot != NULL)
		th->slot->users--;
	th->slot = NULL;
	guardian_copy(th, false);
}

void
scratch_drop(struct process *p)
{
	struct thread *th;

	for (th = p->threads; th != NULL; th = th->next) {
		th->slot = NULL;
		guardian_copy(th, false);
	}
	free(p->scratch);
	p->scratch = NULL;
}

void
scratch_unmap(struct ptrace_target *t, struct process *p)
{
	struct arch_syscall unmap = { .nr = (uint64_t)p->arch->nr.munmap };
	struct thread *th;
	int64_t ret;

	if (p->scratch == NULL)
		return;
	unmap.args[0] = p->scratch->base;
	unmap.args[1] = PAGE_BYTES;
	th = p->scratch->base != 0 ? inject_carrier(p) : NULL;
	scratch_drop(p);
	if (th != NULL)
		(void)!inject_syscall(t, th, &unmap, &ret);
}
