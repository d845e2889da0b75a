/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What processes do that gdb's own test suite has and few programs: children
 * that share the memory, a main thread that ends first, code that is replaced
 * by other code under a breakpoint.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "child.h"

/* Where the program's own functions are is where the test's are. */
static __attribute__((noinline)) int
landmark(void *arg)
{
	struct shared *s = arg;

	s->hits++;
	return 0;
}

static uint64_t
address_of(int (*function)(void *))
{
	return (uint64_t)(uintptr_t)function;
}

static void
insert(struct fixture *f, uint64_t addr)
{
	assert_int_equal(target_insert_breakpoint(
			     f->t, f->pid, TARGET_BREAKPOINT_SOFTWARE, addr, 1),
			 0);
}

static void
resume_thread(struct fixture *f, pid_t tid)
{
	struct target_resume how = { .kind = TARGET_RESUME_CONTINUE };

	assert_int_equal(target_resume(f->t, tid, &how), 0);
	assert_int_equal(target_resume_commit(f->t), 0);
}

/* ---- a child in its parent's memory ------------------------------------- */

static void
make_sharer(struct shared *s)
{
	char *stack = malloc(0x10000);
	pid_t pid;

	s->ready = 1;
	while (!s->go)
		sleep_ms(1);
	pid = clone(landmark, stack + 0x10000, CLONE_VM, s);
	if (pid < 0 || waitpid(pid, NULL, (int)__WCLONE) != pid)
		_exit(1);
	/* Our breakpoints are still there. */
	landmark(s);
}

static void
who_shares_the_memory_is_a_thread(void **state)
{
	struct fixture *f = *state;
	struct target_event ev;
	pid_t tid;

	target_set_reports(f->t, TARGET_REPORT_FORK);
	start(f, make_sharer);
	attach(f);
	insert(f, address_of(landmark));
	resume(f, 0);
	f->shared->go = 1;
	next(f, &ev);
	assert_int_equal(ev.kind, TARGET_EVENT_STOP);
	assert_int_equal(ev.reason, TARGET_STOP_BREAKPOINT);
	assert_int_equal(ev.pid, f->pid);
	assert_int_not_equal(ev.tid, f->pid);
	tid = ev.tid;
	assert_int_equal(target_processes(f->t, NULL, 0), 1);
	assert_int_equal(target_threads(f->t, f->pid, NULL, 0), 2);
	resume_thread(f, tid);
	next(f, &ev);
	assert_int_equal(ev.reason, TARGET_STOP_BREAKPOINT);
	assert_int_equal(ev.tid, f->pid);
	assert_int_equal(target_threads(f->t, f->pid, NULL, 0), 1);
	ends(f);
	assert_int_equal(((struct fixture *)*state)->shared->hits, 2);
}

static int
outlives(void *arg)
{
	struct shared *s = arg;

	while (s->go < 2)
		sleep_ms(1);
	landmark(s);
	s->done = 1;
	return 0;
}

static void
leave_sharer(struct shared *s)
{
	char *stack = malloc(0x10000);

	s->ready = 1;
	while (!s->go)
		sleep_ms(1);
	if (clone(outlives, stack + 0x10000, CLONE_VM, s) < 0)
		_exit(1);
}

static void
who_shares_the_memory_may_outlive_it(void **state)
{
	struct fixture *f = *state;
	struct shared *s = f->shared;

	start(f, leave_sharer);
	attach(f);
	insert(f, address_of(landmark));
	s->go = 1;
	ends(f);
	assert_int_equal(target_processes(f->t, NULL, 0), 0);
	/* No breakpoint is left to kill it. */
	s->go = 2;
	until(&s->done);
	assert_int_equal(s->hits, 1);
}

/* ---- the main thread ends first ----------------------------------------- */

static void *
waiting(void *arg)
{
	struct shared *s = arg;

	while (s->go < 2)
		sleep_ms(1);
	_exit(0);
}

static void
main_thread_ends(struct shared *s)
{
	pthread_t id;

	if (pthread_create(&id, NULL, waiting, s) != 0)
		_exit(1);
	s->ready = 1;
	while (!s->go)
		sleep_ms(1);
	pthread_exit(NULL);
}

static void
the_end_of_a_lone_leader_is_seen(void **state)
{
	struct fixture *f = *state;
	struct target_event ev;
	pid_t tids[2];

	target_set_reports(f->t, TARGET_REPORT_NO_RESUMED);
	start(f, main_thread_ends);
	attach(f);
	assert_int_equal(target_threads(f->t, f->pid, tids, 2), 2);
	/* Only the leader runs. */
	resume(f, 0);
	f->shared->go = 1;
	next(f, &ev);
	assert_int_equal(ev.kind, TARGET_EVENT_NO_RESUMED);
	assert_int_equal(target_threads(f->t, f->pid, tids, 2), 1);
	assert_int_not_equal(tids[0], f->pid);
	f->shared->go = 2;
	resume_thread(f, tids[0]);
	next(f, &ev);
	assert_int_equal(ev.kind, TARGET_EVENT_EXITED);
	assert_int_equal(ev.status, 0);
	f->pid = 0;
}

/* The one that runs ends all, also those that stand. */
static void
one_thread_ends_the_process(void **state)
{
	struct fixture *f = *state;
	struct target_event ev;
	pid_t tids[2];

	target_set_reports(f->t, TARGET_REPORT_NO_RESUMED);
	start(f, main_thread_ends);
	attach(f);
	assert_int_equal(target_threads(f->t, f->pid, tids, 2), 2);
	f->shared->go = 2;
	resume_thread(f, tids[1]);
	next(f, &ev);
	assert_int_equal(ev.kind, TARGET_EVENT_EXITED);
	assert_int_equal(ev.status, 0);
	f->pid = 0;
}

/* ---- other code in the same place --------------------------------------- */

#define CODE ((uint8_t *)0x7e0000000000)

/* incl (%rdi); ret */
static const uint8_t first_code[] = { 0xff, 0x07, 0xc3 };
/* nop; incl (%rdi); ret */
static const uint8_t other_code[] = { 0x90, 0xff, 0x07, 0xc3 };

static void
map_and_run(struct shared *s, const uint8_t *code, size_t len)
{
	void (*run)(volatile int *);
	void *at = CODE;

	if (mmap(CODE, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
		 0) != CODE)
		_exit(1);
	memcpy(CODE, code, len);
	memcpy(&run, &at, sizeof(run));
	landmark(s);
	run(&s->value);
	if (munmap(CODE, 4096) < 0)
		_exit(1);
}

static void
replace_code(struct shared *s)
{
	s->ready = 1;
	while (!s->go)
		sleep_ms(1);
	map_and_run(s, first_code, sizeof(first_code));
	map_and_run(s, other_code, sizeof(other_code));
}

static void
hits(struct fixture *f, uint64_t addr)
{
	struct target_event ev;

	resume(f, 0);
	next(f, &ev);
	assert_int_equal(ev.reason, TARGET_STOP_BREAKPOINT);
	assert_int_equal(ev.addr, addr);
}

/* A client that sees a library go forgets the breakpoints in it, and inserts
 * them anew in what comes to the same place. */
static void
a_breakpoint_inserted_again_is_in_the_new_code(void **state)
{
	struct fixture *f = *state;
	uint64_t code = (uint64_t)(uintptr_t)CODE;
	uint8_t bytes[sizeof(other_code)];
	size_t got;

	start(f, replace_code);
	attach(f);
	insert(f, address_of(landmark));
	f->shared->go = 1;
	hits(f, address_of(landmark));
	insert(f, code);
	hits(f, code);
	hits(f, address_of(landmark));
	assert_int_equal(f->shared->value, 1);
	insert(f, code);
	assert_int_equal(
	    target_read_memory(f->t, f->pid, code, bytes, sizeof(bytes), &got),
	    0);
	assert_memory_equal(bytes, other_code, sizeof(other_code));
	hits(f, code);
	ends(f);
	assert_int_equal(f->shared->value, 2);
}

/* ---- children that nobody was told of ----------------------------------- */

static void
make_child(struct shared *s)
{
	pid_t pid;

	s->ready = 1;
	while (!s->go)
		sleep_ms(1);
	pid = fork();
	if (pid == 0) {
		s->done = 1;
		_exit(0);
	}
	if (waitpid(pid, NULL, 0) != pid)
		_exit(1);
}

/* The event is there, and not told yet. */
static void
fork_untold(struct fixture *f)
{
	static const uint64_t child_signal[2] = { 1u << (SIGCHLD - 1) };

	target_set_pass_signals(f->t, child_signal);
	target_set_reports(f->t, TARGET_REPORT_FORK);
	start(f, make_child);
	attach(f);
	resume(f, 0);
	f->shared->go = 1;
	next(f, NULL);
}

static void
a_child_is_listed_once_it_was_told(void **state)
{
	struct fixture *f = *state;
	struct target_event ev;

	fork_untold(f);
	assert_int_equal(target_threads(f->t, 0, NULL, 0), 1);
	next(f, &ev);
	assert_int_equal(ev.reason, TARGET_STOP_FORK);
	assert_int_equal(target_threads(f->t, 0, NULL, 0), 2);
	assert_int_equal(target_threads(f->t, ev.child_pid, NULL, 0), 1);
	assert_int_equal(target_detach(f->t, ev.child_pid, false), 0);
	ends(f);
}

static void
an_untold_child_is_let_go_with_its_parent(void **state)
{
	struct fixture *f = *state;

	fork_untold(f);
	assert_int_equal(target_detach(f->t, f->pid, false), 0);
	assert_int_equal(target_processes(f->t, NULL, 0), 0);
	until(&f->shared->done);
	assert_int_equal(waitpid(f->pid, NULL, 0), f->pid);
	f->pid = 0;
}

static void
an_untold_child_is_killed_with_its_parent(void **state)
{
	struct fixture *f = *state;

	fork_untold(f);
	assert_int_equal(target_kill(f->t, f->pid), 0);
	f->pid = 0;
	assert_int_equal(target_processes(f->t, NULL, 0), 0);
	assert_false(f->shared->done);
}

static void
who_was_killed_can_be_let_go(void **state)
{
	struct fixture *f = *state;

	start(f, make_child);
	attach(f);
	assert_return_code(kill(f->pid, SIGKILL), errno);
	next(f, NULL);
	assert_int_equal(target_detach(f->t, f->pid, false), 0);
	assert_int_equal(target_next_event(f->t, NULL), 0);
	assert_int_equal(target_detach(f->t, f->pid, false), -ESRCH);
	assert_int_equal(target_kill(f->t, f->pid), -ESRCH);
	f->pid = 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_shares_the_memory_is_a_thread),
		TEST(who_shares_the_memory_may_outlive_it),
		TEST(the_end_of_a_lone_leader_is_seen),
		TEST(one_thread_ends_the_process),
		TEST(a_breakpoint_inserted_again_is_in_the_new_code),
		TEST(a_child_is_listed_once_it_was_told),
		TEST(an_untold_child_is_let_go_with_its_parent),
		TEST(an_untold_child_is_killed_with_its_parent),
		TEST(who_was_killed_can_be_let_go),
	};

	return cmocka_run_group_tests_name("kin", tests, NULL, NULL);
}
