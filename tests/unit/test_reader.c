/* SPDX-License-Identifier: Apache-2.0 */
/* The framing: every stream is also fed split at every byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/reader.h"

enum { CAP = 17 };

/* One letter for each event, bodies in brackets. */
struct trace {
	char text[4096];
	size_t len;
};

static void
note(struct trace *t, const struct rsp_reader *r, enum rsp_event event)
{
	static const char letters[] = ".p+-iboGn";

	if (event == RSP_EVENT_NONE)
		return;
	/* Garbage that came in pieces is still the same garbage. */
	if (event == RSP_EVENT_GARBAGE && t->len > 0 &&
	    t->text[t->len - 1] == 'G')
		return;
	if (event == RSP_EVENT_PACKET || event == RSP_EVENT_NOTICE) {
		assert_int_equal(r->body[r->len], 0);
		t->len += (size_t)snprintf(t->text + t->len,
					   sizeof(t->text) - t->len, "%s[%.*s]",
					   event == RSP_EVENT_NOTICE ? "%" : "",
					   (int)r->len, (const char *)r->body);
	} else {
		t->text[t->len++] = letters[event];
	}
	t->text[t->len] = 0;
}

static void
feed(struct rsp_reader *r, struct trace *t, const char *in, size_t n)
{
	enum rsp_event event;
	size_t used, rounds = 0;

	while (n > 0) {
		used = rsp_reader_feed(r, (const uint8_t *)in, n, &event);
		assert_true(used <= n);
		assert_true(used > 0 || event != RSP_EVENT_NONE);
		assert_true(used == n || event != RSP_EVENT_NONE);
		assert_true(++rounds < 10000);
		note(t, r, event);
		in += used;
		n -= used;
	}
}

static void
check_split(const char *in, size_t n, size_t split, bool check,
	    const char *expect)
{
	uint8_t buf[CAP];
	struct rsp_reader r;
	struct trace t = { .len = 0 };

	rsp_reader_init(&r, buf, sizeof(buf));
	r.check = check;
	feed(&r, &t, in, split);
	feed(&r, &t, in + split, n - split);
	if (strcmp(t.text, expect) != 0)
		fail_msg("split at %zu: %s, expected %s", split, t.text,
			 expect);
}

static void
check_bytewise(const char *in, size_t n, bool check, const char *expect)
{
	uint8_t buf[CAP];
	struct rsp_reader r;
	struct trace t = { .len = 0 };
	size_t i;

	rsp_reader_init(&r, buf, sizeof(buf));
	r.check = check;
	for (i = 0; i < n; i++)
		feed(&r, &t, in + i, 1);
	assert_string_equal(t.text, expect);
}

static void
check_stream(const char *in, size_t n, bool check, const char *expect)
{
	size_t split;

	for (split = 0; split <= n; split++)
		check_split(in, n, split, check, expect);
	check_bytewise(in, n, check, expect);
}

static const struct {
	const char *in;
	size_t n;
	const char *expect; /* sums checked */
	const char *no_ack; /* NULL: the same */
} streams[] = {
#define S(in) in, sizeof(in) - 1
	{ S(""), "", NULL },
	{ S("$g#67"), "[g]", NULL },
	{ S("$#00"), "[]", NULL },
	{ S("+$qC#b4-"), "+[qC]-", NULL },
	{ S("$g#67$g#67"), "[g][g]", NULL },
	{ S("$OK#9A"), "[OK]", NULL },
	{ S("$OK#9a"), "[OK]", NULL },
	{ S("\x03"), "i", NULL },
	{ S("\x03\x03$g#67\x03"), "ii[g]i", NULL },
	/* 0x03, '+' and '-' in a body are data. */
	{ S("$a\x03"
	    "b#c6"),
	  "[a\x03"
	  "b]",
	  NULL },
	{ S("$a+-b#1b"), "[a+-b]", NULL },
	{ S("$a%b#e8"), "[a%b]", NULL },
	/* Sums. */
	{ S("$g#68"), "b", "[g]" },
	{ S("$g#00$g#67"), "b[g]", "[g][g]" },
	{ S("$g#zz$g#67"), "bG[g]", NULL },
	{ S("$g#6$g#67"), "b[g]", NULL },
	{ S("$g#$g#67"), "b[g]", NULL },
	{ S("$g#6\x03"), "bi", NULL },
	{ S("$g#+"), "b+", NULL },
	{ S("$g##67"), "bG", NULL },
	/* Garbage. */
	{ S("hello$g#67"), "G[g]", NULL },
	{ S("#67}*%"), "G", NULL },
	{ S("ab\x03"
	    "ab+ab-"),
	  "GiG+G-", NULL },
	{ S("GET / HTTP/1.1\r\n\r\n$g#67"), "G[g]", NULL },
	{ S("\0\0\xff$g#67"), "G[g]", NULL },
	{ S("$g#67\n$g#67"), "[g]G[g]", NULL },
	/* Notices; a wrong one is nothing that has to be answered. */
	{ S("%g#67$g#67"), "%[g][g]", NULL },
	{ S("+%g#67"), "+%[g]", NULL },
	{ S("ab%g#67+"), "G%[g]+", NULL },
	{ S("%g#68$g#67"), "G[g]", "%[g][g]" },
	{ S("%g#zz$g#67"), "G[g]", NULL },
	{ S("%g#6$g#67"), "G[g]", NULL },
	{ S("%ab$g#67"), "[g]", NULL },
	{ S("%a%b#e8"), "%[a%b]", NULL },
	{ S("GET /%20 $g#67"), "G[g]", NULL },
	{ S("%0123456789abcdefg#c7$g#67"), "G[g]", NULL },
	/* Cut packets take nothing along. */
	{ S("$abc$g#67"), "[g]", NULL },
	{ S("$$$$g#67"), "[g]", NULL },
	{ S("$m0,4$$qC#b4$g#67"), "[qC][g]", NULL },
	/* 16 bytes fit, 17 do not. */
	{ S("$0123456789abcdef#62"), "[0123456789abcdef]", NULL },
	{ S("$0123456789abcdefg#c7$g#67"), "o[g]", NULL },
	{ S("$0123456789abcdefg#00$g#67"), "o[g]", NULL },
	{ S("$0123456789abcdefg#xx$g#67"), "oG[g]", NULL },
	{ S("$0123456789abcdefg#$g#67"), "o[g]", NULL },
	{ S("$0123456789abcdefghijklmnopqrstuvwxyz$g#67"), "[g]", NULL },
	{ S("$01234567890123456789012345678901\x03#00\x03"), "oi", NULL },
#undef S
};

static void
streams_are_read(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
		check_stream(streams[i].in, streams[i].n, true,
			     streams[i].expect);
		check_stream(streams[i].in, streams[i].n, false,
			     streams[i].no_ack != NULL ? streams[i].no_ack
						       : streams[i].expect);
	}
}

/* Whatever stands before it, the second well-formed packet is read. */
static void
garbage_swallows_one_packet_at_most(void **state)
{
	static const char alphabet[] = "$#+-\x03}*a67%";
	uint8_t buf[CAP];
	struct rsp_reader r;
	struct trace t;
	uint32_t seed = 1;
	char noise[9];
	int round;
	size_t i;

	(void)state;
	for (round = 0; round < 20000; round++) {
		for (i = 0; i < sizeof(noise); i++) {
			seed = seed * 1664525 + 1013904223;
			noise[i] =
			    alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
		}
		rsp_reader_init(&r, buf, sizeof(buf));
		t.len = 0;
		feed(&r, &t, noise, sizeof(noise));
		feed(&r, &t, "$g#67$vX#ce", 11);
		assert_true(t.len >= 4);
		assert_string_equal(t.text + t.len - 4, "[vX]");
	}
}

static void
in_packet_is_told(void **state)
{
	static const char packet[] = "$g#67";
	uint8_t buf[CAP];
	struct rsp_reader r;
	enum rsp_event event;
	size_t i;

	(void)state;
	rsp_reader_init(&r, buf, sizeof(buf));
	for (i = 0; i < 5; i++) {
		assert_int_equal(rsp_reader_in_packet(&r), i > 0);
		rsp_reader_feed(&r, (const uint8_t *)packet + i, 1, &event);
	}
	assert_false(rsp_reader_in_packet(&r));
	assert_int_equal(event, RSP_EVENT_PACKET);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_are_read),
		cmocka_unit_test(garbage_swallows_one_packet_at_most),
		cmocka_unit_test(in_packet_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
