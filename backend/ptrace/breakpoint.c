/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Software breakpoints.  The list says what the client wants; a breakpoint is
 * out of memory only while a thread steps in place or a vfork child runs.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "guardian.h"

struct breakpoint *
breakpoint_at(struct process *p, uint64_t addr)
{
	struct breakpoint *b;

	for (b = p->breakpoints; b != NULL; b = b->next)
		if (b->addr == addr)
			return b;
	return NULL;
}

/* Where the bytes of a breakpoint meet [addr, addr + len). */
static bool
overlap(const struct process *p, const struct breakpoint *b, uint64_t addr,
	size_t len, size_t *in_breakpoint, size_t *in_buf, size_t *n)
{
	size_t blen = p->arch->breakpoint_len;
	uint64_t start, end;

	if (b->addr >= addr + len || b->addr + blen <= addr)
		return false;
	start = b->addr > addr ? b->addr : addr;
	end = b->addr + blen < addr + len ? b->addr + blen : addr + len;
	*in_breakpoint = (size_t)(start - b->addr);
	*in_buf = (size_t)(start - addr);
	*n = (size_t)(end - start);
	return true;
}

void
breakpoints_shadow(struct process *p, uint64_t addr, uint8_t *buf, size_t len)
{
	struct breakpoint *b;
	size_t from, to, n;

	for (b = p->breakpoints; b != NULL; b = b->next)
		if (b->inserted && overlap(p, b, addr, len, &from, &to, &n) &&
		    memcmp(buf + to, p->arch->breakpoint + from, n) == 0)
			memcpy(buf + to, b->saved + from, n);
}

void
breakpoints_under_write(struct process *p, uint64_t addr, uint8_t *buf,
			size_t len)
{
	struct breakpoint *b;
	size_t to, from, n;

	for (b = p->breakpoints; b != NULL; b = b->next) {
		if (!overlap(p, b, addr, len, &to, &from, &n))
			continue;
		memcpy(b->saved + to, buf + from, n);
		if (!b->inserted)
			continue;
		guardian_breakpoint_in(p, b);
		memcpy(buf + from, p->arch->breakpoint + to, n);
	}
}

/* It counts as no store to a page that is watched for stores. */
static int
put(struct process *p, uint64_t addr, const uint8_t *bytes)
{
	bool clean = vm_watch_is_clean(p, addr);
	int err = memory_write_code(p, addr, bytes, p->arch->breakpoint_len);

	if (clean)
		vm_watch_clean(p, addr);
	return err;
}

/* What stands there now. */
static int
look(struct process *p, const struct breakpoint *b, uint8_t *now)
{
	size_t len = p->arch->breakpoint_len, got;
	int err = memory_read(p, b->addr, now, len, &got);

	return err == 0 && got < len ? -EFAULT : err;
}

/* Puts the program's own bytes back, if ours are still there. */
int
breakpoint_lift(struct process *p, struct breakpoint *b)
{
	uint8_t now[sizeof(b->saved)];
	size_t len = p->arch->breakpoint_len;
	int err;

	if (!b->inserted)
		return 0;
	b->inserted = false;
	err = look(p, b, now);
	if (err == 0 && memcmp(now, p->arch->breakpoint, len) == 0)
		err = put(p, b->addr, b->saved);
	guardian_breakpoint_out(b);
	return err;
}

/* Other code may have come there while it was out. */
int
breakpoint_lower(struct process *p, struct breakpoint *b)
{
	uint8_t now[sizeof(b->saved)];
	size_t len = p->arch->breakpoint_len;
	int err;

	if (b->inserted || p->lent)
		return 0;
	err = look(p, b, now);
	if (err < 0)
		return err;
	if (memcmp(now, p->arch->breakpoint, len) != 0)
		memcpy(b->saved, now, len);
	guardian_breakpoint_in(p, b);
	err = put(p, b->addr, p->arch->breakpoint);
	if (err == 0)
		b->inserted = p->ever_inserted = true;
	else
		guardian_breakpoint_out(b);
	return err;
}

void
breakpoints_lift(struct process *p)
{
	struct breakpoint *b;

	for (b = p->breakpoints; b != NULL; b = b->next)
		breakpoint_lift(p, b);
}

void
breakpoints_lower(struct process *p)
{
	struct breakpoint *b;

	for (b = p->breakpoints; b != NULL; b = b->next)
		breakpoint_lower(p, b);
}

/* Takes it off the list; what is in memory stays there. */
static void
unlink_at(struct breakpoint **at)
{
	struct breakpoint *b = *at;

	*at = b->next;
	guardian_breakpoint_out(b);
	free(b);
}

void
breakpoints_drop(struct process *p)
{
	while (p->breakpoints != NULL)
		unlink_at(&p->breakpoints);
}

void
breakpoints_forget(struct process *p, uint64_t addr, uint64_t len)
{
	struct breakpoint **at = &p->breakpoints, *b;

	while ((b = *at) != NULL) {
		if (b->addr - addr >= len) {
			at = &b->next;
			continue;
		}
		unlink_at(at);
	}
}

void
breakpoints_clean(struct process *p, struct process *child)
{
	struct breakpoint *b;
	uint8_t now[sizeof(b->saved)];
	size_t len = p->arch->breakpoint_len, got;

	for (b = p->breakpoints; b != NULL; b = b->next)
		if (memory_read(child, b->addr, now, len, &got) == 0 &&
		    got == len && memcmp(now, p->arch->breakpoint, len) == 0)
			memory_write_code(child, b->addr, b->saved, len);
}

int
breakpoints_copy(struct process *from, struct process *to)
{
	struct breakpoint *b, *copy, **at = &to->breakpoints;

	for (b = from->breakpoints; b != NULL; b = b->next) {
		copy = malloc(sizeof(*copy));
		if (copy == NULL)
			return -ENOMEM;
		*copy = *b;
		copy->next = NULL;
		copy->note = NULL;
		*at = copy;
		at = &copy->next;
	}
	to->ever_inserted = from->ever_inserted;
	return 0;
}

/* Out for a step: it comes back by itself. */
static bool
is_stepped_over(const struct process *p, const struct breakpoint *b)
{
	return p->stepper != NULL && p->stepper->step_over_pc == b->addr;
}

/*
 * Inserted again: what was mapped there may have gone meanwhile and something
 * else come (a library unloaded, another loaded).
 */
static int
renew(struct process *p, struct breakpoint *b)
{
	uint8_t now[sizeof(b->saved)];
	int err;

	if (is_stepped_over(p, b))
		return 0;
	err = look(p, b, now);
	if (err == 0 &&
	    memcmp(now, p->arch->breakpoint, p->arch->breakpoint_len) != 0)
		b->inserted = false;
	return err < 0 ? err : breakpoint_lower(p, b);
}

static int
insert_software(struct process *p, uint64_t addr)
{
	struct breakpoint *b = breakpoint_at(p, addr);
	size_t len = p->arch->breakpoint_len;
	int err;

	if (b != NULL)
		return renew(p, b);
	b = calloc(1, sizeof(*b));
	if (b == NULL)
		return -ENOMEM;
	b->addr = addr;
	b->client = true;
	/* Pages only reserved are no memory, though we could write there. */
	err = vm_accessible(p, addr, len) == len ? 0 : -EFAULT;
	if (err == 0)
		err = look(p, b, b->saved);
	if (err == 0)
		err = breakpoint_lower(p, b);
	if (err < 0) {
		free(b);
		return err;
	}
	b->next = p->breakpoints;
	p->breakpoints = b;
	return 0;
}

static int
remove_software(struct process *p, uint64_t addr)
{
	struct breakpoint **at, *b;
	int err;

	for (at = &p->breakpoints; (b = *at) != NULL; at = &b->next)
		if (b->addr == addr)
			break;
	if (b == NULL)
		return -ENOENT;
	/* Where the memory is gone that is told, and the breakpoint is, too. */
	err = breakpoint_lift(p, b);
	unlink_at(at);
	return err;
}

/* Running threads take the new slots up when they stop for a moment. */
static void
spread_slots(struct process *p)
{
	struct thread *th;

	for (th = p->threads; th != NULL; th = th->next)
		if (th->hw_generation != p->hw_generation)
			thread_interrupt(th);
}

int
ptrace_insert_breakpoint(struct target *base, pid_t pid,
			 enum target_breakpoint_kind kind, uint64_t addr,
			 uint64_t len)
{
	struct process *p = process_visible(ptrace_of(base), pid);
	int err;

	if (p == NULL)
		return -ESRCH;
	vfork_child_used(p);
	if (kind == TARGET_BREAKPOINT_SOFTWARE)
		return insert_software(p, addr);
	err = watch_insert(p, kind, addr, len);
	if (err == 0)
		spread_slots(p);
	return err;
}

int
ptrace_remove_breakpoint(struct target *base, pid_t pid,
			 enum target_breakpoint_kind kind, uint64_t addr,
			 uint64_t len)
{
	struct process *p = process_visible(ptrace_of(base), pid);
	int err;

	if (p == NULL)
		return -ESRCH;
	if (kind == TARGET_BREAKPOINT_SOFTWARE)
		return remove_software(p, addr);
	err = watch_remove(p, kind, addr, len);
	if (err == 0)
		spread_slots(p);
	return err;
}
