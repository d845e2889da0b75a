/* SPDX-License-Identifier: Apache-2.0 */
/* Helpers that all contract tests use, and main. */
#include "fixture.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	/* A hang is a failure, too. */
	alarm(60);
	fixture_open(f);
	*state = f;
	return 0;
}

int
teardown(void **state)
{
	struct fixture *f = *state;

	target_free(f->t);
	fixture_close(f);
	free(f);
	alarm(0);
	return 0;
}

pid_t
launched(struct fixture *f, unsigned threads)
{
	pid_t pid;

	fixture_launch(f, threads, &pid);
	return pid;
}

static int64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

bool
event_within(struct fixture *f, struct target_event *ev, int64_t ms)
{
	struct pollfd p = { .fd = target_wake_fd(f->t), .events = POLLIN };
	int64_t end = now_ms() + ms, left;

	while (target_next_event(f->t, ev) != 1) {
		left = end - now_ms();
		if (left <= 0)
			return false;
		poll(&p, 1, (int)left);
	}
	return true;
}

struct target_event
next_event(struct fixture *f)
{
	struct target_event ev;

	if (!event_within(f, &ev, 10000))
		fail_msg("no event");
	return ev;
}

void
no_event(struct fixture *f)
{
	struct target_event ev;

	if (event_within(f, &ev, 100))
		fail_msg("event of kind %d, reason %d, thread %d", ev.kind,
			 ev.reason, (int)ev.tid);
}

static void
resume_how(struct fixture *f, pid_t tid, const struct target_resume *how)
{
	assert_int_equal(target_resume(f->t, tid, how), 0);
	assert_int_equal(target_resume_commit(f->t), 0);
}

void
resume(struct fixture *f, pid_t tid, enum target_resume_kind kind)
{
	resume_how(f, tid, &(struct target_resume){ .kind = kind });
}

void
resume_with(struct fixture *f, pid_t tid, int signal)
{
	resume_how(f, tid, &(struct target_resume){ .signal = signal });
}

void
resume_all(struct fixture *f, pid_t pid)
{
	const struct target_resume how = { .kind = TARGET_RESUME_CONTINUE };
	pid_t tids[64];
	size_t i, n = target_threads(f->t, pid, tids, 64);

	assert_in_range(n, 1, 64);
	for (i = 0; i < n; i++)
		if (target_is_stopped(f->t, tids[i]))
			assert_int_equal(target_resume(f->t, tids[i], &how), 0);
	assert_int_equal(target_resume_commit(f->t), 0);
}

struct target_event
run(struct fixture *f, pid_t tid, enum target_resume_kind kind)
{
	resume(f, tid, kind);
	return next_event(f);
}

struct target_event
stop_for(struct fixture *f, enum target_stop_reason reason)
{
	struct target_event ev = next_event(f);

	assert_int_equal(ev.kind, TARGET_EVENT_STOP);
	assert_int_equal(ev.reason, reason);
	return ev;
}

uint64_t
pc_of(struct fixture *f, pid_t pid, pid_t tid)
{
	const struct arch *a = target_arch(f->t, pid);
	uint64_t pc = 0;

	assert_int_equal(target_get_register(f->t, tid, a->pc, &pc), 0);
	return pc;
}

void
set_pc(struct fixture *f, pid_t pid, pid_t tid, uint64_t pc)
{
	const struct arch *a = target_arch(f->t, pid);

	assert_int_equal(target_set_register(f->t, tid, a->pc, &pc), 0);
}

uint64_t
read_word(struct fixture *f, pid_t pid, uint64_t addr)
{
	uint64_t value;
	size_t got;

	assert_int_equal(
	    target_read_memory(f->t, pid, addr, &value, sizeof(value), &got),
	    0);
	assert_int_equal(got, sizeof(value));
	return value;
}

void
write_word(struct fixture *f, pid_t pid, uint64_t addr, uint64_t value)
{
	assert_int_equal(
	    target_write_memory(f->t, pid, addr, &value, sizeof(value)), 0);
}

void
insert(struct fixture *f, pid_t pid, uint64_t addr)
{
	assert_int_equal(target_insert_breakpoint(
			     f->t, pid, TARGET_BREAKPOINT_SOFTWARE, addr, 1),
			 0);
}

void
remove_it(struct fixture *f, pid_t pid, uint64_t addr)
{
	assert_int_equal(target_remove_breakpoint(
			     f->t, pid, TARGET_BREAKPOINT_SOFTWARE, addr, 1),
			 0);
}

static const struct group {
	const char *name;
	int (*run)(void);
} groups[] = {
	{ "alloc", contract_alloc },
	{ "breakpoints", contract_breakpoints },
	{ "facts", contract_facts },
	{ "memory", contract_memory },
	{ "processes", contract_processes },
	{ "registers", contract_registers },
	{ "run", contract_run },
	{ "signals", contract_signals },
	{ "threads", contract_threads },
	{ "watch", contract_watch },
};

/* GROUP [PATTERN]: the tests of a group, or those whose name matches. */
int
main(int argc, char **argv)
{
	size_t i;

	if (argc > 2)
		cmocka_set_test_filter(argv[2]);
	for (i = 0; argc > 1 && i < sizeof(groups) / sizeof(groups[0]); i++)
		if (!strcmp(argv[1], groups[i].name))
			return groups[i].run() != 0;
	fprintf(stderr, "usage: %s GROUP [PATTERN]\n", argv[0]);
	return 2;
}
