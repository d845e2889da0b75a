/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What run control is to tell and what it is to keep to itself.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "handlers.h"
#include "private.h"

#define LINUX_SIGNAL_MAX 64

/* The client's numbers to Linux's: bit n-1 is signal n. */
static void
linux_set(const struct session *s, const struct rsp_signal_set *in,
	  uint64_t out[2])
{
	out[0] = 0;
	out[1] = 0;
	/*
	 * The other way round: gdb has names that mean nothing here, and
	 * others for the same signal (SIGPOLL, SIGIO).  What counts is the one
	 * by which a stop would be told.
	 */
	for (int sig = 1; sig <= LINUX_SIGNAL_MAX; sig++) {
		int n = signal_to_client(s, sig);

		if (n > 0 && n < 256 && (in->bits[n / 64] >> (n % 64) & 1))
			out[(sig - 1) / 64] |= UINT64_C(1) << ((sig - 1) % 64);
	}
}

int
handle_pass_signals(struct session *s, const struct rsp_request *req,
		    struct rsp_reply *out)
{
	linux_set(s, &req->signals, s->client.pass_signals);
	target_set_pass_signals(s->target, s->client.pass_signals);
	rsp_reply_str(out, "OK");
	return 0;
}

int
handle_program_signals(struct session *s, const struct rsp_request *req,
		       struct rsp_reply *out)
{
	uint64_t set[2];

	linux_set(s, &req->signals, set);
	target_set_detach_signals(s->target, set);
	rsp_reply_str(out, "OK");
	return 0;
}

int
handle_catch_syscalls(struct session *s, const struct rsp_request *req,
		      struct rsp_reply *out)
{
	struct rsp_list list = req->catch_syscalls.numbers;
	uint64_t number;
	int64_t *numbers;
	size_t n = 0;
	pid_t pid, tid;
	int err = session_current(s, &pid, &tid);

	if (err < 0)
		return err;
	while (rsp_numbers_next(&list, &number))
		n++;
	numbers = calloc(n + 1, sizeof(*numbers));
	if (numbers == NULL)
		return -ENOMEM;
	list = req->catch_syscalls.numbers;
	for (n = 0; rsp_numbers_next(&list, &number); n++)
		numbers[n] = (int64_t)number;
	err = target_catch_syscalls(s->target, pid, req->catch_syscalls.on,
				    numbers, n);
	free(numbers);
	if (err == 0)
		rsp_reply_str(out, "OK");
	return err;
}

int
handle_thread_events(struct session *s, const struct rsp_request *req,
		     struct rsp_reply *out)
{
	s->client.thread_events = req->flag;
	session_set_reports(s);
	rsp_reply_str(out, "OK");
	return 0;
}

/* An entry's threads: one, those of a process, or all. */
static bool
is_meant(const struct rsp_ptid *id, pid_t pid, pid_t tid)
{
	if (id->has_pid && id->pid != RSP_ID_ALL && id->pid != pid)
		return false;
	return id->tid == RSP_ID_ALL || id->tid == tid;
}

/*
 * Entries that mean nobody are none: their threads may have ended before the
 * client could know.
 */
static void
set_thread_options(struct session *s, unsigned options,
		   const struct rsp_ptid *id)
{
	size_t n = session_threads(s, 0);

	for (size_t i = 0; i < n; i++) {
		pid_t tid = s->tids[i];

		if (is_meant(id, target_thread_process(s->target, tid), tid))
			target_set_thread_options(s->target, tid, options);
	}
}

/* Each entry overrides those before it; a bad one and none is carried out. */
int
handle_thread_options(struct session *s, const struct rsp_request *req,
		      struct rsp_reply *out)
{
	struct rsp_list list = req->thread_options;
	struct rsp_ptid id;
	uint64_t options;

	while (rsp_thread_options_next(&list, &options, &id)) {
		if ((options & ~(uint64_t)TARGET_THREAD_OPTIONS) != 0)
			return -EINVAL;
	}
	list = req->thread_options;
	while (rsp_thread_options_next(&list, &options, &id))
		set_thread_options(s, (unsigned)options, &id);
	rsp_reply_str(out, "OK");
	return 0;
}
