/* SPDX-License-Identifier: Apache-2.0 */
/* needs: session */
/*
 * Any bytes as a client of a whole session on the mock target, whose programs
 * fork, exec, receive signals and end meanwhile.  What the session sends is
 * well-formed, it takes all input, and it answers after it.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "backend/mock/mock.h"
#include "driver.h"
#include "server/session/session.h"

enum { CHUNK = 61, ROUNDS = 64 };

/* Reads the session's output: acks and packets, whole and with right sums. */
struct checker {
	enum { BETWEEN, BODY, SUM1, SUM2 } state;
	uint8_t sum, given;
	uint64_t packets;
};

static uint8_t
digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return (uint8_t)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (uint8_t)(c - 'a' + 10);
	abort();
}

static void
check_byte(struct checker *c, uint8_t byte)
{
	switch (c->state) {
	case BETWEEN:
		if (byte == '+' || byte == '-')
			return;
		if (byte != '$' && byte != '%')
			abort();
		c->sum = 0;
		c->state = BODY;
		return;
	case BODY:
		if (byte == '$')
			abort();
		if (byte == '#')
			c->state = SUM1;
		else
			c->sum = (uint8_t)(c->sum + byte);
		return;
	case SUM1:
		c->given = (uint8_t)(digit(byte) << 4);
		c->state = SUM2;
		return;
	case SUM2:
		if ((c->given | digit(byte)) != c->sum)
			abort();
		c->packets++;
		c->state = BETWEEN;
		return;
	}
}

static void
drain(struct session *s, struct checker *c)
{
	const uint8_t *out;
	size_t len, i;

	for (;;) {
		out = session_output(s, &len);
		if (len == 0)
			return;
		for (i = 0; i < len; i++)
			check_byte(c, out[i]);
		session_sent(s, len);
		session_target_ready(s);
	}
}

static void
feed(struct session *s, struct checker *c, const uint8_t *in, size_t n)
{
	size_t used, part;

	while (n > 0 && session_wish(s) == SESSION_GO_ON) {
		part = n < CHUNK ? n : CHUNK;
		used = session_receive(s, in, part);
		if (used > part)
			abort();
		in += used;
		n -= used;
		session_target_ready(s);
		drain(s, c);
	}
}

static void
say(struct session *s, struct checker *c, const char *text)
{
	feed(s, c, (const uint8_t *)text, strlen(text));
}

/* Every program does all that a program can do, over and over. */
static void
script(struct target *t, pid_t pid)
{
	static const struct {
		enum mock_action_kind kind;
		int64_t value;
	} actions[] = {
		{ MOCK_RUN, 5 },	 { MOCK_CLONE, 0 },
		{ MOCK_RUN, 40 },	 { MOCK_SIGNAL, 10 },
		{ MOCK_SYSCALL, 39 },	 { MOCK_FORK, 0 },
		{ MOCK_RUN, 20 },	 { MOCK_STORE, 77 },
		{ MOCK_LOAD_FROM, 0 },	 { MOCK_SIGNAL, 11 },
		{ MOCK_CLONE, 0 },	 { MOCK_VFORK, 0 },
		{ MOCK_RUN, 100 },	 { MOCK_EXEC, 0 },
		{ MOCK_SIGNAL, 64 },	 { MOCK_RUN, 10 },
		{ MOCK_THREAD_EXIT, 0 }, { MOCK_RUN, 2000 },
		{ MOCK_EXIT, 3 },
	};
	size_t i;

	for (i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (mock_do(t, pid, actions[i].kind, actions[i].value,
			    MOCK_DATA + 16) < 0)
			return;
}

/* A mock target, but files on the disk are real, and so is whoever has the
 * number of one of its processes: keep off them. */
static void
disarm(uint8_t *data, size_t len)
{
	static const char *const names[] = {
		"vFile:unlink",	      "vFile:symlink",	 "vFile:open",
		"qPlatform_mkdir",    "qPlatform_chmod", "qKillSpawnedProcess",
		"736176652d636f7265", /* monitor save-core */
	};
	size_t i, j, n;

	for (j = 0; j < sizeof(names) / sizeof(names[0]); j++) {
		n = strlen(names[j]);
		for (i = 0; i + n <= len; i++)
			if (!memcmp(data + i, names[j], n))
				data[i] = 'w';
	}
}

static struct session *
start(const uint8_t *data, size_t len)
{
	static const char *const argv[] = { "/mock/program", NULL };
	const struct mock_options options = {
		.arch = len > 0 && data[0] & 1 ? &arch_x86_64 : NULL,
		.hw_slots = 4,
		.slice = 32,
		.life = 5000,
	};
	const struct session_config config = {
		.on_disconnect = ON_DISCONNECT_DETACH,
		.extended = true,
		.native_regs = len > 0 && data[0] & 2,
		.compression = true,
	};
	struct session *s;
	struct target *t;
	pid_t pid;

	if (mock_target_new(&t, &options) < 0 ||
	    mock_add_process(t, 500, 3) < 0)
		abort();
	if (session_new(&s, t, &config) < 0)
		abort();
	if (session_launch(s, argv) < 0 || target_processes(t, &pid, 1) != 1)
		abort();
	script(t, pid);
	if (session_client_new(s) < 0)
		abort();
	return s;
}

/* Whatever came before: an interrupt and a few packets get an answer. */
static void
ask(struct session *s, struct checker *c)
{
	uint64_t before = c->packets;
	int i;

	for (i = 0; i < ROUNDS && c->packets == before; i++) {
		say(s, c, "\x03");
		session_target_ready(s);
		drain(s, c);
		say(s, c, "+$qC#b4+$qC#b4");
	}
	if (session_wish(s) == SESSION_GO_ON && c->packets == before)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct checker c = { 0 };
	struct session *s;
	uint8_t *copy;
	int i;

	copy = malloc(len + 1);
	if (copy == NULL)
		abort();
	if (len > 0)
		memcpy(copy, data, len);
	disarm(copy, len);
	s = start(copy, len);
	feed(s, &c, copy, len);
	for (i = 0; i < ROUNDS; i++) {
		session_target_ready(s);
		drain(s, &c);
	}
	ask(s, &c);
	if (len > 0 && copy[0] & 4) {
		session_client_gone(s);
		if (session_client_new(s) == 0)
			ask(s, &(struct checker){ 0 });
	}
	session_free(s);
	free(copy);
	return 0;
}
