/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operations of agent expressions that collect data, and trace state variables.
 */
#include <errno.h>

#include "agent_private.h"

/* Costs as much as it collects. */
static int
collect(struct agent *a, int (*how)(void *arg, uint64_t addr, uint64_t len),
	uint64_t addr, uint64_t len)
{
	uint64_t steps = AGENT_READ_STEPS + len / AGENT_TRACE_BYTES;

	/* A condition collects nothing. */
	if (how == NULL)
		return 0;
	if (steps > AGENT_STEPS_MAX - a->steps)
		return -EOVERFLOW;
	a->steps += (unsigned)steps;
	return how(a->access->arg, addr, len);
}

int
agent_trace(struct agent *a, bool string)
{
	uint64_t addr, len;

	if (agent_pop(a, &len) < 0 || agent_pop(a, &addr) < 0)
		return -EINVAL;
	return collect(
	    a, string ? a->access->trace_string : a->access->trace_memory, addr,
	    len);
}

/* The address stays on the stack. */
int
agent_trace_quick(struct agent *a, size_t operand)
{
	uint64_t len;

	if (agent_operand(a, operand, &len) < 0 || a->depth == 0)
		return -EINVAL;
	return collect(a, a->access->trace_memory, a->stack[a->depth - 1], len);
}

int
agent_get_variable(struct agent *a)
{
	uint64_t number, value;
	int err;

	if (agent_operand(a, 2, &number) < 0)
		return -EINVAL;
	if (a->access->get_variable == NULL)
		return -ENOSYS;
	err = a->access->get_variable(a->access->arg, (unsigned)number, &value);
	return err < 0 ? err : agent_push(a, value);
}

/* The value stays on the stack. */
int
agent_set_variable(struct agent *a)
{
	uint64_t number;

	if (agent_operand(a, 2, &number) < 0 || a->depth == 0)
		return -EINVAL;
	if (a->access->set_variable == NULL)
		return -ENOSYS;
	return a->access->set_variable(a->access->arg, (unsigned)number,
				       a->stack[a->depth - 1]);
}

int
agent_trace_variable(struct agent *a)
{
	uint64_t number;

	if (agent_operand(a, 2, &number) < 0)
		return -EINVAL;
	if (a->access->trace_variable == NULL)
		return 0;
	return a->access->trace_variable(a->access->arg, (unsigned)number);
}
