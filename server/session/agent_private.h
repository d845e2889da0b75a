/* SPDX-License-Identifier: Apache-2.0 */
/* What agent.c and agent_printf.c share. */
#ifndef SERVER_SESSION_AGENT_PRIVATE_H
#define SERVER_SESSION_AGENT_PRIVATE_H

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

/* The printf operation, its opcode being read. */
int agent_printf(struct agent *a);

#endif
