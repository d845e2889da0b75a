/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "client.h"

/* So often a running mock target gets a turn before a test gives up. */
#define TURNS 200

static void
say(void *arg, const char *line)
{
	struct client_bench *b = arg;
	size_t n = strlen(b->said);

	snprintf(b->said + n, sizeof(b->said) - n, "%s\n", line);
}

void
bench_open(struct client_bench *b, const struct session_config *config)
{
	struct session_config c = { 0 };

	memset(b, 0, sizeof(*b));
	if (config != NULL)
		c = *config;
	c.say = say;
	c.say_arg = b;
	assert_int_equal(mock_target_new(&b->target, NULL), 0);
	assert_int_equal(session_new(&b->session, b->target, &c), 0);
}

void
bench_close(struct client_bench *b)
{
	session_free(b->session);
}

static void
attach(struct client_bench *b, pid_t pid, unsigned nthreads)
{
	assert_int_equal(mock_add_process(b->target, pid, nthreads), 0);
	assert_int_equal(session_attach_pid(b->session, pid), 0);
	assert_int_equal(session_client_new(b->session), 0);
}

void
bench_gdb(struct client_bench *b, pid_t pid, unsigned nthreads)
{
	attach(b, pid, nthreads);
	bench_ask(b, "qSupported:multiprocess+;swbreak+;hwbreak+;qRelocInsn+;"
		     "fork-events+;vfork-events+;exec-events+;vContSupported+;"
		     "QThreadEvents+;no-resumed+;memory-tagging+;"
		     "xmlRegisters=i386");
	bench_expect(b, "QStartNoAckMode", "OK");
}

void
bench_lldb(struct client_bench *b, pid_t pid, unsigned nthreads)
{
	attach(b, pid, nthreads);
	bench_expect(b, "QStartNoAckMode", "OK");
	bench_ask(b, "qSupported:xmlRegisters=i386,arm,mips,arc;multiprocess+;"
		     "fork-events+;vfork-events+");
	bench_expect(b, "QThreadSuffixSupported", "OK");
	bench_expect(b, "QListThreadsInStopReply", "OK");
}

static void
collect(struct client_bench *b)
{
	size_t n;
	const uint8_t *data;

	while (data = session_output(b->session, &n), n > 0) {
		assert_true(b->len + n < sizeof(b->out));
		memcpy(b->out + b->len, data, n);
		b->len += n;
		b->out[b->len] = '\0';
		session_sent(b->session, n);
	}
}

void
bench_raw(struct client_bench *b, const void *data, size_t len)
{
	const uint8_t *p = data;

	while (len > 0) {
		size_t used = session_receive(b->session, p, len);

		collect(b);
		if (used == 0)
			break;
		p += used;
		len -= used;
	}
}

void
bench_send(struct client_bench *b, const char *body)
{
	static char packet[0x30000];
	unsigned sum = 0;

	for (const char *p = body; *p != '\0'; p++)
		sum += (unsigned char)*p;
	snprintf(packet, sizeof(packet), "$%s#%02x", body, sum & 0xff);
	bench_raw(b, packet, strlen(packet));
}

/* Takes one packet from what has come; acks and the like are skipped.  Bodies
 * may hold NULs. */
static bool
take(struct client_bench *b)
{
	char *end_of_all = b->out + b->len, *begin = b->out, *end;
	size_t n, at = 0;

	while (begin < end_of_all && *begin != '$' && *begin != '%')
		begin++;
	if (begin == end_of_all)
		return false;
	end = memchr(begin, '#', (size_t)(end_of_all - begin));
	assert_non_null(end);
	if (*begin == '%')
		b->body[at++] = '%';
	n = (size_t)(end - begin) - 1;
	assert_true(at + n < sizeof(b->body));
	memcpy(b->body + at, begin + 1, n);
	b->body[at + n] = '\0';
	b->body_len = at + n;
	b->len -= (size_t)(end + 3 - b->out);
	memmove(b->out, end + 3, b->len + 1);
	return true;
}

const char *
bench_next(struct client_bench *b, unsigned turns)
{
	while (!take(b)) {
		if (turns-- == 0)
			return NULL;
		session_target_ready(b->session);
		collect(b);
	}
	return b->body;
}

const char *
bench_ask(struct client_bench *b, const char *body)
{
	const char *answer;

	bench_send(b, body);
	answer = bench_next(b, TURNS);
	assert_non_null(answer);
	return answer;
}

void
bench_expect(struct client_bench *b, const char *body, const char *answer)
{
	assert_string_equal(bench_ask(b, body), answer);
}

void
bench_starts(const char *text, const char *head)
{
	if (strncmp(text, head, strlen(head)) != 0)
		fail_msg("\"%s\" does not begin with \"%s\"", text, head);
}

void
bench_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" has no \"%s\"", text, part);
}
