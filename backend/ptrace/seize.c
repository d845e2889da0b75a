/* SPDX-License-Identifier: Apache-2.0 */
/* Taking hold of all threads of a running process, which may exec meanwhile. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <time.h>

#include "engine.h"

/* Passes over /proc/PID/task; each but the last found new threads. */
#define PASSES_MAX 100

/* How often ends are looked for while the kernel keeps us waiting. */
#define TICK_NS 10000000

/*
 * PTRACE_SEIZE waits for an exec of the same process to be done (the kernel's
 * cred_guard_mutex), and that exec waits until the threads it ends have been
 * waited for by whoever traces them: us.  So a timer does that meanwhile.
 */
struct ticks {
	timer_t timer;
	struct sigaction action; /* to be put back */
	sigset_t mask;
};

/* What ptrace() was interrupted in touches nothing of ours. */
static void
on_tick(int signal, siginfo_t *si, void *context)
{
	struct ptrace_target *t = si->si_value.sival_ptr;
	int err = errno;

	(void)signal;
	(void)context;
	if (si->si_code == SI_TIMER && t->in_seize != 0)
		event_keep_ends(t);
	errno = err;
}

static int
ticks_start(struct ptrace_target *t, struct ticks *ticks)
{
	const struct itimerspec often = { { .tv_nsec = TICK_NS },
					  { .tv_nsec = TICK_NS } };
	struct sigaction action = { .sa_sigaction = on_tick,
				    .sa_flags = SA_SIGINFO | SA_RESTART };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
				  .sigev_signo = SIGALRM,
				  .sigev_value.sival_ptr = t };
	sigset_t set;

	if (timer_create(CLOCK_MONOTONIC, &event, &ticks->timer) < 0)
		return -errno;
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigaction(SIGALRM, &action, &ticks->action);
	sigprocmask(SIG_UNBLOCK, &set, &ticks->mask);
	timer_settime(ticks->timer, 0, &often, NULL);
	return 0;
}

/* A deleted timer's signal is deleted with it. */
static void
ticks_stop(struct ticks *ticks)
{
	timer_delete(ticks->timer);
	sigprocmask(SIG_SETMASK, &ticks->mask, NULL);
	sigaction(SIGALRM, &ticks->action, NULL);
}

static int
add_seized(struct ptrace_target *t, struct process *p, pid_t tid)
{
	struct thread *th = thread_add(t, p, tid);

	if (th == NULL)
		return -ENOMEM;
	th->run = THREAD_RUNNING;
	th->interrupt_sent = true;
	return 1;
}

/*
 * Nobody but us can make a seized tid vanish, except for an exec, which has
 * given the thread the leader's tid and ended all others.
 */
static int
follow_exec(struct ptrace_target *t, struct process *p)
{
	struct thread *leader = process_leader(p);

	if (ptrace(PTRACE_INTERRUPT, p->pid, NULL, NULL) < 0)
		return -errno;
	if (leader != NULL)
		thread_remove(t, leader);
	return add_seized(t, p, p->pid);
}

/* 1: it is ours from now on; 0: it was already. */
static int
seize(struct ptrace_target *t, struct process *p, pid_t tid)
{
	int err;

	if (thread_find(t, tid) != NULL)
		return 0;
	t->in_seize = tid;
	err = ptrace(PTRACE_SEIZE, tid, NULL, TRACE_OPTIONS) < 0 ? -errno : 0;
	t->in_seize = 0;
	if (err < 0)
		return err;
	if (ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) < 0 && errno == ESRCH)
		return follow_exec(t, p);
	return add_seized(t, p, tid);
}

/*
 * A leader that has ended is EPERM to the kernel, and an exec by one of the
 * other threads may put a new one into its place.
 */
static int
seize_leader(struct ptrace_target *t, struct process *p)
{
	struct timespec moment = { .tv_nsec = 1000000 };
	long tracer;
	int err, tries;

	for (tries = 0; tries < 20; tries++) {
		err = seize(t, p, p->pid);
		if (err != -EPERM)
			return err;
		if (procfs_is_dead(p->pid))
			return -ESRCH;
		if (procfs_status_field(p->pid, "TracerPid:", &tracer) < 0 ||
		    tracer != 0)
			return -EPERM;
		nanosleep(&moment, NULL);
	}
	return -EPERM;
}

/* Seizes what is listed; how many of them were new. */
static int
seize_listed(struct ptrace_target *t, struct process *p, DIR *dir)
{
	struct dirent *entry;
	long tid;
	char *end;
	int err, n = 0;

	rewinddir(dir);
	while ((entry = readdir(dir)) != NULL) {
		tid = 0;
		for (end = entry->d_name; *end >= '0' && *end <= '9'; end++)
			tid = tid * 10 + (*end - '0');
		if (*end != '\0' || tid <= 0 || tid > INT32_MAX)
			continue;
		err = seize(t, p, (pid_t)tid);
		/*
		 * -EPERM: a seized thread has just made it, so that it is ours
		 * already and will be announced; -ESRCH: it has ended.
		 */
		if (err == -ENOMEM)
			return err;
		if (err > 0)
			n++;
	}
	return n;
}

static int
seize_others(struct ptrace_target *t, struct process *p)
{
	char path[64];
	DIR *dir;
	int n, passes;

	snprintf(path, sizeof(path), "/proc/%d/task", p->pid);
	dir = opendir(path);
	if (dir == NULL)
		return -ESRCH;
	for (passes = 0; passes < PASSES_MAX; passes++) {
		n = seize_listed(t, p, dir);
		if (n <= 0)
			break;
	}
	closedir(dir);
	return n < 0 ? n : 0;
}

/* Of those seized: an exec, or they themselves, may have ended them already. */
static void
handle_ends(struct ptrace_target *t, struct process *p)
{
	struct thread *th, *next;
	int status;

	for (th = p->threads; th != NULL && !p->gone; th = next) {
		next = th->next;
		if (event_take_status(t, th, &status))
			event_handle(t, th, status);
	}
}

int
seize_all(struct ptrace_target *t, struct process *p)
{
	struct ticks ticks;
	int err = ticks_start(t, &ticks);

	if (err < 0)
		return err;
	err = seize_leader(t, p);
	if (err >= 0)
		err = seize_others(t, p);
	ticks_stop(&ticks);
	handle_ends(t, p);
	return err;
}
