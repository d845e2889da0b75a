/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evaluates gdb's agent expressions: conditions and commands of breakpoints,
 * conditions and actions of tracepoints.
 *
 * Bounded in steps, stack, memory reads and output, so whatever a client sends
 * comes to an end.  Touches the target through callbacks only.  Source: gdb
 * manual, appendix "The GDB Agent Expression Mechanism".
 */
#ifndef SERVER_SESSION_AGENT_H
#define SERVER_SESSION_AGENT_H

#include <stddef.h>
#include <stdint.h>

/* How the expression reaches the thread; each returns 0 or -errno. */
struct agent_access {
	void *arg;
	/* `number` as the client numbers registers. */
	int (*read_register)(void *arg, unsigned number, uint64_t *value);
	/* All `len` bytes or an error. */
	int (*read_memory)(void *arg, uint64_t addr, void *buf, size_t len);
	/* What the expression prints (printf); NULL: thrown away. */
	void (*print)(void *arg, const char *text, size_t len);
	/* Trace state variables; NULL: there are none. */
	int (*get_variable)(void *arg, unsigned number, uint64_t *value);
	int (*set_variable)(void *arg, unsigned number, uint64_t value);
	/* What the expression collects; NULL: nothing is collected. */
	int (*trace_memory)(void *arg, uint64_t addr, uint64_t len);
	int (*trace_string)(void *arg, uint64_t addr, uint64_t max);
	int (*trace_variable)(void *arg, unsigned number);
};

#define AGENT_STACK_MAX 100
#define AGENT_STEPS_MAX 1000000
/* A memory read costs a system call, and as many steps. */
#define AGENT_READ_STEPS 100
/* So many bytes that are collected are a step, too. */
#define AGENT_TRACE_BYTES 128
/* Longest text of one printf, and longest string argument in it. */
#define AGENT_TEXT_MAX	 1024
#define AGENT_STRING_MAX 256

/*
 * Runs `len` bytes of bytecode.  *value gets the top of the stack, 0 where the
 * expression leaves nothing (printf).  -EINVAL: bad bytecode (also: it has no
 * end within bounds); -ENOSYS: an operation that makes no sense here;
 * -EOVERFLOW: too many steps; -EDOM: division by 0; or what a callback gave.
 */
int agent_evaluate(const uint8_t *code, size_t len,
		   const struct agent_access *access, uint64_t *value);

#endif
