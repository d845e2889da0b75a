/* SPDX-License-Identifier: Apache-2.0 */
/* Breakpoints and watchpoints of the mock: a list, never bytes in memory. */
#include <errno.h>
#include <stdlib.h>

#include "private.h"

static bool
is_hardware(enum target_breakpoint_kind kind)
{
	return kind != TARGET_BREAKPOINT_SOFTWARE;
}

static bool
is_watch(enum target_breakpoint_kind kind)
{
	return is_hardware(kind) && kind != TARGET_BREAKPOINT_HARDWARE;
}

static struct mock_break **
find(struct mock_process *p, enum target_breakpoint_kind kind, uint64_t addr,
     uint64_t len)
{
	struct mock_break **at;

	for (at = &p->breaks; *at; at = &(*at)->next)
		if ((*at)->kind == kind && (*at)->addr == addr &&
		    (!is_watch(kind) || (*at)->len == len))
			return at;
	return NULL;
}

struct mock_break *
mock_break_at(struct mock_process *p, uint64_t pc)
{
	struct mock_break *b;

	for (b = p->breaks; b; b = b->next)
		if (!is_watch(b->kind) && b->addr == pc)
			return b;
	return NULL;
}

struct mock_break *
mock_watch_at(struct mock_process *p, uint64_t addr, uint64_t len, bool write,
	      unsigned *index)
{
	struct mock_break *b;

	*index = 0;
	for (b = p->breaks; b; b = b->next) {
		if (!is_hardware(b->kind))
			continue;
		if (is_watch(b->kind) && addr < b->addr + b->len &&
		    b->addr < addr + len &&
		    (write || b->kind != TARGET_WATCH_WRITE))
			return b;
		++*index;
	}
	return NULL;
}

int
mock_insert_breakpoint(struct target *t, pid_t pid,
		       enum target_breakpoint_kind kind, uint64_t addr,
		       uint64_t len)
{
	struct mock *m = mock_of(t);
	struct mock_process *p = mock_process_traced(m, pid);
	struct mock_break *b, **at;
	struct mock_mapping map;
	unsigned used = 0, all = 0;

	if (!p || p->exiting)
		return -ESRCH;
	if (kind == TARGET_WATCH_READ ||
	    (is_hardware(kind) && m->options.hw_slots == 0))
		return -EOPNOTSUPP;
	if (find(p, kind, addr, len))
		return 0;
	if (!is_hardware(kind) && !mock_map_at(p, addr, &map))
		return -EFAULT;
	if (is_hardware(kind) && (!m->arch->hw_ok((unsigned)kind, addr, len) ||
				  addr >= m->arch->user_limit))
		return -ENOSPC;
	for (at = &p->breaks; *at; at = &(*at)->next) {
		all++;
		used += is_hardware((*at)->kind);
	}
	if (all >= MOCK_BREAKS_MAX ||
	    (is_hardware(kind) && used >= m->options.hw_slots))
		return -ENOSPC;
	b = calloc(1, sizeof(*b));
	if (!b)
		return -ENOMEM;
	b->kind = kind;
	b->addr = addr;
	b->len = len;
	*at = b;
	return 0;
}

int
mock_remove_breakpoint(struct target *t, pid_t pid,
		       enum target_breakpoint_kind kind, uint64_t addr,
		       uint64_t len)
{
	struct mock_process *p = mock_process_traced(mock_of(t), pid);
	struct mock_break **at, *b;

	if (!p || p->exiting)
		return -ESRCH;
	at = find(p, kind, addr, len);
	if (!at)
		return -ENOENT;
	b = *at;
	*at = b->next;
	free(b);
	return 0;
}

int
mock_breaks_copy(struct mock_process *from, struct mock_process *to)
{
	struct mock_break *b, **at = &to->breaks;

	for (b = from->breaks; b; b = b->next) {
		*at = calloc(1, sizeof(**at));
		if (!*at)
			return -ENOMEM;
		**at = *b;
		(*at)->next = NULL;
		at = &(*at)->next;
	}
	return 0;
}

void
mock_breaks_free(struct mock_process *p)
{
	struct mock_break *b;

	while ((b = p->breaks)) {
		p->breaks = b->next;
		free(b);
	}
}

void
mock_breaks_forget(struct mock_process *p, uint64_t addr, uint64_t len)
{
	struct mock_break **at = &p->breaks, *b;

	while ((b = *at)) {
		if (is_hardware(b->kind) || b->addr < addr ||
		    b->addr - addr >= len) {
			at = &b->next;
			continue;
		}
		*at = b->next;
		free(b);
	}
}
