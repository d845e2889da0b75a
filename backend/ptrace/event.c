/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only caller of waitpid.  Whoever expects a certain thread waits for it
 * by its tid, since waitpid(-1) makes the kernel look at every tracee; -1 is
 * for when nobody in particular is expected.
 */
#include <errno.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine.h"
#include "guardian.h"

/*
 * A stop that is expected mostly comes within microseconds, from another
 * processor: to look again and again so long is cheaper than to sleep and be
 * woken.  Where it does not pay in three of four cases (the thread needs our
 * processor, or takes its time) it is tried only now and then.
 */
#define PATIENCE_NS 50000
#define VAIN_COST   3
#define VAIN_MAX    (4 * VAIN_COST)
#define VAIN_RETRY  16

/* Statuses handled in one go: a storm must not starve the client. */
#define COLLECT_MAX 256

/* The tid that has changed, 0 if none has, or -errno. */
static pid_t
reap(pid_t tid, int *status)
{
	pid_t got;

	do {
		got = waitpid(tid, status, WNOHANG | __WALL);
	} while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

static uint64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static bool
is_patient(struct patience *p)
{
	return p->vain < VAIN_MAX || ++p->skipped % VAIN_RETRY == 0;
}

/* The same, of one that is expected at once. */
static pid_t
reap_soon(struct patience *p, pid_t tid, int *status)
{
	uint64_t end = now_ns() + PATIENCE_NS;
	pid_t got;

	do {
		got = reap(tid, status);
	} while (got == 0 && now_ns() < end);
	if (got == 0 && p->vain < VAIN_MAX)
		p->vain += VAIN_COST;
	else if (got != 0 && p->vain > 0)
		p->vain--;
	return got;
}

static uint64_t
now_ms(void)
{
	return now_ns() / 1000000;
}

/* Sleeps until some child has changed; true if the signal was eaten. */
static bool
sleep_until_sigchld(uint64_t ms)
{
	struct timespec ts = {
		.tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000,
	};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	return sigtimedwait(&set, NULL, &ts) == SIGCHLD;
}

static int
wait_for(struct ptrace_target *t, pid_t tid, int timeout_ms, int *status)
{
	uint64_t end = 0, now;
	pid_t got = reap(tid, status);

	if (got == 0 && is_patient(&t->waits))
		got = reap_soon(&t->waits, tid, status);
	for (; got == 0; got = reap(tid, status)) {
		now = now_ms();
		if (end == 0)
			end = now + (uint64_t)timeout_ms;
		if (now >= end)
			return -ETIMEDOUT;
		/* The signal may have been another thread's: look later. */
		if (sleep_until_sigchld(end - now))
			t->look_again = true;
	}
	return got < 0 ? -ESRCH : 0;
}

int
event_wait(struct ptrace_target *t, pid_t tid, int timeout_ms, int *status)
{
	int err = wait_for(t, tid, timeout_ms, status);

	if (t->look_again)
		wake(t);
	return err;
}

static int
wait_for_stop(struct ptrace_target *t, struct thread *th, int timeout_ms,
	      int *status)
{
	int err;

	if (th->run == THREAD_GONE || th->has_status)
		return -ESRCH;
	err = wait_for(t, th->tid, timeout_ms, status);
	if (err < 0)
		return err;
	if (WIFSTOPPED(*status))
		return 0;
	event_return_status(t, th, *status);
	return -ESRCH;
}

int
event_wait_thread(struct ptrace_target *t, struct thread *th, int timeout_ms,
		  int *status)
{
	int err = wait_for_stop(t, th, timeout_ms, status);

	if (t->look_again)
		wake(t);
	return err;
}

bool
event_all_stand(const struct ptrace_target *t)
{
	const struct process *p = t->processes;
	const struct thread *th;

	if (p == NULL || p->next != NULL || t->orphans != NULL)
		return false;
	for (th = p->threads; th != NULL; th = th->next) {
		if (th->run != THREAD_STOPPED || th->wanted_running ||
		    th->listening || th->has_status || th->group != p->pid)
			return false;
	}
	return true;
}

int
event_wait_alone(struct ptrace_target *t, struct thread *th, int timeout_ms,
		 int *status)
{
	struct signalfd_siginfo eaten;
	bool look_again = t->look_again;
	int err = wait_for_stop(t, th, timeout_ms, status);

	if (err < 0) {
		event_look_again(t);
		return err;
	}
	/* Unless a sleep has eaten it. */
	if (t->look_again == look_again)
		(void)!read(t->signal_fd, &eaten, sizeof(eaten));
	t->look_again = look_again;
	return 0;
}

void
event_look_again(struct ptrace_target *t)
{
	t->look_again = true;
	wake(t);
}

void
event_return_status(struct ptrace_target *t, struct thread *th, int status)
{
	if (th->has_status) {
		/* Nothing comes after an end. */
		if (!WIFSTOPPED(status))
			th->status = status;
		return;
	}
	if (WIFSTOPPED(status) && status >> 8 == SIGTRAP)
		guardian_trapped(th);
	th->has_status = true;
	th->status = status;
	th->run = THREAD_RUNNING;
	t->nstatus++;
	wake(t);
}

bool
event_take_status(struct ptrace_target *t, struct thread *th, int *status)
{
	if (!th->has_status)
		return false;
	th->has_status = false;
	t->nstatus--;
	*status = th->status;
	return true;
}

static struct thread *
next_returned(struct ptrace_target *t)
{
	struct process *p;
	struct thread *th;

	for (p = t->processes; p != NULL; p = p->next)
		for (th = p->threads; th != NULL; th = th->next)
			if (th->has_status)
				return th;
	return NULL;
}

void
event_keep_ends(struct ptrace_target *t)
{
	struct thread *th;
	siginfo_t si = { 0 };
	int status;

	while (waitid(P_ALL, 0, &si, WEXITED | WNOHANG | WNOWAIT | __WALL) ==
		   0 &&
	       si.si_pid != 0 && si.si_pid != t->in_seize &&
	       reap(si.si_pid, &status) > 0) {
		th = thread_find(t, si.si_pid);
		if (th != NULL)
			event_return_status(t, th, status);
		else
			orphan_add(t, si.si_pid, status);
		si.si_pid = 0;
	}
}

/* Is there news that no signal has been read of?  It is one, however many
 * changes it tells of. */
static bool
was_signalled(struct ptrace_target *t)
{
	struct signalfd_siginfo eaten;

	t->look_again = read(t->signal_fd, &eaten, sizeof(eaten)) > 0;
	return t->look_again;
}

/*
 * The next that has changed, or 0.  First come those that a signal has told of,
 * so that nobody waits forever behind one who is let go and back at once, again
 * and again.
 */
static pid_t
next_changed(struct ptrace_target *t, int *status)
{
	bool all_seen = false;
	pid_t got, soon;

	do {
		if (t->look_again) {
			got = reap(-1, status);
			if (got > 0)
				return got;
			all_seen = true;
		}
		t->look_again = false;
		soon = t->soon;
		t->soon = 0;
		if (soon != 0 && is_patient(&t->looks)) {
			got = reap_soon(&t->looks, soon, status);
			if (got > 0)
				return got;
		}
	} while (!all_seen && was_signalled(t));
	return 0;
}

static void
collect(struct ptrace_target *t)
{
	struct thread *th;
	int status, n;
	pid_t tid;

	leader_look(t);
	while (t->nstatus > 0 && (th = next_returned(t)) != NULL)
		if (event_take_status(t, th, &status))
			event_handle(t, th, status);
	for (n = 0; n < COLLECT_MAX; n++) {
		tid = next_changed(t, &status);
		if (tid == 0)
			return;
		th = thread_find(t, tid);
		if (th != NULL)
			event_handle(t, th, status);
		else
			orphan_add(t, tid, status);
	}
	t->look_again = true;
}

int
event_wait_end(struct ptrace_target *t, struct process *p, int timeout_ms)
{
	uint64_t end = now_ms() + (uint64_t)timeout_ms, now;

	t->look_again = true;
	for (;;) {
		collect(t);
		if (p->gone)
			return 0;
		now = now_ms();
		if (now >= end)
			return -ETIMEDOUT;
		/* There may be more than is collected in one go. */
		if (!t->look_again)
			t->look_again = sleep_until_sigchld(end - now);
	}
}

int
ptrace_next_event(struct target *base, struct target_event *ev)
{
	struct ptrace_target *t = ptrace_of(base);

	/* A hit filter may ask for what is going on in here. */
	if (t->collecting)
		return 0;
	t->collecting = true;
	unwake(t);
	reclaim(t);
	collect(t);
	t->collecting = false;
	if (t->look_again || t->nstatus > 0)
		wake(t);
	return ev != NULL ? queue_take(t, ev) : queue_has_event(t);
}
