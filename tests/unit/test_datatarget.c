/* SPDX-License-Identifier: Apache-2.0 */
/* needs: datatarget */
/*
 * libdatatarget against scripted servers: what it asks, what it makes of the
 * answers, and that no server can harm it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "protocol/client/datatarget.h"

/* ---- a scripted server --------------------------------------------------- */

#define MEMORY UINT64_C(0x1000)

/* What it answers to a request that begins so; the last row that fits wins.
 * An answer that begins with '!' goes out as it is, else it is framed. */
struct answer {
	const char *request, *answer;
	size_t len; /* 0: strlen */
};

static const struct answer polite[] = {
	{ "qSupported", "PacketSize=400;multiprocess+;binary-upload+", 0 },
	{ "QStartNoAckMode", "OK", 0 },
	{ "QEnableErrorStrings", "OK", 0 },
	{ "?", "T05thread:p1f.20;", 0 },
	{ "Hg", "OK", 0 },
};

static struct server {
	const struct answer *answers; /* beside the polite ones */
	size_t n;
	bool no_ack_refused;
	size_t piece;	   /* bytes at a time; 0: as many as there are */
	char asked[65536]; /* bodies, a line each; acknowledgements */
	uint8_t in[4096];
	size_t in_len;
	uint8_t out[0x60000];
	size_t out_at, out_len;
	int closed;
} server;

static void
put(const void *data, size_t len)
{
	assert_true(len <= sizeof(server.out) - server.out_len);
	memcpy(server.out + server.out_len, data, len);
	server.out_len += len;
}

static void
put_packet(const char *body, size_t len)
{
	uint8_t sum = 0;
	char tail[4];

	if (body[0] == '!') {
		put(body + 1, len - 1);
		return;
	}
	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum + (uint8_t)body[i]);
	snprintf(tail, sizeof(tail), "#%02x", sum);
	put("$", 1);
	put(body, len);
	put(tail, 3);
}

static const struct answer *
find_answer(const struct answer *list, size_t n, const char *request)
{
	for (size_t i = n; i > 0; i--)
		if (strncmp(request, list[i - 1].request,
			    strlen(list[i - 1].request)) == 0)
			return &list[i - 1];
	return NULL;
}

/* The beginning of a long talk is enough. */
static void
note(const char *text)
{
	size_t have = strlen(server.asked), len = strlen(text);

	if (have + len < sizeof(server.asked))
		memcpy(server.asked + have, text, len + 1);
}

static void
answer(const char *request)
{
	const struct answer *a = find_answer(server.answers, server.n, request);

	note(request);
	note("\n");
	if (a == NULL)
		a = find_answer(polite, sizeof(polite) / sizeof(polite[0]),
				request);
	put("+", 1);
	if (a == NULL)
		put_packet("", 0);
	else
		put_packet(a->answer, a->len ? a->len : strlen(a->answer));
}

static ssize_t
server_write(void *arg, const void *buf, size_t size, int timeout_ms)
{
	(void)arg;
	assert_true(size > 0 && timeout_ms > 0);
	for (size_t i = 0; i < size; i++) {
		uint8_t c = ((const uint8_t *)buf)[i];

		if (server.in_len == 0 && c != '$') {
			const char text[] = { (char)c, '\0' };

			note(text);
			continue;
		}
		assert_true(server.in_len < sizeof(server.in));
		server.in[server.in_len++] = c;
		if (server.in_len < 4 || server.in[server.in_len - 3] != '#')
			continue;
		server.in[server.in_len - 3] = '\0';
		server.in_len = 0;
		answer((const char *)server.in + 1);
	}
	return (ssize_t)size;
}

static ssize_t
server_read(void *arg, void *buf, size_t size, int timeout_ms)
{
	size_t n = server.out_len - server.out_at;

	(void)arg;
	assert_true(size > 0 && timeout_ms > 0);
	if (n == 0)
		return 0;
	if (server.piece != 0 && n > server.piece)
		n = server.piece;
	if (n > size)
		n = size;
	memcpy(buf, server.out + server.out_at, n);
	server.out_at += n;
	if (server.out_at == server.out_len)
		server.out_at = server.out_len = 0;
	return (ssize_t)n;
}

static void
server_close(void *arg)
{
	(void)arg;
	server.closed++;
}

static HRESULT
open_with(const struct answer *answers, size_t n, struct datatarget **t)
{
	const struct datatarget_stream stream = { .read = server_read,
						  .write = server_write,
						  .close = server_close };

	server.answers = answers;
	server.n = n;
	server.asked[0] = '\0';
	server.in_len = server.out_at = server.out_len = 0;
	server.closed = 0;
	return datatarget_connect(&stream, NULL, t);
}

static struct datatarget *
open_target(const struct answer *answers, size_t n)
{
	struct datatarget *t = NULL;

	assert_int_equal(open_with(answers, n, &t), DATATARGET_OK);
	server.asked[0] = '\0';
	return t;
}
#define OPEN(answers) open_target(answers, sizeof(answers) / sizeof(*(answers)))

static void
assert_hr(HRESULT hr, HRESULT want)
{
	if (hr != want)
		fail_msg("%08x (%s), not %08x (%s)", (unsigned)hr,
			 datatarget_text(hr), (unsigned)want,
			 datatarget_text(want));
}

/* ---- greeting ------------------------------------------------------------ */

static void
greets(void **state)
{
	struct datatarget *t;

	(void)state;
	assert_hr(open_with(NULL, 0, &t), DATATARGET_OK);
	assert_int_equal(datatarget_process(t), 0x1f);
	assert_non_null(strstr(server.asked, "qSupported:multiprocess+"));
	assert_non_null(strstr(server.asked, "QStartNoAckMode\n"));
	assert_null(strstr(server.asked, "error-message"));
	datatarget_close(t);
	assert_int_equal(server.closed, 1);
	datatarget_close(NULL);
}

static void
greets_in_pieces(void **state)
{
	struct datatarget *t;

	(void)state;
	for (server.piece = 1; server.piece < 5; server.piece++) {
		assert_hr(open_with(NULL, 0, &t), DATATARGET_OK);
		datatarget_close(t);
	}
	server.piece = 0;
}

static void
bad_greetings_fail(void **state)
{
	static const struct {
		struct answer answer;
		HRESULT hr;
	} rows[] = {
		{ { "qSupported", "PacketSize=", 0 }, DATATARGET_E_DATA },
		{ { "qSupported", "PacketSize=ff", 0 }, DATATARGET_E_DATA },
		{ { "qSupported", "PacketSize=fffffffffffffffff", 0 },
		  DATATARGET_E_DATA },
		{ { "qSupported", "E01", 0 }, DATATARGET_E_PRIVILEGE },
		{ { "qSupported", "!HTTP/1.1 400 Bad Request\r\n", 0 },
		  DATATARGET_E_CLOSED },
		{ { "?", "!$T05#00$T", 0 }, DATATARGET_OK },
		{ { "?", "!$T05", 0 }, DATATARGET_E_CLOSED },
		{ { "?", "!", 0 }, DATATARGET_E_CLOSED },
		{ { "?", "!$*~#00", 0 }, DATATARGET_E_DATA },
	};
	struct datatarget *t;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		HRESULT hr = open_with(&rows[i].answer, 1, &t);

		assert_hr(hr, rows[i].hr);
		/* The stream stays the caller's. */
		assert_int_equal(server.closed, 0);
		if (hr == DATATARGET_OK)
			datatarget_close(t);
	}
}

static void
says_why_it_failed(void **state)
{
	static const struct answer bad = { "?", "!$T05", 0 };
	const struct datatarget_stream stream = { .read = server_read,
						  .write = server_write };
	char error[24];
	const struct datatarget_options options = { .error = error,
						    .error_size =
							sizeof(error) };
	struct datatarget *t;

	(void)state;
	server.answers = &bad;
	server.n = 1;
	assert_hr(datatarget_connect(&stream, &options, &t),
		  DATATARGET_E_CLOSED);
	assert_string_equal(error, "the server closed the c");
	assert_hr(datatarget_connect(NULL, &options, &t), DATATARGET_E_POINTER);
	assert_hr(datatarget_connect(&stream, &options, NULL),
		  DATATARGET_E_POINTER);
}

static void
no_process_is_no_failure(void **state)
{
	static const struct answer none[] = { { "?", "W00", 0 } };
	static const struct answer attach[] = {
		{ "?", "E03", 0 },
		{ "vAttach;2a", "S05", 0 },
		{ "qC", "QCp2a.2b", 0 },
	};
	struct datatarget *t = OPEN(none);
	uint8_t byte;

	(void)state;
	assert_hr(datatarget_read_memory(t, 0, 0, &byte, 1, NULL),
		  DATATARGET_E_HANDLE);
	assert_string_equal(server.asked, "");
	assert_hr(datatarget_attach(t, 42), DATATARGET_E_UNIMPLEMENTED);
	assert_hr(datatarget_attach(t, 0), DATATARGET_E_INVALIDARG);
	datatarget_close(t);
	t = OPEN(attach);
	assert_hr(datatarget_detach(t), DATATARGET_E_HANDLE);
	assert_hr(datatarget_attach(t, 42), DATATARGET_OK);
	assert_int_equal(datatarget_process(t), 42);
	datatarget_close(t);
}

/* ---- codes --------------------------------------------------------------- */

/* docs/allocation.md, "Errors". */
static void
errors_become_codes(void **state)
{
	static const struct {
		const char *error;
		uint32_t allocate, read;
	} rows[] = {
		{ "E16", 0x80070057, 0x80070057 },
		{ "E63", 0x800701e7, 0x800701e7 },
		{ "E0c", 0x80070008, 0x80070008 },
		{ "E1c", 0x800705af, 0x800705af },
		{ "E7a", 0x80070718, 0x80070718 },
		{ "E69", 0x800705aa, 0x800705aa },
		{ "E01", 0x80070522, 0x80070522 },
		{ "E0d", 0x80070005, 0x80070005 },
		{ "E03", 0x80070006, 0x80070006 },
		{ "E10", 0x800700aa, 0x800700aa },
		{ "E0e", 0x800703e6, 0x8dc70005 },
		{ "E05", 0x8007012b, 0x8007012b },
		{ "E5f", 0x80070032, 0x80070032 },
		{ "E26", 0x80070078, 0x80070078 },
		{ "", 0x80070078, 0x80070078 },
		{ "E0E", 0x800703e6, 0x8dc70005 },
		{ "E16;626164", 0x80070057, 0x80070057 },
		{ "Eff", 0x80004005, 0x80004005 },
		{ "E.what a pity", 0x80004005, 0x80004005 },
		{ "Ex", 0x8007000d, 0x8007000d },
		{ "OKAY", 0x8007000d, 0x8007000d },
	};
	uint64_t address = 5;
	uint8_t byte;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct answer answers[] = { { "_M", rows[i].error, 0 },
					    { "x", rows[i].error, 0 } };
		struct datatarget *t = OPEN(answers);

		assert_hr(datatarget_allocate_virtual_memory(t, 0, 1, 0x3000, 4,
							     &address),
			  (HRESULT)rows[i].allocate);
		assert_int_equal(address, 5);
		assert_hr(datatarget_read_memory(t, MEMORY, 0, &byte, 1, NULL),
			  (HRESULT)rows[i].read);
		assert_string_not_equal(datatarget_error(t), "");
		datatarget_close(t);
	}
}

static void
texts_are_shown(void **state)
{
	static const struct answer coded[] = { { "_M", "E16;6e6f2d7761790a1b",
						 0 } };
	static const struct answer plain[] = { { "_M", "E.no way", 0 } };
	struct datatarget *t = OPEN(coded);
	uint64_t address;

	(void)state;
	datatarget_allocate_virtual_memory(t, 0, 1, 0x3000, 4, &address);
	assert_string_equal(datatarget_error(t), "allocating: no-way??");
	datatarget_close(t);
	t = OPEN(plain);
	datatarget_allocate_virtual_memory(t, 0, 1, 0x3000, 4, &address);
	assert_string_equal(datatarget_error(t), "allocating: no way");
	datatarget_close(t);
	assert_string_equal(datatarget_text(0x12345), "unknown error");
}

/* ---- requests ------------------------------------------------------------ */

static void
asks_as_documented(void **state)
{
	static const struct answer answers[] = {
		{ "_M", "7fff0000", 0 },
		{ "_m", "OK", 0 },
		{ "X", "OK", 0 },
		{ "x", "b}\x03.}\n", 0 },
		{ "qGetTLSAddr", "7f00", 0 },
	};
	struct datatarget *t = OPEN(answers);
	uint64_t address = 0;
	uint8_t buf[3];

	(void)state;
	assert_hr(datatarget_allocate_virtual_memory(
		      t, UINT64_C(0x123456789abc), 0xffffffff, 0x103000, 0x140,
		      &address),
		  DATATARGET_OK);
	assert_int_equal(address, 0x7fff0000);
	assert_hr(datatarget_free_virtual_memory(t, address, 0, 0x8000),
		  DATATARGET_OK);
	assert_hr(datatarget_write_memory(t, MEMORY, "a#$}*", 5),
		  DATATARGET_OK);
	assert_hr(datatarget_read_memory(t, MEMORY, 0, buf, 3, NULL),
		  DATATARGET_OK);
	assert_memory_equal(buf, "#.*", 3);
	assert_hr(datatarget_get_tls_address(t, 0x20, 0x99, 8, &address),
		  DATATARGET_OK);
	assert_string_equal(server.asked, "_M123456789abc,ffffffff,103000,140\n"
					  "_m7fff0000,0,8000\n"
					  "X1000,5:a}\x03}\x04}]}\n\n"
					  "x1000,3\n"
					  "Hgp1f.20\n"
					  "qGetTLSAddr:p1f.20,8,99\n");
	datatarget_close(t);
}

/* A server without x, X, multiprocess and no-ack mode. */
static void
does_without(void **state)
{
	static const struct answer answers[] = {
		{ "qSupported", "", 0 },    { "QStartNoAckMode", "", 0 },
		{ "?", "S05", 0 },	    { "qC", "QC20", 0 },
		{ "m1000,4", "0* ", 0 },    { "m1002,", "E0e", 0 },
		{ "M", "OK", 0 },	    { "qfThreadInfo", "m20,21", 0 },
		{ "qsThreadInfo", "l", 0 },
	};
	struct datatarget *t = OPEN(answers);
	uint8_t buf[4] = { 1, 1, 1, 1 };
	DWORD ids[2] = { 0 }, n, got = 0;

	(void)state;
	/* "0* " is four digits. */
	assert_hr(datatarget_read_memory(t, MEMORY, 1, buf, 4, &got),
		  DATATARGET_OK);
	assert_int_equal(got, 2);
	assert_memory_equal(buf, "\0\0\1\1", 4);
	assert_hr(datatarget_write_memory(t, MEMORY, "ab", 2), DATATARGET_OK);
	assert_hr(datatarget_threads(t, ids, 2, &n), DATATARGET_OK);
	assert_int_equal(ids[1], 0x21);
	assert_string_equal(server.asked, "m1000,4\n+m1002,2\n+"
					  "X1000,2:ab\n+M1000,2:6162\n+"
					  "qfThreadInfo\n+qsThreadInfo\n+");
	datatarget_close(t);
}

static void
garbled_packets_come_again(void **state)
{
	static const struct answer answers[] = {
		{ "QStartNoAckMode", "", 0 },
		{ "x", "!-$bA#00$bA#00$bB#a4", 0 },
		{ "_m", "!$OK#00$OK#00$OK#00$OK#00", 0 },
	};
	struct datatarget *t = OPEN(answers);
	uint8_t byte = 0;

	(void)state;
	assert_hr(datatarget_read_memory(t, MEMORY, 0, &byte, 1, NULL),
		  DATATARGET_OK);
	assert_int_equal(byte, 'B');
	assert_hr(datatarget_free_virtual_memory(t, 0, 0, 0x8000),
		  DATATARGET_E_DATA);
	datatarget_close(t);
}

/* ---- hostile answers ----------------------------------------------------- */

static void
hostile_reads_fail(void **state)
{
	static const struct {
		const char *answer;
		size_t len;
		uint32_t hr;
		bool for_good;
	} rows[] = {
		/* other sizes than asked for */
		{ "b12345", 0, 0x8007000d, false },
		{ "b", 0, 0x8dc70005, false },
		{ "b1}", 0, 0x8007000d, false },
		{ "4142", 0, 0x8007000d, false },
		/* cut, then nothing */
		{ "!$b12", 0, 0x800704d4, true },
		{ "!$b1234#", 0, 0x800704d4, true },
		{ "!", 0, 0x800704d4, true },
		{ "!$b1234#g0", 0, 0x8007000d, true },
		/* runs of nothing, cut, of too few */
		{ "!$*~#00", 0, 0x8007000d, true },
		{ "!$b*#00", 0, 0x8007000d, true },
		{ "!$b*\x1f#00", 0, 0x8007000d, true },
		/* garbage and output before the answer */
		{ "!garbage%Stop:T05#00$O4142#00$O43#00$b1234#00", 0, 0,
		  false },
		{ "!\0\1\2$b1234#00", 14, 0, false },
	};
	char buf[4];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct answer answers[] = {
			{ "x", rows[i].answer, rows[i].len },
			{ "_m", "OK", 0 },
		};
		struct datatarget *t = OPEN(answers);

		assert_hr(datatarget_read_memory(t, MEMORY, 0, buf, 4, NULL),
			  (HRESULT)rows[i].hr);
		if (rows[i].hr == 0)
			assert_memory_equal(buf, "1234", 4);
		/* A lost connection stays lost, with the same code. */
		assert_hr(datatarget_free_virtual_memory(t, 0, 0, 0x8000),
			  rows[i].for_good ? (HRESULT)rows[i].hr
					   : DATATARGET_OK);
		datatarget_close(t);
	}
}

static void
overlong_replies_fail(void **state)
{
	size_t len = 0x50000;
	char *body = malloc(len + 8), buf[4];
	struct answer answers[] = { { "x", body, len } };
	struct datatarget *t;

	(void)state;
	memset(body, 'b', len);
	t = OPEN(answers);
	assert_hr(datatarget_read_memory(t, MEMORY, 0, buf, 4, NULL),
		  DATATARGET_E_DATA);
	datatarget_close(t);
	/* Short ones that run on and on. */
	memcpy(body, "!$b", 3);
	for (size_t i = 3; i < 10003; i += 2)
		memcpy(body + i, "*~", 2);
	memcpy(body + 10003, "#00", 3);
	answers[0].len = 10006;
	t = OPEN(answers);
	assert_hr(datatarget_read_memory(t, MEMORY, 0, buf, 4, NULL),
		  DATATARGET_E_DATA);
	datatarget_close(t);
	free(body);
}

static void
hostile_documents_fail(void **state)
{
	static const struct {
		const char *document;
		HRESULT hr;
	} rows[] = {
		{ "", DATATARGET_E_UNIMPLEMENTED },
		{ "E16", DATATARGET_E_INVALIDARG },
		{ "m", DATATARGET_E_DATA },
		{ "l", DATATARGET_E_DATA },
		{ "l}", DATATARGET_E_DATA },
		{ "l<target></target>", DATATARGET_E_DATA },
		{ "l<reg", DATATARGET_E_DATA },
		{ "l<reg name=\"a\"/>", DATATARGET_E_DATA },
		{ "l<reg name=\"a\" bitsize=\"0\"/>", DATATARGET_E_DATA },
		{ "l<reg name=\"a\" bitsize=\"7\"/>", DATATARGET_E_DATA },
		{ "l<reg name=\"a\" bitsize=\"18446744073709551616\"/>",
		  DATATARGET_E_DATA },
		{ "l<reg name=\"a\" bitsize=\"8\" regnum=\"2048\"/>",
		  DATATARGET_E_DATA },
		{ "l<reg name=\"a\" bitsize=\"8\"/>"
		  "<reg name=\"b\" bitsize=\"8\" regnum=\"0\"/>",
		  DATATARGET_E_DATA },
		{ "l<reg name=\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\" "
		  "bitsize=\"8\"/>",
		  DATATARGET_E_DATA },
		/* It includes itself. */
		{ "l<xi:include href=\"target.xml\"/>", DATATARGET_E_DATA },
		{ "l<xi:include href=\"a:b\"/>", DATATARGET_E_DATA },
		/* More, and more, and more. */
		{ "m                                        ",
		  DATATARGET_E_DATA },
	};
	struct datatarget_context c;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct answer answers[] = {
			{ "qXfer:features", rows[i].document, 0 },
		};
		struct datatarget *t = OPEN(answers);

		assert_hr(datatarget_get_thread_context(
			      t, 0x20, DATATARGET_CONTEXT_FULL, sizeof(c), &c),
			  rows[i].hr);
		datatarget_close(t);
	}
}

static void
hostile_lists_of_threads_fail(void **state)
{
	static const char *const lists[] = {
		"m",	  "m,",	      "m20,",	 "m20 21", "mp1f", "mp1f.",
		"mp.20",  "mpx.20",   "m0",	 "m-1",	   "x",	   "m80000000",
		"mp1f.0", "mp1f.20;", "m20,,21", "E01",	   "",
	};
	DWORD ids[4], n = 77;

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct answer answers[] = {
			{ "qfThreadInfo", lists[i], 0 },
			{ "qsThreadInfo", "l", 0 },
		};
		struct datatarget *t = OPEN(answers);

		assert_true(
		    datatarget_failed(datatarget_threads(t, ids, 4, &n)));
		assert_int_equal(n, 77);
		datatarget_close(t);
	}
}

static void
threads_without_end_fail(void **state)
{
	static const struct answer answers[] = {
		{ "qfThreadInfo", "mp1f.1,p1f.2,p2.9", 0 },
		{ "qsThreadInfo", "mp1f.1,p1f.2,p1f.3,p1f.4,p1f.5,p1f.6", 0 },
	};
	struct datatarget *t;
	DWORD n;

	(void)state;
	/* Each list is answered anew, so this is bounded by their number. */
	t = OPEN(answers);
	assert_true(datatarget_failed(datatarget_threads(t, NULL, 0, &n)));
	datatarget_close(t);
}

/* ---- registers ----------------------------------------------------------- */

#define REG(name, bits) "<reg name=\"" name "\" bitsize=\"" bits "\"/>"

static void
contexts_take_what_is_there(void **state)
{
	static const struct answer answers[] = {
		{ "qXfer:features",
		  "l<architecture> i386:x86-64 </architecture>"
		  "<reg name=\"rip\" bitsize=\"64\" regnum=\"3\"/>"
		  "<!-- <reg name=\"no\" bitsize=\"1\"/> -->" REG("rsp", "64")
		      REG("ss", "32") REG(
			  "cs",
			  "32") "<reg name=\"ds\" bitsize=\"32\" "
				"regnum=\"0\"/>" REG("es", "32") REG(
				    "fs",
				    "32") "<reg name=\"gs\" bitsize=\"32\" "
					  "regnum=\"7\"/>" REG("eflags", "32"),
		  0 },
		/* ds es fs rip rsp ss cs: gs and eflags are asked for alone */
		{ "g",
		  "1100000022000000330000000807060504030201"
		  "efcdab90785634122b000000330000x0",
		  0 },
		{ "p7", "xxxxxxxx", 0 },
		{ "p8", "46020000", 0 },
	};
	struct answer fixed[4];
	struct datatarget *t;
	struct datatarget_context c;

	(void)state;
	memcpy(fixed, answers, sizeof(fixed));
	t = OPEN(answers);
	assert_hr(
	    datatarget_get_thread_context(t, 0x20, 0x100005, sizeof(c), &c),
	    DATATARGET_E_DATA);
	datatarget_close(t);
	fixed[1].answer = "1100000022000000330000000807060504030201"
			  "efcdab90785634122b00000033000000";
	t = OPEN(fixed);
	assert_hr(
	    datatarget_get_thread_context(t, 0x20, 0x100005, sizeof(c), &c),
	    DATATARGET_OK);
	/* Segments are not whole without gs. */
	assert_int_equal(c.ContextFlags, DATATARGET_CONTEXT_CONTROL);
	assert_int_equal(c.Rip, UINT64_C(0x0102030405060708));
	assert_int_equal(c.Rsp, UINT64_C(0x1234567890abcdef));
	assert_int_equal(c.SegCs, 0x33);
	assert_int_equal(c.SegSs, 0x2b);
	assert_int_equal(c.EFlags, 0x246);
	assert_int_equal(c.Rax, 0);
	datatarget_close(t);
}

static void
registers_of_other_sizes_fail(void **state)
{
	static const char *const sizes[] = { "00", "000", "0000000000",
					     "0g", "E01", "" };
	struct datatarget_context c;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct answer answers[] = {
			{ "qXfer:features",
			  "l<architecture>i386:x86-64</architecture>" REG(
			      "rip", "16") REG("rsp", "16"),
			  0 },
			{ "g", sizes[i], 0 },
			{ "p", "000000", 0 },
		};
		struct datatarget *t = OPEN(answers);

		assert_true(datatarget_failed(datatarget_get_thread_context(
		    t, 0x20, DATATARGET_CONTEXT_FULL, sizeof(c), &c)));
		datatarget_close(t);
	}
}

/* ---- writing ------------------------------------------------------------- */

static void
long_writes_are_undone(void **state)
{
	/* Three packets: 0x3e0 bytes and the rest; reads are of 0x100. */
	static char data[0xa00], old[1 + 0x100];
	const struct answer answers[] = {
		{ "x", old, sizeof(old) },
		{ "X", "OK", 0 },
		{ "X17", "E0e", 0 },
	};
	struct datatarget *t;
	const char *at;

	(void)state;
	memset(old, 'o', sizeof(old));
	old[0] = 'b';
	memset(data, 'n', sizeof(data));
	t = OPEN(answers);
	assert_hr(datatarget_write_memory(t, MEMORY, data, sizeof(data)),
		  DATATARGET_E_BAD_MEMORY);
	at = strstr(server.asked, "X17");
	assert_non_null(at);
	at = strstr(at, "\nX1000,");
	assert_non_null(at);
	assert_non_null(strstr(at, ":oooo"));
	assert_null(strstr(at, ":nnnn"));
	datatarget_close(t);
}

/* ---- real descriptors ---------------------------------------------------- */

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static HRESULT
connect_to_fd(int fd, unsigned timeout_ms)
{
	const struct datatarget_options options = { .timeout_ms = timeout_ms };
	int64_t begin = now_ms();
	struct datatarget *t;
	HRESULT hr = datatarget_connect_fd(fd, fd, &options, &t);

	assert_true(now_ms() - begin < 20000);
	if (hr == DATATARGET_OK)
		datatarget_close(t);
	else
		close(fd);
	return hr;
}

static void
silence_times_out(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_hr(connect_to_fd(fds[0], 100), DATATARGET_E_TIMEOUT);
	close(fds[1]);
}

static void
a_closed_socket_is_no_signal(void **state)
{
	int fds[2], back[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	close(fds[1]);
	assert_hr(connect_to_fd(fds[0], 100), DATATARGET_E_CLOSED);
	/* Nor is a pipe. */
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(pipe(back), 0);
	close(fds[0]);
	assert_hr(datatarget_connect_fd(back[0], fds[1], NULL, NULL),
		  DATATARGET_E_POINTER);
	{
		struct datatarget *t;

		assert_hr(datatarget_connect_fd(back[0], fds[1], NULL, &t),
			  DATATARGET_E_CLOSED);
	}
	close(fds[1]);
	close(back[0]);
	close(back[1]);
	assert_hr(connect_to_fd(-1, 100), DATATARGET_E_INVALIDARG);
}

/* A server that sends `text` for ever, a byte or a lot at a time. */
static void
talks_without_end(const char *text, size_t len, useconds_t pause_us,
		  HRESULT want)
{
	int fds[2], status;
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(fds[0]);
		alarm(60);
		while (send(fds[1], text, len, MSG_NOSIGNAL) > 0)
			if (pause_us > 0)
				usleep(pause_us);
		_exit(0);
	}
	close(fds[1]);
	assert_hr(connect_to_fd(fds[0], 300), want);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
endless_talk_ends(void **state)
{
	static char lot[4096];

	(void)state;
	memset(lot, 'x', sizeof(lot));
	talks_without_end(lot, sizeof(lot), 0, DATATARGET_E_DATA);
	talks_without_end("+", 1, 1000, DATATARGET_E_TIMEOUT);
	talks_without_end("$", 1, 1000, DATATARGET_E_TIMEOUT);
	lot[0] = '$';
	memcpy(lot + 1, "O41#b6", 6);
	talks_without_end(lot, 7, 0, DATATARGET_E_DATA);
}

/* ---- strings ------------------------------------------------------------- */

static void
made_up_lengths_take_no_memory(void **state)
{
	static const struct answer answers[] = {
		{ "x1000,4", "b\xff\xff\xff\x07", 5 },
		{ "x1004,", "E0e", 0 },
		{ "x2000,4", "b\x01\0\0\x08", 5 },
		{ "x3000,4", "b\0\0\0\0", 5 },
	};
	struct datatarget *t = OPEN(answers);
	BSTR string = NULL;

	(void)state;
	assert_hr(datatarget_read_bstr(t, 0x1004, &string),
		  DATATARGET_E_BAD_MEMORY);
	assert_hr(datatarget_read_bstr(t, 0x2004, &string),
		  DATATARGET_E_INVALIDARG);
	assert_null(string);
	assert_hr(datatarget_read_bstr(t, 0x3004, &string), DATATARGET_OK);
	assert_int_equal(datatarget_bstr_size(string), 0);
	assert_int_equal(string[0], 0);
	datatarget_bstr_free(string);
	datatarget_bstr_free(NULL);
	assert_int_equal(datatarget_bstr_size(NULL), 0);
	datatarget_close(t);
}

static void
utf8_is_decoded(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const uint16_t text[8];
		size_t n;
	} rows[] = {
		{ "b\xc3\xa4\0", 4, { 0xe4 }, 1 },
		{ "b\xe4\xb8\x96\0", 5, { 0x4e16 }, 1 },
		{ "b\xf0\x9f\x98\x80\0", 6, { 0xd83d, 0xde00 }, 2 },
		/* overlong, a surrogate, beyond the end, alone, cut */
		{ "b\xc0\xaf\0", 4, { 0xfffd, 0xfffd }, 2 },
		{ "b\xed\xa0\x80\0", 5, { 0xfffd, 0xfffd, 0xfffd }, 3 },
		{ "b\xf4\x90\x80\x80\0",
		  6,
		  { 0xfffd, 0xfffd, 0xfffd, 0xfffd },
		  4 },
		{ "b\x80z\0", 4, { 0xfffd, 'z' }, 2 },
		{ "b\xe4\xb8\0", 4, { 0xfffd, 0xfffd }, 2 },
		{ "b\xe4z\0", 4, { 0xfffd, 'z' }, 2 },
		{ "b\xff\xfe\0", 4, { 0xfffd, 0xfffd }, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct answer answers[] = {
			{ "x", "E0e", 0 },
			{ "x1000,", rows[i].bytes, rows[i].len },
		};
		struct datatarget *t = OPEN(answers);
		BSTR string;

		assert_hr(datatarget_read_null_terminated_string(t, MEMORY, 1,
								 50, &string),
			  DATATARGET_OK);
		assert_int_equal(datatarget_bstr_size(string), 2 * rows[i].n);
		assert_memory_equal(string, rows[i].text, 2 * rows[i].n);
		datatarget_bstr_free(string);
		datatarget_close(t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(greets),
		cmocka_unit_test(greets_in_pieces),
		cmocka_unit_test(bad_greetings_fail),
		cmocka_unit_test(says_why_it_failed),
		cmocka_unit_test(no_process_is_no_failure),
		cmocka_unit_test(errors_become_codes),
		cmocka_unit_test(texts_are_shown),
		cmocka_unit_test(asks_as_documented),
		cmocka_unit_test(does_without),
		cmocka_unit_test(garbled_packets_come_again),
		cmocka_unit_test(hostile_reads_fail),
		cmocka_unit_test(overlong_replies_fail),
		cmocka_unit_test(hostile_documents_fail),
		cmocka_unit_test(hostile_lists_of_threads_fail),
		cmocka_unit_test(threads_without_end_fail),
		cmocka_unit_test(contexts_take_what_is_there),
		cmocka_unit_test(registers_of_other_sizes_fail),
		cmocka_unit_test(long_writes_are_undone),
		cmocka_unit_test(silence_times_out),
		cmocka_unit_test(a_closed_socket_is_no_signal),
		cmocka_unit_test(endless_talk_ends),
		cmocka_unit_test(made_up_lengths_take_no_memory),
		cmocka_unit_test(utf8_is_decoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
