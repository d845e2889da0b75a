/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thread that stands at a breakpoint while the session decides what that
 * means, as agent bytecode sees it: callbacks of struct agent_access, which
 * take a struct hit or what begins with one.
 */
#ifndef SERVER_SESSION_HIT_H
#define SERVER_SESSION_HIT_H

#include "private.h"

struct hit {
	struct session *s;
	pid_t pid, tid;
	/* How the bytecode numbers registers; NULL: as the client does. */
	const struct register_view *view;
};

int hit_read_register(void *arg, unsigned number, uint64_t *value);
int hit_read_memory(void *arg, uint64_t addr, void *buf, size_t len);
/* Trace state variables. */
int hit_get_variable(void *arg, unsigned number, uint64_t *value);
int hit_set_variable(void *arg, unsigned number, uint64_t value);

#endif
