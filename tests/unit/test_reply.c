/* SPDX-License-Identifier: Apache-2.0 */
/* Building replies: each buffer has just its size, so that ASan guards it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/reader.h"
#include "protocol/reply.h"

enum { CAP = RSP_REPLY_MIN };
/* The most that a body may have in CAP. */
enum { ROOM = CAP - RSP_REPLY_FRAMING };

static struct rsp_reply
new_reply(void)
{
	struct rsp_reply r;
	uint8_t *buf = malloc(CAP);

	assert_non_null(buf);
	rsp_reply_begin(&r, buf, CAP);
	return r;
}

static void
check_packet(struct rsp_reply *r, const char *expect)
{
	size_t len = rsp_reply_finish(r);

	assert_true(len <= r->cap);
	assert_int_equal(len, strlen(expect));
	assert_memory_equal(r->buf, expect, len);
	free(r->buf);
}

static void
fill(struct rsp_reply *r, size_t n)
{
	while (n-- > 0)
		rsp_reply_char(r, 'a');
}

static void
empty_reply(void **state)
{
	struct rsp_reply r = new_reply();

	(void)state;
	assert_int_equal(rsp_reply_room(&r), ROOM);
	check_packet(&r, "$#00");
}

static void
text_is_appended(void **state)
{
	struct rsp_reply r = new_reply();

	(void)state;
	rsp_reply_str(&r, "O");
	rsp_reply_char(&r, 'K');
	assert_int_equal(rsp_reply_body_len(&r), 2);
	check_packet(&r, "$OK#9a");

	r = new_reply();
	rsp_reply_printf(&r, "%s;%x", "a", 255u);
	rsp_reply_raw(&r, "b", 1);
	rsp_reply_raw(&r, NULL, 0);
	check_packet(&r, "$a;ffb#ca");
}

static void
notification_begins_otherwise(void **state)
{
	struct rsp_reply r;
	uint8_t *buf = malloc(CAP);

	(void)state;
	rsp_notification_begin(&r, buf, CAP);
	rsp_reply_str(&r, "Stop:W00");
	assert_int_equal(rsp_reply_finish(&r), 12);
	assert_memory_equal(buf, "%Stop:W00#97", 12);

	/* One that does not fit cannot become an error. */
	rsp_notification_begin(&r, buf, CAP);
	fill(&r, ROOM + 1);
	assert_int_equal(rsp_reply_finish(&r), 0);
	free(buf);
}

static void
numbers_are_hex(void **state)
{
	struct rsp_reply r = new_reply();

	(void)state;
	rsp_reply_hex(&r, 0);
	rsp_reply_char(&r, ' ');
	rsp_reply_hex(&r, 0x10);
	rsp_reply_char(&r, ' ');
	rsp_reply_hex(&r, UINT64_MAX);
	rsp_reply_char(&r, ' ');
	rsp_reply_hex8(&r, 5);
	rsp_reply_hex8(&r, 0xfe);
	rsp_reply_finish(&r);
	assert_memory_equal(r.buf, "$0 10 ffffffffffffffff 05fe#", 28);
	free(r.buf);
}

static void
bytes_are_hex(void **state)
{
	struct rsp_reply r;
	uint8_t all[256];
	uint8_t *buf = malloc(516);
	char two[3];
	unsigned i;

	(void)state;
	for (i = 0; i < 256; i++)
		all[i] = (uint8_t)i;
	rsp_reply_begin(&r, buf, 516);
	rsp_reply_hex_bytes(&r, all, 256);
	rsp_reply_hex_bytes(&r, NULL, 0);
	assert_false(r.full);
	for (i = 0; i < 256; i++) {
		snprintf(two, sizeof(two), "%02x", i);
		assert_memory_equal(buf + 1 + 2 * i, two, 2);
	}
	assert_int_equal(rsp_reply_finish(&r), 516);
	free(buf);

	r = new_reply();
	rsp_reply_hex_str(&r, "ls");
	check_packet(&r, "$6c73#03");
}

static void
ptids_have_two_forms(void **state)
{
	struct rsp_reply r = new_reply();

	(void)state;
	rsp_reply_ptid(&r, true, 16, 31);
	rsp_reply_char(&r, ' ');
	rsp_reply_ptid(&r, false, 16, 31);
	rsp_reply_char(&r, ' ');
	rsp_reply_ptid(&r, true, 1, RSP_ID_ALL);
	rsp_reply_char(&r, ' ');
	rsp_reply_ptid(&r, false, 1, RSP_ID_ALL);
	rsp_reply_finish(&r);
	assert_memory_equal(r.buf, "$p10.1f 1f p1.-1 -1#", 20);
	free(r.buf);
}

static void
full_is_sticky_and_becomes_an_error(void **state)
{
	struct rsp_reply r = new_reply();

	(void)state;
	fill(&r, ROOM);
	assert_false(r.full);
	assert_int_equal(rsp_reply_room(&r), 0);
	assert_int_equal(rsp_reply_finish(&r), CAP);
	free(r.buf);

	r = new_reply();
	fill(&r, ROOM - 1);
	rsp_reply_hex8(&r, 1);
	assert_true(r.full);
	rsp_reply_char(&r, 'b');
	assert_int_equal(rsp_reply_body_len(&r), ROOM - 1);
	check_packet(&r, "$E5a#db");
}

static void
each_function_minds_the_end(void **state)
{
	const char big[1024] = { 0 };
	struct rsp_reply r;
	int i;

	(void)state;
	for (i = 0; i < 7; i++) {
		r = new_reply();
		fill(&r, ROOM - 1);
		if (i == 0)
			rsp_reply_str(&r, "ab");
		else if (i == 1)
			rsp_reply_raw(&r, big, sizeof(big));
		else if (i == 2)
			rsp_reply_printf(&r, "%d", 10);
		else if (i == 3)
			rsp_reply_hex(&r, 0x10);
		else if (i == 4)
			rsp_reply_hex_bytes(&r, big, SIZE_MAX / 2 + 2);
		else if (i == 5)
			rsp_reply_ptid(&r, true, 1, 1);
		else
			rsp_reply_printf(&r, "%600d", 1);
		assert_true(r.full);
		check_packet(&r, "$E5a#db");
	}
}

static void
clear_and_truncate(void **state)
{
	struct rsp_reply r = new_reply();
	size_t mark;

	(void)state;
	fill(&r, ROOM + 1);
	rsp_reply_clear(&r);
	rsp_reply_str(&r, "O");
	mark = rsp_reply_body_len(&r);
	rsp_reply_str(&r, "xyz");
	rsp_reply_truncate(&r, mark);
	rsp_reply_truncate(&r, mark + 1);
	rsp_reply_char(&r, 'K');
	check_packet(&r, "$OK#9a");
}

static void
binary_is_escaped(void **state)
{
	struct rsp_reply r = new_reply();

	(void)state;
	assert_int_equal(rsp_reply_escaped(&r, "a#$}*\0b", 7), 7);
	assert_int_equal(rsp_reply_body_len(&r), 11);
	assert_memory_equal(r.buf + 1, "a}\003}\004}]}\n\0b", 11);
	free(r.buf);
}

static void
escaped_data_may_be_short(void **state)
{
	struct rsp_reply r = new_reply();

	(void)state;
	fill(&r, ROOM - 3);
	assert_int_equal(rsp_reply_escaped(&r, "##b", 3), 1);
	assert_false(r.full);
	assert_int_equal(rsp_reply_room(&r), 1);
	assert_int_equal(rsp_reply_escaped(&r, "bb", 2), 1);
	assert_int_equal(rsp_reply_escaped(&r, "bb", 2), 0);
	assert_int_equal(rsp_reply_finish(&r), CAP);
	free(r.buf);
}

static void
xfer_tells_what_is_left(void **state)
{
	struct rsp_reply r = new_reply();

	(void)state;
	rsp_reply_xfer(&r, "abc", 3, 0, 2);
	check_packet(&r, "$mab#30");
	r = new_reply();
	rsp_reply_xfer(&r, "abc", 3, 0, 3);
	check_packet(&r, "$labc#92");
	r = new_reply();
	rsp_reply_xfer(&r, "abc", 3, 1, UINT64_MAX);
	check_packet(&r, "$lbc#31");
	r = new_reply();
	rsp_reply_xfer(&r, "abc", 3, 3, 1);
	check_packet(&r, "$l#6c");
	r = new_reply();
	rsp_reply_xfer(&r, "abc", 3, UINT64_MAX, UINT64_MAX);
	check_packet(&r, "$l#6c");
	r = new_reply();
	rsp_reply_xfer(&r, "", 0, 0, 10);
	check_packet(&r, "$l#6c");
}

/* A document of bytes to escape comes whole, however it is cut. */
static void
xfer_adds_up(void **state)
{
	char doc[500], got[500];
	struct rsp_request req;
	struct rsp_reply r;
	size_t at = 0, i;
	uint8_t *body;
	bool last;

	(void)state;
	for (i = 0; i < sizeof(doc); i++)
		doc[i] = "ab}#*$"[i * 7 % 6];
	do {
		r = new_reply();
		rsp_reply_xfer(&r, doc, sizeof(doc), at, 100);
		assert_false(r.full);
		last = r.buf[1] == 'l';
		/* The decoder of pwrite resolves the escapes again. */
		body = malloc(CAP + 32);
		memcpy(body, "vFile:pwrite:0,0,", 17);
		memcpy(body + 17, r.buf + 2, r.len - 2);
		assert_int_equal(rsp_request_decode(&req, body, 17 + r.len - 2),
				 RSP_DECODED);
		assert_true(req.file.data.len > 0);
		assert_true(at + req.file.data.len <= sizeof(got));
		memcpy(got + at, req.file.data.data, req.file.data.len);
		at += req.file.data.len;
		free(body);
		free(r.buf);
	} while (!last);
	assert_int_equal(at, sizeof(doc));
	assert_memory_equal(got, doc, sizeof(doc));
}

static void
errors_have_three_forms(void **state)
{
	static const struct {
		enum rsp_errors form;
		int code;
		const char *text;
		const char *expect;
	} table[] = {
		{ RSP_ERRORS_PLAIN, 14, NULL, "$E0e#" },
		{ RSP_ERRORS_PLAIN, 14, "Bad", "$E0e#" },
		{ RSP_ERRORS_PLAIN, 255, NULL, "$Eff#" },
		{ RSP_ERRORS_PLAIN, 256, NULL, "$Eff#" },
		{ RSP_ERRORS_PLAIN, 0, NULL, "$Eff#" },
		{ RSP_ERRORS_PLAIN, -14, NULL, "$Eff#" },
		{ RSP_ERRORS_GDB, 14, NULL, "$E0e#" },
		{ RSP_ERRORS_GDB, 14, "Bad address", "$E.Bad address#" },
		{ RSP_ERRORS_GDB, 14,
		  "a#$}*\n\x80"
		  "b",
		  "$E.a??????b#" },
		{ RSP_ERRORS_LLDB, 14, NULL, "$E0e#" },
		{ RSP_ERRORS_LLDB, 14, "a#", "$E0e;6123#" },
	};
	struct rsp_reply r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		r = new_reply();
		fill(&r, ROOM + 1);
		rsp_reply_error(&r, table[i].form, table[i].code,
				table[i].text);
		rsp_reply_finish(&r);
		assert_memory_equal(r.buf, table[i].expect,
				    strlen(table[i].expect));
		free(r.buf);
	}
}

static void
long_error_texts_are_cut(void **state)
{
	struct rsp_reply r = new_reply();
	char text[200];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	rsp_reply_error(&r, RSP_ERRORS_GDB, 1, text);
	assert_int_equal(rsp_reply_finish(&r), CAP);
	assert_memory_equal(r.buf, "$E.xxx", 6);
	rsp_reply_error(&r, RSP_ERRORS_LLDB, 1, text);
	assert_int_equal(rsp_reply_finish(&r), CAP);
	assert_memory_equal(r.buf, "$E01;7878", 9);
	free(r.buf);
}

static uint8_t
plain_sum(const uint8_t *data, size_t len)
{
	unsigned sum = 0;

	while (len-- > 0)
		sum += *data++;
	return (uint8_t)sum;
}

/* What is built is what the reader reads, at all lengths (the sum's blocks). */
static void
reader_reads_replies(void **state)
{
	enum { MOST = 3000 };
	uint8_t *out = malloc(2 * MOST + 8), *in = malloc(2 * MOST + 8);
	uint8_t data[MOST];
	struct rsp_reader reader;
	struct rsp_reply r;
	enum rsp_event event;
	size_t len, n, i;

	(void)state;
	for (i = 0; i < MOST; i++)
		data[i] = (uint8_t)(i % 3 != 0 ? 0xff : i * 31);
	for (len = 0; len < MOST; len += len < 40 ? 1 : 97) {
		rsp_reply_begin(&r, out, 2 * MOST + 8);
		assert_int_equal(rsp_reply_escaped(&r, data, len), len);
		n = rsp_reply_finish(&r);
		rsp_reader_init(&reader, in, 2 * MOST + 8);
		assert_int_equal(rsp_reader_feed(&reader, out, n, &event), n);
		assert_int_equal(event, RSP_EVENT_PACKET);
		assert_int_equal(reader.len, n - RSP_REPLY_FRAMING);
		assert_memory_equal(in, out + 1, reader.len);
		assert_int_equal(reader.given, plain_sum(in, reader.len));
	}
	free(out);
	free(in);
}

/* In-place encoding gives what encoding from elsewhere gives. */
static void
tails_are_encoded_in_place(void **state)
{
	struct rsp_reply r, plain;
	uint8_t data[ROOM];
	uint8_t *tail;
	size_t len, n, i;

	(void)state;
	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 37 + (i & 1 ? '#' : 0));
	for (len = 0; len <= ROOM; len++) {
		r = new_reply();
		plain = new_reply();
		tail = rsp_reply_tail(&r, len);
		assert_non_null(tail);
		memcpy(tail, data, len);
		n = rsp_reply_tail_hex(&r, tail, len);
		assert_int_equal(n, len <= ROOM / 2 ? len : n);
		rsp_reply_hex_bytes(&plain, data, n);
		assert_int_equal(r.len, plain.len);
		assert_memory_equal(r.buf, plain.buf, r.len);
		rsp_reply_clear(&r);
		rsp_reply_clear(&plain);
		tail = rsp_reply_tail(&r, len);
		memcpy(tail, data, len);
		n = rsp_reply_tail_escaped(&r, tail, len);
		assert_true(n > 0 || len == 0 || len > ROOM - ROOM / 8);
		assert_int_equal(rsp_reply_escaped(&plain, data, n), n);
		assert_int_equal(r.len, plain.len);
		assert_memory_equal(r.buf, plain.buf, r.len);
		free(r.buf);
		free(plain.buf);
	}
	r = new_reply();
	assert_null(rsp_reply_tail(&r, ROOM + 1));
	free(r.buf);
}

static void
marked_packets_say_how_they_come(void **state)
{
	struct rsp_reply r = new_reply();

	(void)state;
	rsp_reply_mark(&r);
	assert_int_equal(rsp_reply_room(&r), ROOM - 1);
	check_packet(&r, "$N#4e");

	r = new_reply();
	rsp_reply_mark(&r);
	rsp_reply_str(&r, "ab");
	assert_int_equal(rsp_reply_body_len(&r), 2);
	assert_memory_equal(rsp_reply_body(&r), "ab", 2);
	rsp_reply_truncate(&r, 1);
	check_packet(&r, "$Na#af");

	r = new_reply();
	rsp_reply_mark(&r);
	fill(&r, ROOM);
	check_packet(&r, "$NE5a#29");
}

static void
packed_packets_are_shorter_or_as_they_were(void **state)
{
	struct rsp_reply r = new_reply();

	(void)state;
	rsp_reply_mark(&r);
	fill(&r, 12);
	/* "12:" and six bytes with three escapes are twelve. */
	assert_false(rsp_reply_pack(&r, "#$}123", 6));
	assert_int_equal(rsp_reply_body_len(&r), 12);
	assert_true(rsp_reply_pack(&r, "#*}12", 5));
	check_packet(&r, "$C12:}\x03}\x0a}]12#24");

	/* Who has not asked for it never sees it. */
	r = new_reply();
	fill(&r, 12);
	assert_false(rsp_reply_pack(&r, "x", 1));
	check_packet(&r, "$aaaaaaaaaaaa#8c");

	rsp_notification_begin(&r, malloc(CAP), CAP);
	rsp_reply_mark(&r);
	fill(&r, 12);
	assert_true(rsp_reply_pack(&r, "x", 1));
	check_packet(&r, "%C12:x#58");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_reply),
		cmocka_unit_test(text_is_appended),
		cmocka_unit_test(notification_begins_otherwise),
		cmocka_unit_test(numbers_are_hex),
		cmocka_unit_test(bytes_are_hex),
		cmocka_unit_test(ptids_have_two_forms),
		cmocka_unit_test(full_is_sticky_and_becomes_an_error),
		cmocka_unit_test(each_function_minds_the_end),
		cmocka_unit_test(clear_and_truncate),
		cmocka_unit_test(binary_is_escaped),
		cmocka_unit_test(escaped_data_may_be_short),
		cmocka_unit_test(xfer_tells_what_is_left),
		cmocka_unit_test(xfer_adds_up),
		cmocka_unit_test(errors_have_three_forms),
		cmocka_unit_test(long_error_texts_are_cut),
		cmocka_unit_test(reader_reads_replies),
		cmocka_unit_test(tails_are_encoded_in_place),
		cmocka_unit_test(marked_packets_say_how_they_come),
		cmocka_unit_test(packed_packets_are_shorter_or_as_they_were),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
