/* SPDX-License-Identifier: Apache-2.0 */
/* needs: session */
/* Agent expressions: what each operation does, and that none escapes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../../server/session/agent.h"

#define MEMORY 0x1000

struct world {
	uint8_t memory[64];
	char printed[4096];
	size_t len;
	unsigned reads;
};

static int
read_register(void *arg, unsigned number, uint64_t *value)
{
	(void)arg;
	if (number > 3)
		return -EINVAL;
	*value = 0x1111111111111111U * number;
	return 0;
}

static int
read_memory(void *arg, uint64_t addr, void *buf, size_t len)
{
	struct world *w = arg;

	w->reads++;
	if (addr < MEMORY || addr - MEMORY > sizeof(w->memory) ||
	    len > sizeof(w->memory) - (addr - MEMORY))
		return -EFAULT;
	memcpy(buf, w->memory + (addr - MEMORY), len);
	return 0;
}

static void
print(void *arg, const char *text, size_t len)
{
	struct world *w = arg;

	if (len > sizeof(w->printed) - w->len)
		len = sizeof(w->printed) - w->len;
	memcpy(w->printed + w->len, text, len);
	w->len += len;
}

static int
run(struct world *w, const uint8_t *code, size_t len, uint64_t *value)
{
	struct agent_access access = {
		.arg = w,
		.read_register = read_register,
		.read_memory = read_memory,
		.print = print,
	};

	return agent_evaluate(code, len, &access, value);
}

#define CODE(...)                         \
	(const uint8_t[]){ __VA_ARGS__ }, \
	    sizeof((const uint8_t[]){ __VA_ARGS__ })

static void
gives(uint64_t want, const uint8_t *code, size_t len)
{
	struct world w = { .memory = { 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22,
				       0x11, 0xff } };
	uint64_t value = ~want;

	assert_int_equal(run(&w, code, len, &value), 0);
	if (value != want)
		fail_msg("%#llx, not %#llx", (unsigned long long)value,
			 (unsigned long long)want);
}

static void
fails(int want, const uint8_t *code, size_t len)
{
	struct world w = { .len = 0 };
	uint64_t value = 77;

	assert_int_equal(run(&w, code, len, &value), want);
	assert_int_equal(value, 77);
}

#define MIN64 0x25, 0x80, 0, 0, 0, 0, 0, 0, 0
#define ONES  0x25, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff

static void
test_arithmetic(void **state)
{
	(void)state;
	gives(7, CODE(0x22, 3, 0x22, 4, 0x02, 0x27));
	gives((uint64_t)-1, CODE(0x22, 3, 0x22, 4, 0x03, 0x27));
	gives(12, CODE(0x22, 3, 0x22, 4, 0x04, 0x27));
	gives(3, CODE(0x22, 13, 0x22, 4, 0x05, 0x27));
	gives(1, CODE(0x22, 13, 0x22, 4, 0x07, 0x27));
	gives((uint64_t)-1, CODE(ONES, 0x22, 2, 0x07, 0x27));
	gives(0x7fffffffffffffff, CODE(ONES, 0x22, 2, 0x06, 0x27));
	gives(1, CODE(ONES, 0x22, 2, 0x08, 0x27));
	fails(-EDOM, CODE(0x22, 1, 0x22, 0, 0x05, 0x27));
	fails(-EDOM, CODE(0x22, 1, 0x22, 0, 0x06, 0x27));
	fails(-EDOM, CODE(0x22, 1, 0x22, 0, 0x07, 0x27));
	fails(-EDOM, CODE(0x22, 1, 0x22, 0, 0x08, 0x27));
	/* The one quotient that does not fit. */
	gives(1ULL << 63, CODE(MIN64, ONES, 0x05, 0x27));
	gives(0, CODE(MIN64, ONES, 0x07, 0x27));
}

static void
test_bits(void **state)
{
	(void)state;
	gives(0x10, CODE(0x22, 1, 0x22, 4, 0x09, 0x27));
	gives(0, CODE(0x22, 1, 0x22, 64, 0x09, 0x27));
	gives(UINT64_MAX, CODE(ONES, 0x22, 200, 0x0a, 0x27));
	gives(UINT64_MAX, CODE(ONES, 0x22, 0, 0x0a, 0x27));
	gives(0xc000000000000000, CODE(MIN64, 0x22, 1, 0x0a, 0x27));
	gives(0x4000000000000000, CODE(MIN64, 0x22, 1, 0x0b, 0x27));
	gives(0, CODE(MIN64, 0x22, 64, 0x0b, 0x27));
	gives(1, CODE(0x22, 0, 0x0e, 0x27));
	gives(0, CODE(0x22, 9, 0x0e, 0x27));
	gives(8, CODE(0x22, 12, 0x22, 10, 0x0f, 0x27));
	gives(14, CODE(0x22, 12, 0x22, 10, 0x10, 0x27));
	gives(6, CODE(0x22, 12, 0x22, 10, 0x11, 0x27));
	gives(UINT64_MAX, CODE(0x22, 0, 0x12, 0x27));
	gives(UINT64_MAX, CODE(0x22, 0xff, 0x16, 8, 0x27));
	gives(0x7f, CODE(0x22, 0x7f, 0x16, 8, 0x27));
	gives(UINT64_MAX, CODE(0x22, 1, 0x16, 1, 0x27));
	gives(0xff, CODE(0x22, 0xff, 0x16, 64, 0x27));
	gives(0xff, CODE(0x22, 0xff, 0x16, 255, 0x27));
	fails(-EINVAL, CODE(0x22, 0xff, 0x16, 0, 0x27));
	gives(0xf, CODE(0x22, 0xff, 0x2a, 4, 0x27));
	gives(UINT64_MAX, CODE(ONES, 0x2a, 64, 0x27));
	gives(UINT64_MAX, CODE(ONES, 0x2a, 255, 0x27));
	fails(-EINVAL, CODE(ONES, 0x2a, 0, 0x27));
}

static void
test_comparisons(void **state)
{
	(void)state;
	gives(1, CODE(0x22, 5, 0x22, 5, 0x13, 0x27));
	gives(0, CODE(0x22, 5, 0x22, 6, 0x13, 0x27));
	gives(1, CODE(ONES, 0x22, 1, 0x14, 0x27));
	gives(0, CODE(ONES, 0x22, 1, 0x15, 0x27));
	gives(1, CODE(0x22, 1, ONES, 0x15, 0x27));
}

static void
test_stack(void **state)
{
	(void)state;
	gives(10, CODE(0x22, 5, 0x28, 0x02, 0x27));
	gives(1, CODE(0x22, 1, 0x22, 2, 0x29, 0x27));
	gives(1, CODE(0x22, 1, 0x22, 2, 0x2b, 0x27));
	gives(1, CODE(0x22, 1, 0x22, 2, 0x22, 3, 0x32, 2, 0x27));
	gives(3, CODE(0x22, 1, 0x22, 2, 0x22, 3, 0x32, 0, 0x27));
	fails(-EINVAL, CODE(0x22, 1, 0x22, 2, 0x22, 3, 0x32, 3, 0x27));
	fails(-EINVAL, CODE(0x32, 255, 0x27));
	/* a b c -> c a b */
	gives(2, CODE(0x22, 1, 0x22, 2, 0x22, 3, 0x33, 0x27));
	gives(1, CODE(0x22, 1, 0x22, 2, 0x22, 3, 0x33, 0x29, 0x27));
	gives(3, CODE(0x22, 1, 0x22, 2, 0x22, 3, 0x33, 0x29, 0x29, 0x27));
	gives(0, CODE(0x27));
}

/* Every operation with too little on the stack. */
static void
test_underflow(void **state)
{
	(void)state;
	for (unsigned op = 0; op < 256; op++) {
		uint8_t code[12] = {
			(uint8_t)op, 0,	   1,	 0,    0x27, 0x27,
			0x27,	     0x27, 0x27, 0x27, 0x27, 0x27
		};
		struct world w = { .len = 0 };
		uint64_t value;

		(void)run(&w, code, sizeof(code), &value);
		if (op >= 0x02 && op <= 0x0c)
			fails(-EINVAL, code, sizeof(code));
	}
	fails(-EINVAL, CODE(0x22, 1, 0x02, 0x27));
	fails(-EINVAL, CODE(0x22, 1, 0x2b, 0x27));
	fails(-EINVAL, CODE(0x22, 1, 0x22, 2, 0x33, 0x27));
	fails(-EINVAL, CODE(0x29, 0x27));
	fails(-EINVAL, CODE(0x28, 0x27));
}

static void
test_overflow(void **state)
{
	uint8_t code[2 * (AGENT_STACK_MAX + 1) + 1];

	(void)state;
	for (size_t i = 0; i <= AGENT_STACK_MAX; i++) {
		code[2 * i] = 0x22;
		code[2 * i + 1] = (uint8_t)i;
	}
	code[sizeof(code) - 1] = 0x27;
	fails(-EINVAL, code, sizeof(code));
	code[2 * (size_t)AGENT_STACK_MAX] = 0x27;
	gives(AGENT_STACK_MAX - 1, code, sizeof(code));
}

/* Cut anywhere, an expression is an error, not a read beyond its end. */
static void
test_truncated(void **state)
{
	static const uint8_t code[] = { 0x22, 1,    0x23, 0,	1, 0x24, 0,
					0,    0,    1,	  0x26, 0, 1,	 0x16,
					8,    0x32, 1,	  0x20, 0, 20,	 0x27 };

	(void)state;
	for (size_t len = 0; len < sizeof(code); len++) {
		uint8_t exact[sizeof(code)];
		struct world w = { .len = 0 };
		uint64_t value;

		memcpy(exact, code, len);
		assert_true(run(&w, exact, len, &value) < 0);
	}
	gives(0x101, CODE(0x23, 1, 1, 0x27));
	gives(0x01020304, CODE(0x24, 1, 2, 3, 4, 0x27));
}

static void
test_jumps(void **state)
{
	(void)state;
	gives(2, CODE(0x22, 1, 0x20, 0, 8, 0x22, 1, 0x27, 0x22, 2, 0x27));
	gives(1, CODE(0x22, 0, 0x20, 0, 8, 0x22, 1, 0x27, 0x22, 2, 0x27));
	gives(2, CODE(0x21, 0, 6, 0x22, 1, 0x27, 0x22, 2, 0x27));
	fails(-EINVAL, CODE(0x21, 0, 4, 0x27));
	fails(-EINVAL, CODE(0x21, 0xff, 0xff, 0x27));
	fails(-EINVAL, CODE(0x22, 1, 0x20, 0, 6, 0x27));
	/* No end. */
	fails(-EOVERFLOW, CODE(0x21, 0, 0, 0x27));
	fails(-EOVERFLOW, CODE(0x22, 1, 0x29, 0x21, 0, 0, 0x27));
}

static void
test_reads(void **state)
{
	struct world w = { .len = 0 };
	uint64_t value;

	(void)state;
	gives(0x88, CODE(0x23, 0x10, 0, 0x17, 0x27));
	gives(0x7788, CODE(0x23, 0x10, 0, 0x18, 0x27));
	gives(0x55667788, CODE(0x23, 0x10, 0, 0x19, 0x27));
	gives(0x1122334455667788, CODE(0x23, 0x10, 0, 0x1a, 0x27));
	fails(-EFAULT, CODE(0x23, 0x20, 0, 0x17, 0x27));
	fails(-EFAULT, CODE(ONES, 0x1a, 0x27));
	gives(0x2222222222222222, CODE(0x26, 0, 2, 0x27));
	fails(-EINVAL, CODE(0x26, 0, 4, 0x27));
	fails(-EINVAL, CODE(0x26, 0xff, 0xff, 0x27));
	/* Reads without end are fewer than steps without end. */
	assert_int_equal(
	    run(&w, CODE(0x23, 0x10, 0, 0x17, 0x29, 0x21, 0, 0, 0x27), &value),
	    -EOVERFLOW);
	assert_true(w.reads <= AGENT_STEPS_MAX / AGENT_READ_STEPS);
}

static void
test_unknown(void **state)
{
	static const uint8_t ops[] = { 0x00, 0x01, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f,
				       0x2c, 0x2d, 0x31, 0x35, 0x80, 0xff };

	(void)state;
	for (size_t i = 0; i < sizeof(ops); i++)
		fails(-ENOSYS, CODE(0x22, 1, 0x22, 1, ops[i], 0, 0, 0x27));
	/* Tracing: only its use of the stack is left. */
	gives(1, CODE(0x22, 1, 0x22, 2, 0x22, 3, 0x0c, 0x27));
	gives(1, CODE(0x22, 1, 0x22, 2, 0x22, 3, 0x2f, 0x27));
	gives(1, CODE(0x22, 1, 0x0d, 9, 0x27));
	gives(1, CODE(0x22, 1, 0x30, 9, 9, 0x27));
	gives(1, CODE(0x22, 1, 0x2e, 0, 9, 0x27));
}

/* ---- tracing ------------------------------------------------------------ */

static int
note(struct world *w, const char *what, uint64_t a, uint64_t b)
{
	int n = snprintf(w->printed + w->len, sizeof(w->printed) - w->len,
			 "%s %llx %llx\n", what, (unsigned long long)a,
			 (unsigned long long)b);

	/* Where a test loops, the end of it does not matter. */
	if (n > 0 && (size_t)n < sizeof(w->printed) - w->len)
		w->len += (size_t)n;
	w->reads++;
	return 0;
}

static int
trace_memory(void *arg, uint64_t addr, uint64_t len)
{
	return note(arg, "memory", addr, len);
}

static int
trace_string(void *arg, uint64_t addr, uint64_t max)
{
	return note(arg, "string", addr, max);
}

static int
trace_variable(void *arg, unsigned number)
{
	return number == 7 ? -ENOSPC : note(arg, "variable", number, 0);
}

static int
get_variable(void *arg, unsigned number, uint64_t *value)
{
	(void)arg;
	*value = number + 1;
	return number == 7 ? -ENOENT : 0;
}

static int
set_variable(void *arg, unsigned number, uint64_t value)
{
	return number == 7 ? -ENOENT : note(arg, "set", number, value);
}

static int
run_tracing(struct world *w, const uint8_t *code, size_t len, uint64_t *value)
{
	struct agent_access access = {
		.arg = w,
		.read_register = read_register,
		.read_memory = read_memory,
		.get_variable = get_variable,
		.set_variable = set_variable,
		.trace_memory = trace_memory,
		.trace_string = trace_string,
		.trace_variable = trace_variable,
	};

	return agent_evaluate(code, len, &access, value);
}

static void
traces(const char *want, uint64_t left, const uint8_t *code, size_t len)
{
	struct world w = { .len = 0 };
	uint64_t value = 0;

	assert_int_equal(run_tracing(&w, code, len, &value), 0);
	assert_string_equal(w.printed, want);
	assert_int_equal(value, left);
}

static void
test_tracing(void **state)
{
	struct world w = { .len = 0 };
	uint64_t value;

	(void)state;
	traces("memory 10 4\n", 1,
	       CODE(0x22, 1, 0x22, 16, 0x22, 4, 0x0c, 0x27));
	traces("string 10 ff\n", 1,
	       CODE(0x22, 1, 0x22, 16, 0x22, 255, 0x2f, 0x27));
	traces("memory 10 8\n", 16, CODE(0x22, 16, 0x0d, 8, 0x27));
	traces("memory 10 1234\n", 16, CODE(0x22, 16, 0x30, 0x12, 0x34, 0x27));
	traces("", 0x102, CODE(0x2c, 1, 1, 0x27));
	traces("set 102 5\nvariable 102 0\n", 5,
	       CODE(0x22, 5, 0x2d, 1, 2, 0x2e, 1, 2, 0x27));
	/* What a callback says; what is missing on the stack or in the code. */
	assert_int_equal(run_tracing(&w, CODE(0x2c, 0, 7, 0x27), &value),
			 -ENOENT);
	assert_int_equal(
	    run_tracing(&w, CODE(0x22, 1, 0x2d, 0, 7, 0x27), &value), -ENOENT);
	assert_int_equal(run_tracing(&w, CODE(0x2e, 0, 7, 0x27), &value),
			 -ENOSPC);
	assert_int_equal(run_tracing(&w, CODE(0x22, 1, 0x0c, 0x27), &value),
			 -EINVAL);
	assert_int_equal(run_tracing(&w, CODE(0x0d, 8, 0x27), &value), -EINVAL);
	assert_int_equal(run_tracing(&w, CODE(0x2d, 0, 1, 0x27), &value),
			 -EINVAL);
	assert_int_equal(run_tracing(&w, CODE(0x22, 1, 0x30, 1), &value),
			 -EINVAL);
	assert_int_equal(run_tracing(&w, CODE(0x2e, 0), &value), -EINVAL);
}

/* A loop that collects comes to an end, the sooner the more it collects. */
static void
test_tracing_bounded(void **state)
{
	struct world w = { .len = 0 };
	uint64_t value;

	(void)state;
	assert_int_equal(
	    run_tracing(&w, CODE(0x22, 1, 0x0d, 8, 0x29, 0x21, 0, 0, 0x27),
			&value),
	    -EOVERFLOW);
	assert_in_range(w.reads, 1, AGENT_STEPS_MAX / AGENT_READ_STEPS);
	w.reads = 0;
	assert_int_equal(
	    run_tracing(&w,
			CODE(0x22, 1, 0x24, 1, 0, 0, 0, 0x0c, 0x21, 0, 0, 0x27),
			&value),
	    -EOVERFLOW);
	assert_in_range(w.reads, 1, 8);
	/* A length of 2^64 - 1. */
	assert_int_equal(
	    run_tracing(&w, CODE(0x22, 1, 0x22, 0, 0x22, 1, 0x03, 0x0c, 0x27),
			&value),
	    -EOVERFLOW);
}

/* ---- printf ------------------------------------------------------------- */

/* Builds: args (the last pushed first), channel, function, printf. */
static int
prints(struct world *w, const char *format, size_t nargs, const uint64_t *args)
{
	uint8_t code[512];
	size_t len = strlen(format) + 1;
	size_t at = 0;
	uint64_t value;

	for (size_t i = nargs; i-- > 0;) {
		code[at++] = 0x25;
		for (int shift = 56; shift >= 0; shift -= 8)
			code[at++] = (uint8_t)(args[i] >> shift);
	}
	memcpy(code + at, "\x22\x00\x22\x00\x34", 5);
	at += 5;
	code[at++] = (uint8_t)nargs;
	code[at++] = 0;
	code[at++] = (uint8_t)len;
	memcpy(code + at, format, len);
	at += len;
	code[at++] = 0x27;
	w->len = 0;
	return run(w, code, at, &value);
}

static void
shows(const char *want, const char *format, size_t nargs, const uint64_t *args)
{
	struct world w = { .memory = "text" };

	memset(w.memory + 32, 'x', 32);
	assert_int_equal(prints(&w, format, nargs, args), 0);
	w.printed[w.len] = '\0';
	assert_string_equal(w.printed, want);
}

#define ARGS(...)                                                     \
	sizeof((const uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t), \
	    (const uint64_t[])                                        \
	{                                                             \
		__VA_ARGS__                                           \
	}

static void
test_printf(void **state)
{
	(void)state;
	shows("plain\n", "plain\\n", 0, NULL);
	shows("a\tb\\\"A%", "a\\tb\\\\\\\"\\101%%", 0, NULL);
	shows("1 2 3", "%d %d %d", ARGS(1, 2, 3));
	shows("-1 4294967295 ff", "%d %u %x",
	      ARGS(0xffffffff, 0xffffffff, 0xff));
	shows("-1", "%ld", ARGS(UINT64_MAX));
	shows("18446744073709551615", "%llu", ARGS(UINT64_MAX));
	shows("[   7] [007] [7   ]", "[%4d] [%03d] [%-4d]", ARGS(7, 7, 7));
	shows("-2 254", "%hhd %hhu", ARGS(0xfe, 0xfe));
	shows("c: A", "c: %c", ARGS('A'));
	shows("0x1000", "%p", ARGS(0x1000));
	shows("text", "%s", ARGS(MEMORY));
	shows("(null)", "%s", ARGS(0));
	shows("te", "%.2s", ARGS(MEMORY));
}

static void
test_printf_refuses(void **state)
{
	struct world w = { .memory = "text" };
	static const uint64_t args[] = { MEMORY, MEMORY, MEMORY };

	(void)state;
	assert_int_equal(prints(&w, "%n", 1, args), -EINVAL);
	assert_int_equal(prints(&w, "%*d", 2, args), -EINVAL);
	assert_int_equal(prints(&w, "%1$d", 1, args), -EINVAL);
	assert_int_equal(prints(&w, "%9999d", 1, args), -EINVAL);
	assert_int_equal(prints(&w, "%f", 1, args), -EINVAL);
	assert_int_equal(prints(&w, "%d %d", 1, args), -EINVAL);
	assert_int_equal(prints(&w, "%", 1, args), -EINVAL);
	assert_int_equal(prints(&w, "%l", 1, args), -EINVAL);
	assert_int_equal(prints(&w, "%ls", 1, args), -ENOSYS);
	assert_int_equal(prints(&w, "%s", 1, (const uint64_t[]){ 7 }), -EFAULT);
	assert_int_equal(w.len, 0);
	/* No NUL at its end; longer than the code; stack too short. */
	fails(-EINVAL, CODE(0x22, 0, 0x22, 0, 0x34, 0, 0, 1, 'a', 0x27));
	fails(-EINVAL, CODE(0x22, 0, 0x22, 0, 0x34, 0, 0, 0, 0x27));
	fails(-EINVAL, CODE(0x22, 0, 0x22, 0, 0x34, 0, 0xff, 0xff, 0, 0x27));
	fails(-EINVAL, CODE(0x22, 0, 0x34, 0, 0, 1, 0, 0x27));
	fails(-EINVAL, CODE(0x22, 0, 0x22, 0, 0x34, 255, 0, 1, 0, 0x27));
}

/* A loop of printfs comes to an end. */
static void
test_printf_bounded(void **state)
{
	struct world w = { .len = 0 };
	uint64_t value;

	(void)state;
	assert_int_equal(run(&w,
			     CODE(0x22, 0, 0x22, 0, 0x34, 0, 0, 6, '%', '%',
				  'a', 'b', 'c', 0, 0x21, 0, 0, 0x27),
			     &value),
			 -EOVERFLOW);
	assert_true(w.len > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arithmetic),
		cmocka_unit_test(test_bits),
		cmocka_unit_test(test_comparisons),
		cmocka_unit_test(test_stack),
		cmocka_unit_test(test_underflow),
		cmocka_unit_test(test_overflow),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_jumps),
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_tracing),
		cmocka_unit_test(test_tracing_bounded),
		cmocka_unit_test(test_printf),
		cmocka_unit_test(test_printf_refuses),
		cmocka_unit_test(test_printf_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
