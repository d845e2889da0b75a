/* SPDX-License-Identifier: Apache-2.0 */
/* What the files agent*.c share. */
#ifndef SERVER_SESSION_AGENT_PRIVATE_H
#define SERVER_SESSION_AGENT_PRIVATE_H

#include <stdbool.h>

#include "agent.h"

struct agent {
	const uint8_t *code;
	size_t len;
	size_t pc;
	const struct agent_access *access;
	unsigned steps;
	uint64_t stack[AGENT_STACK_MAX];
	size_t depth;
};

/* Both say -EINVAL when the stack does not allow it. */
int agent_push(struct agent *a, uint64_t value);
int agent_pop(struct agent *a, uint64_t *value);
/* The `n` bytes (at most 8) after the opcode, big-endian. */
int agent_operand(struct agent *a, size_t n, uint64_t *value);
int agent_read_memory(struct agent *a, uint64_t addr, void *buf, size_t len);

/* agent_trace.c: the operations of tracepoints.  trace, tracenz (a string);
 * trace_quick, trace16 (the length is an operand of so many bytes). */
int agent_trace(struct agent *a, bool string);
int agent_trace_quick(struct agent *a, size_t operand);
int agent_get_variable(struct agent *a);
int agent_set_variable(struct agent *a);
int agent_trace_variable(struct agent *a);

/* The printf operation, its opcode being read. */
int agent_printf(struct agent *a);

#endif
