/* SPDX-License-Identifier: Apache-2.0 */
/* Encoding in place gives what encoding from elsewhere gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/reply.h"

enum { CAP = 512 };

struct pair {
	struct rsp_reply place;
	struct rsp_reply copy;
	uint8_t *place_buf;
	uint8_t *copy_buf;
	uint8_t data[CAP];
};

static void
begin(struct pair *p, const char *head)
{
	p->place_buf = malloc(CAP);
	p->copy_buf = malloc(CAP);
	assert_non_null(p->place_buf);
	assert_non_null(p->copy_buf);
	rsp_reply_begin(&p->place, p->place_buf, CAP);
	rsp_reply_begin(&p->copy, p->copy_buf, CAP);
	rsp_reply_str(&p->place, head);
	rsp_reply_str(&p->copy, head);
}

static void
compare(struct pair *p)
{
	size_t n = rsp_reply_finish(&p->place);

	assert_int_equal(n, rsp_reply_finish(&p->copy));
	assert_memory_equal(p->place_buf, p->copy_buf, n);
	free(p->place_buf);
	free(p->copy_buf);
}

static void
test_hex(void **state)
{
	(void)state;
	for (size_t n = 0; n <= CAP / 2; n++) {
		struct pair p;
		uint8_t *tail;

		begin(&p, "head");
		if (n > rsp_reply_room(&p.place) / 2)
			n = rsp_reply_room(&p.place) / 2;
		for (size_t i = 0; i < n; i++)
			p.data[i] = (uint8_t)rand();
		tail = rsp_reply_tail(&p.place, n);
		assert_non_null(tail);
		memcpy(tail, p.data, n);
		assert_int_equal(rsp_reply_tail_hex(&p.place, tail, n), n);
		rsp_reply_hex_bytes(&p.copy, p.data, n);
		if (n == rsp_reply_room(&p.place) / 2) {
			compare(&p);
			break;
		}
		compare(&p);
	}
}

static size_t
escaped(struct pair *p, size_t n)
{
	uint8_t *tail = rsp_reply_tail(&p->place, n);
	size_t in;

	assert_non_null(tail);
	memcpy(tail, p->data, n);
	in = rsp_reply_tail_escaped(&p->place, tail, n);
	assert_int_equal(rsp_reply_escaped(&p->copy, p->data, in), in);
	return in;
}

/* With an eighth free, ordinary data fits; data to be escaped is cut short,
 * but not to nothing. */
static void
test_escaped(void **state)
{
	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct pair p;
		size_t room;
		size_t n;
		size_t in;

		begin(&p, "b");
		room = rsp_reply_room(&p.place);
		n = (size_t)rand() % (room - room / 8) + 1;
		for (size_t i = 0; i < n; i++)
			p.data[i] = round % 4 == 0
					? (uint8_t) "#$}*"[rand() % 4]
					: (uint8_t)rand();
		in = escaped(&p, n);
		assert_true(in > 0 && in <= n);
		if (n <= room / 2)
			assert_int_equal(in, n);
		compare(&p);
	}
}

static void
test_too_much(void **state)
{
	struct pair p;
	size_t room;

	(void)state;
	begin(&p, "");
	room = rsp_reply_room(&p.place);
	assert_null(rsp_reply_tail(&p.place, room + 1));
	assert_null(rsp_reply_tail(&p.place, SIZE_MAX));
	/* The whole room: plain bytes stay, the first to be escaped ends it. */
	memset(p.data, 'a', room);
	p.data[5] = '#';
	assert_int_equal(escaped(&p, room), 5);
	compare(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_escaped),
		cmocka_unit_test(test_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
