/* SPDX-License-Identifier: Apache-2.0 */
#include "agent.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "agent_private.h"

enum op {
	OP_ADD = 0x02,
	OP_SUB = 0x03,
	OP_MUL = 0x04,
	OP_DIV_SIGNED = 0x05,
	OP_DIV_UNSIGNED = 0x06,
	OP_REM_SIGNED = 0x07,
	OP_REM_UNSIGNED = 0x08,
	OP_LSH = 0x09,
	OP_RSH_SIGNED = 0x0a,
	OP_RSH_UNSIGNED = 0x0b,
	OP_TRACE = 0x0c,
	OP_TRACE_QUICK = 0x0d,
	OP_LOG_NOT = 0x0e,
	OP_BIT_AND = 0x0f,
	OP_BIT_OR = 0x10,
	OP_BIT_XOR = 0x11,
	OP_BIT_NOT = 0x12,
	OP_EQUAL = 0x13,
	OP_LESS_SIGNED = 0x14,
	OP_LESS_UNSIGNED = 0x15,
	OP_EXT = 0x16,
	OP_REF8 = 0x17,
	OP_REF16 = 0x18,
	OP_REF32 = 0x19,
	OP_REF64 = 0x1a,
	OP_IF_GOTO = 0x20,
	OP_GOTO = 0x21,
	OP_CONST8 = 0x22,
	OP_CONST16 = 0x23,
	OP_CONST32 = 0x24,
	OP_CONST64 = 0x25,
	OP_REG = 0x26,
	OP_END = 0x27,
	OP_DUP = 0x28,
	OP_POP = 0x29,
	OP_ZERO_EXT = 0x2a,
	OP_SWAP = 0x2b,
	OP_GETV = 0x2c,
	OP_SETV = 0x2d,
	OP_TRACEV = 0x2e,
	OP_TRACENZ = 0x2f,
	OP_TRACE16 = 0x30,
	OP_PICK = 0x32,
	OP_ROT = 0x33,
	OP_PRINTF = 0x34,
};

int
agent_push(struct agent *a, uint64_t value)
{
	if (a->depth == AGENT_STACK_MAX)
		return -EINVAL;
	a->stack[a->depth++] = value;
	return 0;
}

int
agent_pop(struct agent *a, uint64_t *value)
{
	if (a->depth == 0)
		return -EINVAL;
	*value = a->stack[--a->depth];
	return 0;
}

int
agent_operand(struct agent *a, size_t n, uint64_t *value)
{
	uint64_t v = 0;

	if (a->len - a->pc < n)
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | a->code[a->pc++];
	*value = v;
	return 0;
}

int
agent_read_memory(struct agent *a, uint64_t addr, void *buf, size_t len)
{
	a->steps += AGENT_READ_STEPS;
	return a->access->read_memory(a->access->arg, addr, buf, len);
}

/* Sign-extends without relying on what >> does to negative numbers. */
static uint64_t
extend(uint64_t value, uint64_t bits)
{
	uint64_t sign;

	if (bits >= 64)
		return value;
	sign = (uint64_t)1 << (bits - 1);
	value &= (sign << 1) - 1;
	return (value ^ sign) - sign;
}

static uint64_t
shift(enum op op, uint64_t v, uint64_t by)
{
	bool negative = op == OP_RSH_SIGNED && v >> 63;

	if (by >= 64)
		return negative ? UINT64_MAX : 0;
	if (op == OP_LSH)
		return v << by;
	v >>= by;
	if (negative && by > 0)
		v |= UINT64_MAX << (64 - by);
	return v;
}

static int
divide(enum op op, uint64_t x, uint64_t y, uint64_t *v)
{
	int64_t sx = (int64_t)x;
	int64_t sy = (int64_t)y;

	if (y == 0)
		return -EDOM;
	if (op == OP_DIV_UNSIGNED)
		*v = x / y;
	else if (op == OP_REM_UNSIGNED)
		*v = x % y;
	else if (sy == -1) /* INT64_MIN / -1 traps on x86 */
		*v = op == OP_DIV_SIGNED ? 0 - x : 0;
	else
		*v = (uint64_t)(op == OP_DIV_SIGNED ? sx / sy : sx % sy);
	return 0;
}

/* Operations on the two topmost: x below, y above. */
static int
binary(struct agent *a, enum op op)
{
	uint64_t x;
	uint64_t y;
	uint64_t v = 0;
	int err = 0;

	if (agent_pop(a, &y) < 0 || agent_pop(a, &x) < 0)
		return -EINVAL;
	switch (op) {
	case OP_ADD:
		v = x + y;
		break;
	case OP_SUB:
		v = x - y;
		break;
	case OP_MUL:
		v = x * y;
		break;
	case OP_LSH:
	case OP_RSH_SIGNED:
	case OP_RSH_UNSIGNED:
		v = shift(op, x, y);
		break;
	case OP_BIT_AND:
		v = x & y;
		break;
	case OP_BIT_OR:
		v = x | y;
		break;
	case OP_BIT_XOR:
		v = x ^ y;
		break;
	case OP_EQUAL:
		v = x == y;
		break;
	case OP_LESS_SIGNED:
		v = (int64_t)x < (int64_t)y;
		break;
	case OP_LESS_UNSIGNED:
		v = x < y;
		break;
	default:
		err = divide(op, x, y, &v);
		break;
	}
	return err < 0 ? err : agent_push(a, v);
}

static int
unary(struct agent *a, enum op op)
{
	uint64_t bits = 0;
	uint64_t x;

	if (op == OP_EXT || op == OP_ZERO_EXT) {
		if (agent_operand(a, 1, &bits) < 0 || bits == 0)
			return -EINVAL;
	}
	if (agent_pop(a, &x) < 0)
		return -EINVAL;
	switch (op) {
	case OP_LOG_NOT:
		return agent_push(a, x == 0);
	case OP_BIT_NOT:
		return agent_push(a, ~x);
	case OP_EXT:
		return agent_push(a, extend(x, bits));
	default:
		if (bits < 64)
			x &= ((uint64_t)1 << bits) - 1;
		return agent_push(a, x);
	}
}

/* The machines that rspd serves are little-endian, as is what is read here. */
static int
reference(struct agent *a, size_t size)
{
	uint8_t bytes[8];
	uint64_t addr;
	uint64_t v = 0;
	int err;

	if (agent_pop(a, &addr) < 0)
		return -EINVAL;
	err = agent_read_memory(a, addr, bytes, size);
	if (err < 0)
		return err;
	for (size_t i = size; i-- > 0;)
		v = v << 8 | bytes[i];
	return agent_push(a, v);
}

static int
jump(struct agent *a, bool conditional)
{
	uint64_t to;
	uint64_t x = 1;

	if (agent_operand(a, 2, &to) < 0)
		return -EINVAL;
	if (conditional && agent_pop(a, &x) < 0)
		return -EINVAL;
	if (x == 0)
		return 0;
	if (to >= a->len)
		return -EINVAL;
	a->pc = (size_t)to;
	return 0;
}

static int
constant(struct agent *a, size_t size)
{
	uint64_t v;

	if (agent_operand(a, size, &v) < 0)
		return -EINVAL;
	return agent_push(a, v);
}

static int
read_register(struct agent *a)
{
	uint64_t number;
	uint64_t v;
	int err;

	if (agent_operand(a, 2, &number) < 0)
		return -EINVAL;
	a->steps += AGENT_READ_STEPS;
	err = a->access->read_register(a->access->arg, (unsigned)number, &v);
	return err < 0 ? err : agent_push(a, v);
}

/* dup, swap, rot, pick: with `n` values on the stack at least. */
static int
shuffle(struct agent *a, enum op op)
{
	uint64_t *top = a->stack + a->depth;
	uint64_t n = 0;
	uint64_t v;

	if (op == OP_PICK && agent_operand(a, 1, &n) < 0)
		return -EINVAL;
	if (op == OP_DUP || op == OP_PICK)
		return n < a->depth ? agent_push(a, top[-1 - (int)n]) : -EINVAL;
	if (a->depth < (op == OP_ROT ? 3 : 2))
		return -EINVAL;
	v = top[-1];
	top[-1] = top[-2];
	if (op == OP_SWAP) {
		top[-2] = v;
		return 0;
	}
	/* a b c (c on top) becomes c a b */
	top[-2] = top[-3];
	top[-3] = v;
	return 0;
}

static int
step(struct agent *a, enum op op)
{
	uint64_t v;

	switch (op) {
	case OP_LOG_NOT:
	case OP_BIT_NOT:
	case OP_EXT:
	case OP_ZERO_EXT:
		return unary(a, op);
	case OP_REF8:
	case OP_REF16:
	case OP_REF32:
	case OP_REF64:
		return reference(a, (size_t)1 << (op - OP_REF8));
	case OP_CONST8:
	case OP_CONST16:
	case OP_CONST32:
	case OP_CONST64:
		return constant(a, (size_t)1 << (op - OP_CONST8));
	case OP_IF_GOTO:
	case OP_GOTO:
		return jump(a, op == OP_IF_GOTO);
	case OP_REG:
		return read_register(a);
	case OP_POP:
		return agent_pop(a, &v);
	case OP_DUP:
	case OP_SWAP:
	case OP_PICK:
	case OP_ROT:
		return shuffle(a, op);
	case OP_TRACE:
	case OP_TRACENZ:
		return agent_trace(a, op == OP_TRACENZ);
	case OP_TRACE_QUICK:
		return agent_trace_quick(a, 1);
	case OP_TRACE16:
		return agent_trace_quick(a, 2);
	case OP_GETV:
		return agent_get_variable(a);
	case OP_SETV:
		return agent_set_variable(a);
	case OP_TRACEV:
		return agent_trace_variable(a);
	case OP_PRINTF:
		return agent_printf(a);
	default:
		if (op >= OP_ADD && op <= OP_LESS_UNSIGNED)
			return binary(a, op);
		/* Floating point, and what is no operation at all. */
		return -ENOSYS;
	}
}

int
agent_evaluate(const uint8_t *code, size_t len,
	       const struct agent_access *access, uint64_t *value)
{
	struct agent a = { .code = code, .len = len, .access = access };

	for (;;) {
		enum op op;
		int err;

		if (a.pc >= a.len)
			return -EINVAL;
		op = (enum op)a.code[a.pc++];
		if (op == OP_END)
			break;
		if (++a.steps > AGENT_STEPS_MAX)
			return -EOVERFLOW;
		err = step(&a, op);
		if (err < 0)
			return err;
	}
	*value = a.depth > 0 ? a.stack[a.depth - 1] : 0;
	return 0;
}
