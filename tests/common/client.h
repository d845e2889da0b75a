/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A client in memory: a session on the mock target, and what it answers.
 */
#ifndef TESTS_COMMON_CLIENT_H
#define TESTS_COMMON_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "../../backend/mock/mock.h"
#include "../../server/session/session.h"

struct client_bench {
	struct target *target;
	struct session *session;
	bool ack;	   /* acknowledge what comes */
	char said[4096];   /* lines of session_say, '\n' between */
	char out[0x40000]; /* bytes that came and were not taken yet */
	size_t len;
	char body[0x20000]; /* the last packet's, with a NUL behind it */
	size_t body_len;
};

/* A session on a mock target with no process.  `config` may be NULL. */
void bench_open(struct client_bench *b, const struct session_config *config);
void bench_close(struct client_bench *b);

/* Attaches to a new mock process with these threads, and greets as gdb 13
 * (multiprocess) or lldb 19 does, in no-ack mode. */
void bench_gdb(struct client_bench *b, pid_t pid, unsigned nthreads);
void bench_lldb(struct client_bench *b, pid_t pid, unsigned nthreads);

/* Sends bytes as they are. */
void bench_raw(struct client_bench *b, const void *data, size_t len);
/* Frames and sends a body; nothing is read. */
void bench_send(struct client_bench *b, const char *body);
/* The next packet's body ("%..." for a notification); NULL if none comes,
 * also after the target was given `turns` turns.  Good until the next call. */
const char *bench_next(struct client_bench *b, unsigned turns);
/* Sends and returns the answer; fails the test if none comes. */
const char *bench_ask(struct client_bench *b, const char *body);
/* Fail the test unless an answer begins with, or has, this. */
void bench_starts(const char *text, const char *head);
void bench_has(const char *text, const char *part);
/* Fails the test unless the answer is this one. */
void bench_expect(struct client_bench *b, const char *body, const char *answer);

#endif
