/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watchpoints and hardware breakpoints.  What the client inserted is kept as a
 * list; each entry takes as many slots as its address and length need, and
 * entries share a slot where they ask for the very same.
 */
#include "ptrace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct watch {
	struct watch *next;
	enum target_breakpoint_kind kind;
	uint64_t addr, len;
};

enum { WIDEST = 8 };

/* ---- slots -------------------------------------------------------------- */

/* The widest piece that one slot can take, from the start of a range. */
static uint8_t
piece_len(const struct arch *a, enum target_breakpoint_kind kind, uint64_t addr,
	  uint64_t len)
{
	uint8_t width = WIDEST;

	while (width > 1 &&
	       (width > len || !a->hw_ok((unsigned)kind, addr, width)))
		width /= 2;
	return width;
}

static bool
slot_same(const struct arch_hw_slot *s, const struct arch_hw_slot *other)
{
	return s->used && s->kind == other->kind && s->len == other->len &&
	       s->addr == other->addr;
}

/* A slot for a piece: one that has it already, else a free one. */
static int
slot_take(const struct arch *a, const struct arch_hw_slot *piece,
	  struct arch_hw_slot *slots, bool *needed)
{
	for (unsigned i = 0; i < a->hw_slots; i++) {
		if (slot_same(&slots[i], piece)) {
			needed[i] = true;
			return 0;
		}
	}
	for (unsigned i = 0; i < a->hw_slots; i++) {
		if (!slots[i].used) {
			slots[i] = *piece;
			needed[i] = true;
			return 0;
		}
	}
	return -ENOSPC;
}

static int
watch_place(const struct arch *a, const struct watch *w,
	    struct arch_hw_slot *slots, bool *needed)
{
	uint64_t addr = w->addr, left = w->len;
	int err;

	while (left != 0) {
		struct arch_hw_slot piece = {
			.used = true,
			.kind = (uint8_t)w->kind,
			.len = piece_len(a, w->kind, addr, left),
			.addr = addr,
		};

		err = slot_take(a, &piece, slots, needed);
		if (err < 0)
			return err;
		addr += piece.len;
		left -= piece.len;
	}
	return 0;
}

/*
 * Free the slots which the list does not need any more.  What stays keeps its
 * slot: a hit that is not fetched yet names it.
 */
static void
slots_trim(struct process *p)
{
	bool needed[ARCH_HW_SLOTS_MAX] = { false };

	for (const struct watch *w = p->watches; w != NULL; w = w->next)
		(void)watch_place(p->arch, w, p->hw, needed);
	for (unsigned i = 0; i < ARCH_HW_SLOTS_MAX; i++) {
		if (!needed[i])
			memset(&p->hw[i], 0, sizeof(p->hw[i]));
	}
}

/* 0 is for those that never had any. */
static void
generation_bump(struct process *p)
{
	if (++p->hw_generation == 0)
		p->hw_generation = 1;
}

static bool
slots_used(const struct process *p)
{
	for (unsigned i = 0; i < p->arch->hw_slots; i++) {
		if (p->hw[i].used)
			return true;
	}
	return false;
}

/* ---- the list --------------------------------------------------------- */

static struct watch **
watch_find(struct process *p, enum target_breakpoint_kind kind, uint64_t addr,
	   uint64_t len)
{
	struct watch **at;

	for (at = &p->watches; *at != NULL; at = &(*at)->next) {
		if ((*at)->kind == kind && (*at)->addr == addr &&
		    (*at)->len == len)
			return at;
	}
	return NULL;
}

static int
watch_check(const struct process *p, enum target_breakpoint_kind kind,
	    uint64_t addr, uint64_t len)
{
	const struct arch *a = p->arch;

	if (a->hw_slots == 0 || !a->hw_ok((unsigned)kind, 0, 1))
		return -EOPNOTSUPP;
	if (len == 0 || addr >= a->user_limit || len > a->user_limit - addr)
		return -EINVAL;
	/* More than this no division into pieces can make fit. */
	return len > (uint64_t)a->hw_slots * WIDEST ? -ENOSPC : 0;
}

/* What the protocol says of a breakpoint is its kind, not a length. */
static uint64_t
length_of(enum target_breakpoint_kind kind, uint64_t len)
{
	return kind == TARGET_BREAKPOINT_HARDWARE ? 1 : len;
}

/* Does the machine take it?  Some have the registers and no use of them. */
static int
slots_try(struct process *p)
{
	struct thread *th;

	for (th = p->threads; th != NULL; th = th->next) {
		if (th->run == THREAD_STOPPED && !th->listening && !th->zombie)
			return watch_sync(th);
	}
	return 0;
}

static void
watch_unlink(struct process *p, struct watch **at)
{
	struct watch *w = *at;

	*at = w->next;
	free(w);
	slots_trim(p);
	generation_bump(p);
}

int
watch_insert(struct process *p, enum target_breakpoint_kind kind, uint64_t addr,
	     uint64_t len)
{
	bool needed[ARCH_HW_SLOTS_MAX] = { false };
	struct watch *w;
	int err;

	len = length_of(kind, len);
	err = watch_check(p, kind, addr, len);
	if (err < 0)
		return err;
	if (watch_find(p, kind, addr, len) != NULL)
		return 0;
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return -ENOMEM;
	*w = (struct watch){ p->watches, kind, addr, len };
	err = watch_place(p->arch, w, p->hw, needed);
	p->watches = w;
	generation_bump(p);
	if (err == 0)
		err = slots_try(p);
	if (err < 0)
		watch_unlink(p, &p->watches);
	return err;
}

int
watch_remove(struct process *p, enum target_breakpoint_kind kind, uint64_t addr,
	     uint64_t len)
{
	struct watch **at = watch_find(p, kind, addr, length_of(kind, len));

	if (at == NULL)
		return -ENOENT;
	watch_unlink(p, at);
	return 0;
}

int
watch_copy(const struct process *from, struct process *to)
{
	const struct watch *w;
	struct watch **end = &to->watches;

	for (w = from->watches; w != NULL; w = w->next) {
		*end = calloc(1, sizeof(**end));
		if (*end == NULL)
			return -ENOMEM;
		**end = (struct watch){ NULL, w->kind, w->addr, w->len };
		end = &(*end)->next;
	}
	memcpy(to->hw, from->hw, sizeof(to->hw));
	if (to->watches != NULL)
		generation_bump(to);
	return 0;
}

void
watch_drop(struct process *p)
{
	struct watch *w, *next;
	struct thread *th;

	for (w = p->watches; w != NULL; w = next) {
		next = w->next;
		free(w);
	}
	p->watches = NULL;
	memset(p->hw, 0, sizeof(p->hw));
	p->hw_generation = 0;
	for (th = p->threads; th != NULL; th = th->next)
		th->hw_generation = 0;
}

/* ---- threads ---------------------------------------------------------- */

int
watch_sync(struct thread *th)
{
	struct process *p = th->process;
	int err;

	if (th->hw_generation == p->hw_generation)
		return 0;
	/* A new thread has none, and none is what it is to have. */
	if (th->hw_generation != 0 || slots_used(p)) {
		err = p->arch->hw_apply(th->tid, p->hw);
		if (err < 0)
			return err;
	}
	th->hw_generation = p->hw_generation;
	return 0;
}

int
watch_clear(struct thread *th)
{
	static const struct arch_hw_slot none[ARCH_HW_SLOTS_MAX];
	int err;

	if (th->hw_generation == 0)
		return 0;
	err = th->process->arch->hw_apply(th->tid, none);
	if (err == 0)
		th->hw_generation = 0;
	return err;
}

/* Which of the client's insertions a slot belongs to. */
static const struct watch *
watch_of_slot(const struct process *p, const struct arch_hw_slot *slot)
{
	const struct watch *w;

	for (w = p->watches; w != NULL; w = w->next) {
		if (w->kind == (enum target_breakpoint_kind)slot->kind &&
		    slot->addr >= w->addr && slot->addr - w->addr < w->len)
			return w;
	}
	return NULL;
}

static void
add_hit(struct target_event *ev, const struct watch *w, unsigned index)
{
	if (ev->reason == TARGET_STOP_NONE) {
		ev->reason = w->kind == TARGET_BREAKPOINT_HARDWARE
				 ? TARGET_STOP_HW_BREAKPOINT
				 : TARGET_STOP_WATCHPOINT;
		ev->addr = w->addr;
		ev->watch_kind = w->kind;
		ev->hw_index = index;
		return;
	}
	/* A long one takes several slots. */
	if (w->kind == TARGET_BREAKPOINT_HARDWARE || w->addr == ev->addr ||
	    ev->nalso == TARGET_ALSO_MAX)
		return;
	ev->also[ev->nalso].addr = w->addr;
	ev->also[ev->nalso++].kind = w->kind;
}

int
watch_hit(struct thread *th, struct target_event *ev)
{
	struct process *p = th->process;
	const struct watch *w;
	unsigned hits;
	int hit;

	if (th->hw_generation == 0 || !slots_used(p))
		return 0;
	hit = p->arch->hw_hit(th->tid, p->hw, &hits);
	if (hit <= 0)
		return hit;
	for (unsigned i = 0; i < p->arch->hw_slots; i++) {
		w = hits >> i & 1 ? watch_of_slot(p, &p->hw[i]) : NULL;
		if (w != NULL)
			add_hit(ev, w, i);
	}
	return ev->reason != TARGET_STOP_NONE;
}

int
watch_hit_only(struct thread *th, struct target_event *ev)
{
	const struct process *p = th->process;
	const struct watch *w;
	unsigned used = 0, index = 0;

	for (unsigned i = 0; i < p->arch->hw_slots; i++) {
		if (!p->hw[i].used)
			continue;
		index = i;
		used++;
	}
	if (th->hw_generation == 0 || used != 1)
		return 0;
	w = watch_of_slot(p, &p->hw[index]);
	if (w != NULL)
		add_hit(ev, w, index);
	return w != NULL;
}
