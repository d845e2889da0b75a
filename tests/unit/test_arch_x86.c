/* SPDX-License-Identifier: Apache-2.0 */
/* needs: target */
/* Registers of x86 in synthetic register files. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "backend/arch/arch.h"
#include "backend/arch/x86.h"
#include "backend/target.h"

enum { IDS_MAX = 512, REG_MAX = 64, FX_XCR0 = 464, XSTATE_BV = 512 };

/* Not any real machine's: nothing may rely on Intel's numbers. */
static const struct x86_layout layout = {
	.offset = { [2] = 576, [5] = 832, [6] = 896, [7] = 1408, [9] = 2432 },
	.size = { [2] = 256, [5] = 64, [6] = 512, [7] = 1024, [9] = 8 },
};

enum { XCR0_SSE = 0x3, XCR0_AVX = 0x7, XCR0_AVX512 = 0xe7, XCR0_ALL = 0x2e7 };

static uint8_t *
file_new(uint64_t xcr0, uint64_t xstate_bv)
{
	uint8_t *file = calloc(1, X86_FILE_SIZE);

	assert_non_null(file);
	memcpy(file + X86_STATE_OFFSET + FX_XCR0, &xcr0, 8);
	memcpy(file + X86_STATE_OFFSET + XSTATE_BV, &xstate_bv, 8);
	return file;
}

static unsigned
reg_find(const struct arch *a, const char *name, size_t size)
{
	for (unsigned i = 0; i < a->nregs; i++) {
		if (strcmp(a->regs[i].name, name) == 0 &&
		    (size == 0 || a->regs[i].size == size))
			return i;
	}
	fail_msg("no register %s", name);
	return 0;
}

static size_t
view(enum arch_view_kind kind, const uint8_t *file, uint16_t *ids)
{
	return arch_view_ids(&arch_x86_64, kind, file, ids, IDS_MAX);
}

static void
assert_numbered(enum arch_view_kind kind, uint64_t xcr0, size_t count,
		unsigned n, const char *name)
{
	uint8_t *file = file_new(xcr0, xcr0);
	uint16_t ids[IDS_MAX];

	assert_int_equal(view(kind, file, ids), count);
	assert_string_equal(arch_x86_64.regs[ids[n]].name, name);
	free(file);
}

static void
test_gdb_numbers(void **state)
{
	(void)state;
	assert_numbered(ARCH_VIEW_GDB, XCR0_AVX512, 148, 4, "rsi");
	assert_numbered(ARCH_VIEW_GDB, XCR0_AVX512, 148, 16, "rip");
	assert_numbered(ARCH_VIEW_GDB, XCR0_AVX512, 148, 34, "ftag");
	assert_numbered(ARCH_VIEW_GDB, XCR0_AVX512, 148, 57, "orig_rax");
	assert_numbered(ARCH_VIEW_GDB, XCR0_AVX512, 148, 60, "ymm0h");
	assert_numbered(ARCH_VIEW_GDB, XCR0_AVX512, 148, 76, "xmm16");
	assert_numbered(ARCH_VIEW_GDB, XCR0_AVX512, 148, 147, "zmm31h");
	assert_numbered(ARCH_VIEW_GDB, XCR0_ALL, 149, 148, "pkru");
	assert_numbered(ARCH_VIEW_GDB, XCR0_AVX, 76, 75, "ymm15h");
	assert_numbered(ARCH_VIEW_GDB, XCR0_SSE, 60, 59, "gs_base");
	/* A mere FXSAVE image. */
	assert_numbered(ARCH_VIEW_GDB, 0, 60, 56, "mxcsr");
}

static void
test_lldb_numbers(void **state)
{
	(void)state;
	assert_numbered(ARCH_VIEW_LLDB, XCR0_AVX, 138, 4, "rdi");
	assert_numbered(ARCH_VIEW_LLDB, XCR0_AVX, 138, 25, "es");
	assert_numbered(ARCH_VIEW_LLDB, XCR0_AVX, 138, 58, "ah");
	assert_numbered(ARCH_VIEW_LLDB, XCR0_AVX, 138, 77, "r15l");
	assert_numbered(ARCH_VIEW_LLDB, XCR0_AVX, 138, 84, "fip");
	assert_numbered(ARCH_VIEW_LLDB, XCR0_AVX, 138, 137, "ymm15");
	assert_numbered(ARCH_VIEW_LLDB, XCR0_SSE, 122, 121, "xmm15");
	assert_numbered(ARCH_VIEW_LLDB, XCR0_ALL, 179, 138, "zmm0");
}

static uint64_t
get_u64(const uint8_t *file, const char *name, size_t size)
{
	uint8_t buf[REG_MAX] = { 0 };
	uint64_t v;

	arch_x86_64.get(file, reg_find(&arch_x86_64, name, size), buf);
	memcpy(&v, buf, sizeof(v));
	return v;
}

static void
put_u64(uint8_t *file, const char *name, size_t size, uint64_t v)
{
	uint8_t buf[REG_MAX] = { 0 };

	memcpy(buf, &v, sizeof(v));
	arch_x86_64.put(file, reg_find(&arch_x86_64, name, size), buf);
}

static void
assert_i386(enum arch_view_kind kind, uint64_t xcr0, size_t count, unsigned n,
	    const char *name)
{
	uint8_t *file = file_new(xcr0, xcr0);
	uint16_t ids[IDS_MAX];

	assert_int_equal(arch_view_ids(&arch_i386, kind, file, ids, IDS_MAX),
			 count);
	assert_string_equal(arch_i386.regs[ids[n]].name, name);
	free(file);
}

static void
test_i386_numbers(void **state)
{
	(void)state;
	assert_i386(ARCH_VIEW_GDB, XCR0_AVX512, 66, 3, "ebx");
	assert_i386(ARCH_VIEW_GDB, XCR0_AVX512, 66, 15, "gs");
	assert_i386(ARCH_VIEW_GDB, XCR0_AVX512, 66, 41, "orig_eax");
	assert_i386(ARCH_VIEW_GDB, XCR0_AVX512, 66, 50, "k0");
	assert_i386(ARCH_VIEW_GDB, XCR0_AVX512, 66, 65, "zmm7h");
	assert_i386(ARCH_VIEW_LLDB, XCR0_AVX, 74, 1, "ebx");
	assert_i386(ARCH_VIEW_LLDB, XCR0_AVX, 74, 24, "ah");
	assert_i386(ARCH_VIEW_LLDB, XCR0_AVX, 74, 41, "mxcsrmask");
	assert_i386(ARCH_VIEW_LLDB, XCR0_AVX, 74, 73, "ymm7");
}

/* The upper halves are the kernel's business: signs matter for results. */
static void
test_i386_words(void **state)
{
	static const uint8_t minus[4] = { 0xff, 0xff, 0xff, 0xff };
	const struct arch *a = &arch_i386;
	struct arch_syscall call = { 192, { 0x10000, 1, 2, 3, UINT64_MAX } };
	uint8_t *file = file_new(0, 0);

	(void)state;
	a->put(file, reg_find(a, "orig_eax", 4), minus);
	assert_false(a->in_syscall(file));
	assert_int_equal(get_u64(file, "orig_rax", 8), UINT64_MAX);
	a->put(file, reg_find(a, "eax", 4), minus);
	assert_int_equal(get_u64(file, "rax", 8), UINT64_MAX);
	assert_int_equal(a->syscall_result(file), -1);
	a->put(file, reg_find(a, "esp", 4), minus);
	assert_int_equal(get_u64(file, "rsp", 8), UINT32_MAX);
	a->syscall_set(file, 0x8048000, &call);
	assert_int_equal(get_u64(file, "rbx", 8), 0x10000);
	assert_int_equal(get_u64(file, "rdi", 8), UINT32_MAX);
	assert_int_equal(a->get_pc(file), 0x8048000);
	/* Above 2 GiB is an address, not an error. */
	put_u64(file, "rax", 8, 0xf7000000);
	assert_int_equal(a->syscall_result(file), 0xf7000000);
	put_u64(file, "rax", 8, 0xfffffff4);
	assert_int_equal(a->syscall_result(file), -12);
	free(file);
}

/* The size of gdb's g packet as gdbserver 13 sends it with AVX-512. */
static void
test_offsets(void **state)
{
	uint8_t *file = file_new(XCR0_AVX512, XCR0_AVX512);
	uint32_t offsets[IDS_MAX];
	uint16_t ids[IDS_MAX];
	size_t n;

	(void)state;
	n = view(ARCH_VIEW_GDB, file, ids);
	assert_int_equal(arch_view_offsets(&arch_x86_64, ids, n, offsets),
			 2416);
	n = view(ARCH_VIEW_LLDB, file, ids);
	(void)arch_view_offsets(&arch_x86_64, ids, n, offsets);
	assert_int_equal(offsets[26], offsets[0]);	/* eax in rax */
	assert_int_equal(offsets[58], offsets[0] + 1);	/* ah */
	assert_int_equal(offsets[82], offsets[84] + 4); /* fiseg in fip */
	assert_int_equal(offsets[98], offsets[90]);	/* mm0 in st0 */
	free(file);
}

static size_t
fill(uint8_t *buf, unsigned seed, size_t size)
{
	for (size_t i = 0; i < size; i++)
		buf[i] = (uint8_t)(seed * 37 + i * 11 + 1);
	return size;
}

/* What some registers cannot hold. */
static void
mask(const struct arch_reg *r, uint8_t *buf)
{
	if (r->kind == X86_WORD || r->kind == X86_FOP)
		memset(buf + 2, 0, r->size - 2u);
	if (r->kind == X86_FOP)
		buf[1] &= 7;
}

static void
assert_round_trip(const struct arch *a, unsigned reg, uint64_t xstate_bv)
{
	const struct arch_reg *r = &a->regs[reg];
	uint8_t *file = file_new(XCR0_ALL, xstate_bv);
	uint8_t in[REG_MAX], out[REG_MAX + 8];

	assert_true(r->size <= REG_MAX);
	assert_true(a->has(file, reg));
	(void)fill(in, reg, r->size);
	mask(r, in);
	a->put(file, reg, in);
	(void)fill(out, reg + 1, sizeof(out));
	a->get(file, reg, out);
	assert_memory_equal(in, out, r->size);
	/* get writes nothing beyond the register. */
	(void)fill(in, reg + 1, 1);
	free(file);
}

static void
assert_round_trips(const struct arch *a)
{
	for (unsigned i = 0; i < a->nregs; i++) {
		assert_non_null(a->regs[i].name);
		if (a->regs[i].kind == X86_FTAG)
			continue;
		assert_round_trip(a, i, XCR0_ALL);
		assert_round_trip(a, i, 0);
	}
}

static void
test_round_trips(void **state)
{
	(void)state;
	assert_round_trips(&arch_x86_64);
	assert_round_trips(&arch_i386);
}

/* No two registers of one view share bytes, but parts and vectors. */
static void
test_distinct(void **state)
{
	const struct arch *a = &arch_x86_64;
	uint8_t *file = file_new(XCR0_ALL, XCR0_ALL);
	uint8_t in[REG_MAX], out[REG_MAX];
	uint16_t ids[IDS_MAX];
	size_t n = view(ARCH_VIEW_GDB, file, ids);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		(void)fill(in, (unsigned)i, a->regs[ids[i]].size);
		mask(&a->regs[ids[i]], in);
		if (a->regs[ids[i]].kind != X86_FTAG)
			a->put(file, ids[i], in);
	}
	for (size_t i = 0; i < n; i++) {
		if (a->regs[ids[i]].kind == X86_FTAG)
			continue;
		(void)fill(in, (unsigned)i, a->regs[ids[i]].size);
		mask(&a->regs[ids[i]], in);
		a->get(file, ids[i], out);
		assert_memory_equal(in, out, a->regs[ids[i]].size);
	}
	free(file);
}

static void
test_parts(void **state)
{
	uint8_t *file = file_new(XCR0_SSE, XCR0_SSE);

	(void)state;
	put_u64(file, "rax", 8, 0x1122334455667788);
	put_u64(file, "eax", 4, 0xaabbccdd);
	assert_int_equal(get_u64(file, "rax", 8), 0x11223344aabbccdd);
	put_u64(file, "ah", 1, 0x01);
	put_u64(file, "al", 1, 0x02);
	assert_int_equal(get_u64(file, "ax", 2), 0x0102);
	assert_int_equal(get_u64(file, "rax", 8), 0x11223344aabb0102);
	put_u64(file, "fip", 8, 0x00007fffdeadbeef);
	assert_int_equal(get_u64(file, "fioff", 4), 0xdeadbeef);
	assert_int_equal(get_u64(file, "fiseg", 4), 0x7fff);
	free(file);
}

/* Components whose bit is clear: their bytes mean nothing. */
static void
test_initial_state(void **state)
{
	uint8_t *file = file_new(XCR0_ALL, 0);
	uint8_t buf[REG_MAX], zero[REG_MAX] = { 0 };
	uint64_t bv;

	(void)state;
	memset(file + X86_STATE_OFFSET, 0xa5, FX_XCR0);
	memset(file + X86_STATE_OFFSET + 576, 0xa5, 2432 + 8 - 576);
	assert_int_equal(get_u64(file, "fctrl", 4), 0x37f);
	assert_int_equal(get_u64(file, "ftag", 4), 0xffff);
	assert_int_equal(get_u64(file, "fstat", 4), 0);
	assert_int_equal(get_u64(file, "mxcsr", 4), 0x1f80);
	assert_int_equal(get_u64(file, "pkru", 4), 0);
	arch_x86_64.get(file, reg_find(&arch_x86_64, "zmm3", 0), buf);
	assert_memory_equal(buf, zero, 64);

	/* The first put of a component sets the rest of it to zero. */
	put_u64(file, "ymm3h", 16, 7);
	memcpy(&bv, file + X86_STATE_OFFSET + XSTATE_BV, 8);
	assert_int_equal(bv, 1u << X86_COMP_AVX);
	assert_int_equal(get_u64(file, "mxcsr", 4), 0x1f80);
	arch_x86_64.get(file, reg_find(&arch_x86_64, "ymm3", 0), buf);
	assert_memory_equal(buf, zero, 16);
	assert_int_equal(buf[16], 7);
	arch_x86_64.get(file, reg_find(&arch_x86_64, "ymm4", 0), buf);
	assert_memory_equal(buf, zero, 32);
	free(file);
}

/* MXCSR lives with AVX as well: a put of xmm keeps it. */
static void
test_mxcsr_kept(void **state)
{
	uint8_t *file = file_new(XCR0_AVX, 1u << X86_COMP_AVX);
	uint32_t mxcsr = 0x1fa0;

	(void)state;
	memcpy(file + X86_STATE_OFFSET + 24, &mxcsr, 4);
	assert_int_equal(get_u64(file, "mxcsr", 4), mxcsr);
	put_u64(file, "xmm0", 16, 1);
	assert_int_equal(get_u64(file, "mxcsr", 4), mxcsr);
	free(file);
}

static void
put_st(uint8_t *fx, unsigned i, uint64_t mantissa, uint16_t exponent)
{
	memcpy(fx + 32 + 16 * i, &mantissa, 8);
	memcpy(fx + 32 + 16 * i + 8, &exponent, 2);
}

static void
test_ftag(void **state)
{
	uint8_t fx[512] = { 0 };
	uint16_t fsw = 5 << 11;

	(void)state;
	assert_int_equal(x86_ftag_full(fx), 0xffff);
	memcpy(fx + 2, &fsw, 2);
	/* ST0 is physical 5, ST1 6, ST2 7, ST3 0, ST4 1. */
	fx[4] = 1 << 5 | 1 << 6 | 1 << 7 | 1 << 0 | 1 << 1;
	put_st(fx, 0, 0x8000000000000000, 0x3fff); /* 1.0 */
	put_st(fx, 1, 0, 0);			   /* 0 */
	put_st(fx, 2, 0x8000000000000000, 0x7fff); /* infinity */
	put_st(fx, 3, 1, 0);			   /* denormal */
	put_st(fx, 4, 0x4000000000000000, 0x3fff); /* unnormal */
	assert_int_equal(x86_ftag_full(fx), 0 << 10 | 1 << 12 | 2 << 14 |
						2 << 0 | 2 << 2 | 3 << 4 |
						3 << 6 | 3 << 8);
	assert_int_equal(x86_ftag_abridged(x86_ftag_full(fx)), fx[4]);
	assert_int_equal(x86_ftag_abridged(0xffff), 0);
	assert_int_equal(x86_ftag_abridged(0), 0xff);
}

static void
test_syscall(void **state)
{
	const struct arch *a = &arch_x86_64;
	struct arch_syscall call = { 9, { 1, 2, 3, 4, 5, UINT64_MAX } };
	uint8_t *file = file_new(0, 0);

	(void)state;
	put_u64(file, "orig_rax", 8, 35);
	assert_true(a->in_syscall(file));
	assert_int_equal(a->syscall_nr(file), 35);
	a->syscall_set(file, 0x1234, &call);
	assert_false(a->in_syscall(file));
	assert_int_equal(a->get_pc(file), 0x1234);
	assert_int_equal(get_u64(file, "rax", 8), 9);
	assert_int_equal(get_u64(file, "rdi", 8), 1);
	assert_int_equal(get_u64(file, "r10", 8), 4);
	assert_int_equal(get_u64(file, "r9", 8), UINT64_MAX);
	put_u64(file, "rax", 8, (uint64_t)-12);
	assert_int_equal(a->syscall_result(file), -12);
	free(file);
}

static void
test_hw_ok(void **state)
{
	const struct arch *a = &arch_x86_64;

	(void)state;
	assert_true(a->hw_ok(TARGET_WATCH_WRITE, 0x1000, 8));
	assert_true(a->hw_ok(TARGET_WATCH_ACCESS, 0x1001, 1));
	assert_false(a->hw_ok(TARGET_WATCH_WRITE, 0x1001, 2));
	assert_false(a->hw_ok(TARGET_WATCH_WRITE, 0x1000, 3));
	assert_false(a->hw_ok(TARGET_WATCH_WRITE, 0x1000, 0));
	assert_false(a->hw_ok(TARGET_WATCH_WRITE, 0x1000, 16));
	assert_false(a->hw_ok(TARGET_WATCH_READ, 0x1000, 4));
	assert_true(a->hw_ok(TARGET_BREAKPOINT_HARDWARE, 0x1001, 1));
}

/* gdb reads no line of more than 1,000 bytes in a trace file. */
static void
test_type_lines(void **state)
{
	const struct arch *archs[] = { &arch_x86_64, &arch_i386 };

	(void)state;
	for (size_t i = 0; i < 2 * ARCH_VIEW_COUNT; i++) {
		const struct arch_view *v =
		    &archs[i / ARCH_VIEW_COUNT]->views[i % ARCH_VIEW_COUNT];

		for (size_t f = 0; f < v->nfeatures; f++) {
			const char *line = v->features[f].types;

			while (*line != '\0') {
				size_t len = strcspn(line, "\n");

				assert_true(len < 990);
				line += len + (line[len] == '\n');
			}
		}
	}
}

static int
use_layout(void **state)
{
	(void)state;
	x86_layout_override(&layout);
	return 0;
}

/* What each kind of signal brings, there and back. */
static void
test_i386_siginfo(void **state)
{
	static const struct {
		int sig, code;
		size_t from, to, size; /* ours, the program's */
		uint64_t value;
	} rows[] = {
		{ SIGSEGV, SEGV_MAPERR, offsetof(siginfo_t, si_addr), 12, 4,
		  0xfffe1234 },
		{ SIGBUS, BUS_MCEERR_AR, offsetof(siginfo_t, si_addr_lsb), 16,
		  2, 12 },
		{ SIGSEGV, SEGV_BNDERR, offsetof(siginfo_t, si_upper), 24, 4,
		  0x8000 },
		{ SIGSEGV, SEGV_PKUERR, offsetof(siginfo_t, si_pkey), 20, 4,
		  7 },
		{ SIGTRAP, TRAP_TRACE, offsetof(siginfo_t, si_addr), 12, 4,
		  0x8048000 },
		{ SIGCHLD, CLD_EXITED, offsetof(siginfo_t, si_status), 20, 4,
		  3 },
		{ SIGCHLD, CLD_KILLED, offsetof(siginfo_t, si_stime), 28, 4,
		  99 },
		{ SIGPOLL, POLL_IN, offsetof(siginfo_t, si_fd), 16, 4, 5 },
		{ 40, SI_SIGIO, offsetof(siginfo_t, si_fd), 16, 4, 5 },
		{ SIGSYS, 1, offsetof(siginfo_t, si_syscall), 16, 4, 39 },
		{ SIGSYS, 1, offsetof(siginfo_t, si_arch), 20, 4, 0x40000003 },
		{ SIGUSR1, SI_USER, offsetof(siginfo_t, si_pid), 12, 4, 4711 },
		{ SIGUSR1, SI_QUEUE, offsetof(siginfo_t, si_value), 20, 4,
		  4242 },
		{ SIGALRM, SI_TIMER, offsetof(siginfo_t, si_overrun), 16, 4,
		  2 },
		{ SIGSEGV, SI_KERNEL, offsetof(siginfo_t, si_uid), 16, 4, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t program[ARCH_SIGINFO_SIZE];
		siginfo_t ours = { .si_signo = rows[i].sig,
				   .si_code = rows[i].code,
				   .si_errno = 6 };
		siginfo_t back = { .si_signo = 0 };

		memcpy((uint8_t *)&ours + rows[i].from, &rows[i].value,
		       rows[i].size);
		arch_i386.siginfo_get(&ours, program);
		assert_memory_equal(program, &ours, 12);
		assert_memory_equal(program + rows[i].to, &rows[i].value,
				    rows[i].size);
		arch_i386.siginfo_put(&back, program);
		assert_memory_equal(&back, &ours, sizeof(ours));
	}
	assert_null(arch_x86_64.siginfo_get);
}

static int
drop_layout(void **state)
{
	(void)state;
	x86_layout_override(NULL);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gdb_numbers),
		cmocka_unit_test(test_lldb_numbers),
		cmocka_unit_test(test_offsets),
		cmocka_unit_test(test_i386_numbers),
		cmocka_unit_test(test_i386_words),
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_distinct),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_initial_state),
		cmocka_unit_test(test_mxcsr_kept),
		cmocka_unit_test(test_ftag),
		cmocka_unit_test(test_syscall),
		cmocka_unit_test(test_i386_siginfo),
		cmocka_unit_test(test_hw_ok),
		cmocka_unit_test(test_type_lines),
	};

	return cmocka_run_group_tests(tests, use_layout, drop_layout);
}
