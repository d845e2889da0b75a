/* SPDX-License-Identifier: Apache-2.0 */
/* needs: client */
/* Stack memory in lldb's stop replies: right, in order, and bounded whatever
 * the registers hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../server/session/stop_memory.h"
#include "../common/client.h"

#define STACK_SIZE UINT64_C(0x20000)
#define TOP	   (MOCK_STACK + STACK_SIZE)

static struct client_bench b;

struct piece {
	uint64_t addr;
	size_t len;
	const char *hex;
};

static struct {
	struct piece pieces[STOP_PIECES_MAX + 1];
	size_t n;
} seen;

/* By the name that the mock machine has for it; its r3 is the frame pointer. */
static void
set_register(const char *name, uint64_t value)
{
	char packet[64], info[32];
	unsigned number;

	for (number = 0; number < 32; number++) {
		snprintf(info, sizeof(info), "qRegisterInfo%x", number);
		snprintf(packet, sizeof(packet), "name:%s;", name);
		if (strstr(bench_ask(&b, info), packet) != NULL)
			break;
	}
	assert_true(number < 32);
	snprintf(packet, sizeof(packet), "P%x=%016" PRIx64 ";thread:64;",
		 number, __builtin_bswap64(value));
	bench_expect(&b, packet, "OK");
}

static void
put_word(uint64_t addr, uint64_t value)
{
	char packet[64];

	snprintf(packet, sizeof(packet), "M%" PRIx64 ",8:%016" PRIx64, addr,
		 __builtin_bswap64(value));
	bench_expect(&b, packet, "OK");
}

/* What the stop reply has, checked against the memory itself. */
static void
look(void)
{
	static char reply[0x4000];
	char packet[64];
	uint64_t end = 0;
	char *at = reply;

	snprintf(reply, sizeof(reply), "%s",
		 bench_ask(&b, "qThreadStopInfo64"));
	seen.n = 0;
	while ((at = strstr(at, ";memory:0x")) != NULL) {
		struct piece *p = &seen.pieces[seen.n++];
		char *semicolon;

		assert_true(seen.n <= STOP_PIECES_MAX);
		p->addr = strtoull(at + 10, &at, 16);
		assert_int_equal(*at, '=');
		semicolon = strchr(at, ';');
		assert_non_null(semicolon);
		p->hex = at + 1;
		p->len = (size_t)(semicolon - at - 1) / 2;
		assert_true(p->len > 0 && p->addr >= end);
		end = p->addr + p->len;
		at = semicolon;
	}
	for (size_t i = 0; i < seen.n; i++) {
		const struct piece *p = &seen.pieces[i];
		const char *memory;

		snprintf(packet, sizeof(packet), "m%" PRIx64 ",%zx", p->addr,
			 p->len);
		memory = bench_ask(&b, packet);
		assert_int_equal(strlen(memory), 2 * p->len);
		assert_memory_equal(memory, p->hex, 2 * p->len);
	}
}

static bool
has(uint64_t addr, size_t len)
{
	for (size_t i = 0; i < seen.n; i++) {
		const struct piece *p = &seen.pieces[i];

		if (addr >= p->addr && addr + len <= p->addr + p->len)
			return true;
	}
	return false;
}

static int
open_bench(void **state)
{
	(void)state;
	bench_open(&b, NULL);
	bench_lldb(&b, 100, 1);
	return 0;
}

static int
close_bench(void **state)
{
	(void)state;
	bench_close(&b);
	return 0;
}

static void
follows_the_frames(void **state)
{
	uint64_t sp = MOCK_STACK + 0x8000, fp = sp + 0x100, at = fp;

	(void)state;
	set_register("sp", sp);
	set_register("r3", fp);
	for (int i = 1; i < 10; i++) {
		uint64_t next = MOCK_STACK + 0x9000 + (uint64_t)i * 0x400;

		put_word(at, next);
		at = next;
	}
	look();
	assert_int_equal(seen.n, STOP_FRAMES_FEW);
	assert_true(has(fp, 16));
	for (uint64_t i = 1; i < STOP_FRAMES_FEW; i++)
		assert_true(has(MOCK_STACK + 0x9000 + i * 0x400, 16));
	/* Nothing that a variable may lie in. */
	assert_false(has(sp, 1) || has(fp - 1, 1) || has(fp + 16, 1));
}

static void
goes_beyond_the_first_frame(void **state)
{
	uint64_t sp = MOCK_STACK + 0x8000, fp = sp + 0x100;

	(void)state;
	set_register("sp", sp);
	set_register("r3", fp);
	put_word(fp, 1);
	put_word(fp + 8, MOCK_TEXT);
	look();
	assert_int_equal(seen.n, 2);
	assert_true(has(fp, 16) && has(fp + 16, STOP_START_BYTES));
	/* Zeros are no frame, whatever points there. */
	put_word(fp, 0);
	put_word(fp + 8, 0);
	look();
	assert_int_equal(seen.n, 1);
	assert_false(has(fp + 16, 1));
}

static void
frames_only_get_older(void **state)
{
	uint64_t sp = MOCK_STACK + 0x8000, fp = sp + 0x1000;
	static const int64_t wrong[] = { 0, -8, -0x1000, 0x7000000000 };

	(void)state;
	set_register("sp", sp);
	set_register("r3", fp);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		put_word(fp, fp + (uint64_t)wrong[i]);
		look();
		assert_int_equal(seen.n, 1);
	}
	/* One word further each time. */
	for (uint64_t at = fp; at < fp + 0x400; at += 8)
		put_word(at, at + 8);
	look();
	assert_true(seen.n <= STOP_FRAMES_FEW);
	assert_true(has(fp, 16));
}

static void
the_stack_ends_somewhere(void **state)
{
	static const uint64_t odd[] = {
		0,	   1,
		127,	   0x10000,
		MOCK_TEXT, UINT64_MAX,
		TOP,	   UINT64_MAX - 0x100,
		TOP + 64,  UINT64_C(1) << 63,
	};

	(void)state;
	set_register("sp", TOP - 12);
	set_register("r3", TOP - 4);
	look();
	assert_int_equal(seen.n, 1);
	assert_true(has(TOP - 4, 4));
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		for (size_t j = 0; j < sizeof(odd) / sizeof(odd[0]); j++) {
			set_register("sp", odd[i]);
			set_register("r3", odd[j]);
			look();
			assert_true(seen.n <= 2);
		}
	}
}

static void
json_has_it_too(void **state)
{
	uint64_t sp = MOCK_STACK + 0x8000;
	char want[64];

	(void)state;
	set_register("sp", sp);
	set_register("r3", sp + 64);
	snprintf(want, sizeof(want), "\"memory\":[{\"address\":%" PRIu64,
		 sp + 64);
	assert_non_null(strstr(bench_ask(&b, "jThreadsInfo"), want));
}

static void
only_for_who_wants_it(void **state)
{
	(void)state;
	bench_open(&b, NULL);
	bench_gdb(&b, 100, 1);
	assert_null(strstr(bench_ask(&b, "?"), "memory"));
	bench_close(&b);
}

int
main(void)
{
#define WITH_BENCH(f) \
	cmocka_unit_test_setup_teardown(f, open_bench, close_bench)
	const struct CMUnitTest tests[] = {
		WITH_BENCH(follows_the_frames),
		WITH_BENCH(goes_beyond_the_first_frame),
		WITH_BENCH(frames_only_get_older),
		WITH_BENCH(the_stack_ends_somewhere),
		WITH_BENCH(json_has_it_too),
		cmocka_unit_test(only_for_who_wants_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
