/* SPDX-License-Identifier: Apache-2.0 */
#include "breakpoints.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"
#include "hit.h"
#include "trace.h"

/* The first item at `addr` or after it. */
static size_t
lower_bound(const struct breakpoint_list *l, uint64_t addr)
{
	size_t low = 0;
	size_t high = l->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (l->items[mid].addr < addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static struct breakpoint *
find(struct breakpoint_list *l, const struct breakpoint *b)
{
	for (size_t i = lower_bound(l, b->addr);
	     i < l->n && l->items[i].addr == b->addr; i++) {
		if (l->items[i].pid == b->pid && l->items[i].kind == b->kind &&
		    l->items[i].len == b->len)
			return &l->items[i];
	}
	return NULL;
}

static size_t
code_size(const struct breakpoint *b)
{
	const uint8_t *at = b->code;
	uint16_t len;

	for (size_t i = 0; i < b->nconditions + b->ncommands; i++) {
		memcpy(&len, at, sizeof(len));
		at += sizeof(len) + len;
	}
	return b->code == NULL ? 0 : (size_t)(at - b->code);
}

static int
measure(struct rsp_list list, size_t *size, size_t *n)
{
	struct rsp_bytes code;

	while (rsp_agent_next(&list, &code)) {
		if (code.len > UINT16_MAX)
			return -EINVAL;
		*size += sizeof(uint16_t) + code.len;
		++*n;
	}
	return 0;
}

static uint8_t *
copy(struct rsp_list list, uint8_t *to)
{
	struct rsp_bytes code;

	while (rsp_agent_next(&list, &code)) {
		uint16_t len = (uint16_t)code.len;

		memcpy(to, &len, sizeof(len));
		to += sizeof(len);
		if (len > 0)
			memcpy(to, code.data, len);
		to += len;
	}
	return to;
}

/* Copies the bytecode out of the packet. */
static int
take_code(const struct breakpoint_list *l, struct breakpoint *b,
	  struct rsp_list conditions, struct rsp_list commands)
{
	size_t size = 0;
	int err;

	err = measure(conditions, &size, &b->nconditions);
	if (err == 0)
		err = measure(commands, &size, &b->ncommands);
	if (err < 0 || size == 0)
		return err;
	if (size > BREAKPOINTS_CODE_MAX - l->code_size)
		return -ENOSPC;
	b->code = malloc(size);
	if (b->code == NULL)
		return -ENOMEM;
	copy(commands, copy(conditions, b->code));
	return 0;
}

/* Room for one more, had before the target is changed. */
static int
reserve(struct breakpoint_list *l)
{
	size_t cap = l->cap == 0 ? 16 : l->cap * 2;
	struct breakpoint *items;

	if (l->n < l->cap)
		return 0;
	if (l->n >= BREAKPOINTS_MAX)
		return -ENOSPC;
	items = realloc(l->items, cap * sizeof(*items));
	if (items == NULL)
		return -ENOMEM;
	l->items = items;
	l->cap = cap;
	return 0;
}

static void
add(struct breakpoint_list *l, const struct breakpoint *b)
{
	size_t at = lower_bound(l, b->addr);

	memmove(l->items + at + 1, l->items + at,
		(l->n - at) * sizeof(*l->items));
	l->items[at] = *b;
	l->n++;
	l->code_size += code_size(b);
}

static void
drop(struct breakpoint_list *l, struct breakpoint *b)
{
	size_t at = (size_t)(b - l->items);

	l->code_size -= code_size(b);
	free(b->code);
	l->n--;
	memmove(b, b + 1, (l->n - at) * sizeof(*b));
}

/* ---- the question at a hit --------------------------------------------- */

/*
 * To the client's console where the protocol has a way: while an all-stop
 * client waits for its stop reply.  One that does not read loses text, not the
 * stop.
 */
static void
hit_print(void *arg, const char *text, size_t len)
{
	const struct hit *h = arg;
	struct session *s = h->s;

	if (s->client.present && !s->client.non_stop &&
	    s->state == SESSION_RUNNING) {
		if (session_has_room(s))
			session_console(s, text, len);
		return;
	}
	while (len > 0 && text[len - 1] == '\n')
		len--;
	session_say(s, "%.*s", (int)len, text);
}

static int
run_next(const struct hit *h, const uint8_t **at, uint64_t *value)
{
	struct agent_access access = {
		.arg = (void *)h,
		.read_register = hit_read_register,
		.read_memory = hit_read_memory,
		.print = hit_print,
		.get_variable = hit_get_variable,
		.set_variable = hit_set_variable,
	};
	const uint8_t *code = *at;
	uint16_t len;

	memcpy(&len, code, sizeof(len));
	*at = code + sizeof(len) + len;
	return agent_evaluate(code + sizeof(len), len, &access, value);
}

/* A condition that cannot be evaluated holds: the user must see it. */
static bool
holds(const struct hit *h, const struct breakpoint *b, const uint8_t **at)
{
	bool any = b->nconditions == 0;

	for (size_t i = 0; i < b->nconditions; i++) {
		uint64_t value = 0;

		if (run_next(h, at, &value) < 0 || value != 0)
			any = true;
	}
	return any;
}

/*
 * Reported: a hit of a breakpoint whose conditions hold and that has no
 * commands (those are what is done instead of a stop).
 */
static bool
is_reported(const struct hit *h, const struct breakpoint *b)
{
	const uint8_t *at = b->code;

	if (!holds(h, b, &at))
		return false;
	for (size_t i = 0; i < b->ncommands; i++) {
		uint64_t value;

		if (run_next(h, &at, &value) < 0)
			return true;
	}
	return b->ncommands == 0;
}

static bool
hit_filter(void *arg, pid_t pid, pid_t tid, uint64_t pc)
{
	struct session *s = arg;
	struct breakpoint_list *l = s->breakpoints;
	struct hit hit = { .s = s, .pid = pid, .tid = tid };
	bool reported = false;
	/* A tracepoint collects first: a condition may set a variable. */
	bool known = trace_hit(s, pid, tid, pc);

	if (l == NULL)
		return !known;
	for (size_t i = lower_bound(l, pc); i < l->n && l->items[i].addr == pc;
	     i++) {
		const struct breakpoint *b = &l->items[i];

		if (b->pid != pid || (b->kind != TARGET_BREAKPOINT_SOFTWARE &&
				      b->kind != TARGET_BREAKPOINT_HARDWARE))
			continue;
		known = true;
		if (is_reported(&hit, b))
			reported = true;
	}
	return reported || !known;
}

/* ---- inserting and removing -------------------------------------------- */

static int
list_of(struct session *s, struct breakpoint_list **l)
{
	if (s->breakpoints == NULL) {
		s->breakpoints = calloc(1, sizeof(*s->breakpoints));
		if (s->breakpoints == NULL)
			return -ENOMEM;
	}
	*l = s->breakpoints;
	return 0;
}

int
breakpoints_insert(struct session *s, struct breakpoint *b,
		   struct rsp_list conditions, struct rsp_list commands)
{
	struct breakpoint_list *l;
	struct breakpoint *old;
	int err;

	err = list_of(s, &l);
	if (err == 0)
		err = reserve(l);
	if (err == 0)
		err = take_code(l, b, conditions, commands);
	if (err == 0)
		err = target_insert_breakpoint(s->target, b->pid, b->kind,
					       b->addr, b->len);
	if (err < 0) {
		free(b->code);
		return err;
	}
	old = find(l, b);
	if (old != NULL)
		drop(l, old);
	add(l, b);
	return 0;
}

/* Where a tracepoint stands, too, the back end's breakpoint stays. */
static int
take_out(struct session *s, const struct breakpoint *b, bool was_there)
{
	if (b->kind == TARGET_BREAKPOINT_SOFTWARE &&
	    trace_needs_trap(s, b->pid, b->addr))
		return was_there ? 0 : -ENOENT;
	return target_remove_breakpoint(s->target, b->pid, b->kind, b->addr,
					b->len);
}

int
breakpoints_remove(struct session *s, const struct breakpoint *b)
{
	struct breakpoint *old = NULL;

	if (s->breakpoints != NULL)
		old = find(s->breakpoints, b);
	if (old != NULL)
		drop(s->breakpoints, old);
	return take_out(s, b, old != NULL);
}

bool
breakpoints_has(const struct session *s, pid_t pid,
		enum target_breakpoint_kind kind, uint64_t addr)
{
	const struct breakpoint_list *l = s->breakpoints;

	if (l == NULL)
		return false;
	for (size_t i = lower_bound(l, addr);
	     i < l->n && l->items[i].addr == addr; i++) {
		if (l->items[i].pid == pid && l->items[i].kind == kind)
			return true;
	}
	return false;
}

void
breakpoints_watch_hits(struct session *s)
{
	target_set_hit_filter(s->target, hit_filter, s);
}

void
breakpoints_remove_all(struct session *s)
{
	struct breakpoint_list *l = s->breakpoints;

	if (l == NULL)
		return;
	while (l->n > 0) {
		struct breakpoint *b = &l->items[l->n - 1];

		/* A process that is gone has none: nothing to be done. */
		(void)!take_out(s, b, true);
		drop(l, b);
	}
	free(l->items);
	free(l);
	s->breakpoints = NULL;
}

void
breakpoints_forget_process(struct session *s, pid_t pid)
{
	struct breakpoint_list *l = s->breakpoints;

	if (l == NULL)
		return;
	for (size_t i = l->n; i-- > 0;) {
		if (l->items[i].pid == pid)
			drop(l, &l->items[i]);
	}
}
