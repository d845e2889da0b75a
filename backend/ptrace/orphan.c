/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A child can stop before its parent's fork event tells of it: stops of tids
 * that nobody has announced.
 */
#include <stdlib.h>
#include <sys/wait.h>

#include "engine.h"

struct orphan {
	pid_t tid;
	int status;
	struct orphan *next;
};

/* The exit of someone unknown (a thread that an exec has swept away) is no
 * news. */
void
orphan_add(struct ptrace_target *t, pid_t tid, int status)
{
	struct orphan *o, **at;

	if (!WIFSTOPPED(status)) {
		for (at = &t->orphans; (o = *at) != NULL; at = &o->next) {
			if (o->tid != tid)
				continue;
			*at = o->next;
			free(o);
			return;
		}
		return;
	}
	o = malloc(sizeof(*o));
	if (o == NULL)
		return;
	o->tid = tid;
	o->status = status;
	o->next = t->orphans;
	t->orphans = o;
}

bool
orphan_take(struct ptrace_target *t, pid_t tid, int *status)
{
	struct orphan **at, *o;

	for (at = &t->orphans; (o = *at) != NULL; at = &o->next) {
		if (o->tid != tid)
			continue;
		*status = o->status;
		*at = o->next;
		free(o);
		return true;
	}
	return false;
}

void
orphans_free(struct ptrace_target *t)
{
	struct orphan *o;

	while ((o = t->orphans) != NULL) {
		t->orphans = o->next;
		free(o);
	}
}

pid_t
orphan_next(const struct ptrace_target *t, pid_t after)
{
	const struct orphan *o = t->orphans;

	if (after != 0) {
		while (o != NULL && o->tid != after)
			o = o->next;
		if (o != NULL)
			o = o->next;
	}
	return o != NULL ? o->tid : 0;
}
