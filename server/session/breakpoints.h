/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The breakpoints that the client has inserted, with their conditions and
 * commands (agent bytecode), and the question asked at each hit: is it to be
 * reported?
 */
#ifndef SERVER_SESSION_BREAKPOINTS_H
#define SERVER_SESSION_BREAKPOINTS_H

#include "private.h"

struct breakpoint {
	pid_t pid;
	enum target_breakpoint_kind kind;
	uint64_t addr;
	uint64_t len;
	/* Owned: conditions, then commands, each a length (2 bytes, in our own
	 * order) and that many bytes of bytecode. */
	uint8_t *code;
	size_t nconditions, ncommands;
};

/* More than any user sets; each may hold a packet of bytecode. */
#define BREAKPOINTS_MAX	     16384
#define BREAKPOINTS_CODE_MAX ((size_t)64 << 20)

struct breakpoint_list {
	struct breakpoint *items; /* by address */
	size_t n, cap;
	size_t code_size; /* of all items */
};

/*
 * Inserts it in the target, or gives one that is there already the conditions
 * and commands of this request instead of its own.
 */
int breakpoints_insert(struct session *s, struct breakpoint *b,
		       struct rsp_list conditions, struct rsp_list commands);
int breakpoints_remove(struct session *s, const struct breakpoint *b);
bool breakpoints_has(const struct session *s, pid_t pid,
		     enum target_breakpoint_kind kind, uint64_t addr);

#endif
