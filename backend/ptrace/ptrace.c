/* SPDX-License-Identifier: Apache-2.0 */
/* The back end as an object, and its simple questions. */
#include "ptrace.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "engine.h"
#include "guardian.h"

static void
close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void
ptrace_free(struct target *base)
{
	struct ptrace_target *t = ptrace_of(base);
	struct process *p;

	while ((p = t->processes) != NULL) {
		if (p->leaving)
			process_remove(t, p);
		else if (p->attached)
			ptrace_detach(base, p->pid, false);
		else
			ptrace_kill(base, p->pid);
		if (t->processes == p && !p->leaving)
			process_remove(t, p);
	}
	notice_drop(t, 0);
	orphans_free(t);
	guardian_end(t);
	reclaim(t);
	close_fd(t->name_fd);
	close_fd(t->wake_fd);
	close_fd(t->event_fd);
	close_fd(t->timer_fd);
	close_fd(t->signal_fd);
	free(t);
}

static int
ptrace_wake_fd(struct target *base)
{
	return ptrace_of(base)->wake_fd;
}

static size_t
ptrace_processes(struct target *base, pid_t *pids, size_t cap)
{
	const struct process *p;
	size_t n = 0;

	for (p = ptrace_of(base)->processes; p != NULL; p = p->next) {
		if (p->leaving)
			continue;
		if (n < cap)
			pids[n] = p->pid;
		n++;
	}
	return n;
}

static size_t
ptrace_threads(struct target *base, pid_t pid, pid_t *tids, size_t cap)
{
	struct ptrace_target *t = ptrace_of(base);
	const struct process *p;
	const struct thread *th;
	size_t n = 0;

	for (p = t->processes; p != NULL; p = p->next) {
		if (p->leaving || (pid != 0 && p->pid != pid))
			continue;
		for (th = p->threads; th != NULL; th = th->next) {
			if (th->zombie || thread_parent_to_tell(t, th) != NULL)
				continue;
			if (n < cap)
				tids[n] = th->tid;
			n++;
		}
	}
	return n;
}

static struct thread *
visible(struct target *base, pid_t tid)
{
	struct thread *th = thread_find(ptrace_of(base), tid);

	if (th == NULL || th->process->leaving || th->zombie)
		return NULL;
	return th;
}

static pid_t
ptrace_thread_process(struct target *base, pid_t tid)
{
	struct thread *th = visible(base, tid);

	return th != NULL ? th->process->pid : 0;
}

static bool
ptrace_was_attached(struct target *base, pid_t pid)
{
	struct process *p = process_visible(ptrace_of(base), pid);

	return p != NULL && p->attached;
}

static bool
ptrace_is_stopped(struct target *base, pid_t tid)
{
	struct thread *th = visible(base, tid);

	/* One that is left stopping is not to be taken for running: a resume
	 * must reach it. */
	return th != NULL && !th->wanted_running;
}

static int
ptrace_stop_info(struct target *base, pid_t tid, struct target_event *ev)
{
	struct thread *th = visible(base, tid);

	if (th == NULL)
		return -ESRCH;
	*ev = th->reported;
	ev->pid = th->process->pid;
	ev->tid = tid;
	return 0;
}

static int
ptrace_thread_name(struct target *base, pid_t tid, char *buf, size_t cap)
{
	struct thread *th = visible(base, tid);
	int err;

	if (th == NULL)
		return -ESRCH;
	if (!th->name_valid || th->run != THREAD_STOPPED) {
		err = task_read_name(ptrace_of(base), th);
		if (err < 0)
			return err;
	}
	snprintf(buf, cap, "%s", th->name);
	return 0;
}

static int
ptrace_thread_core(struct target *base, pid_t tid, unsigned *core)
{
	struct thread *th = visible(base, tid);

	return th != NULL ? task_read_core(th, core) : -ESRCH;
}

static void
ptrace_set_reports(struct target *base, unsigned reports)
{
	ptrace_of(base)->reports = reports;
}

static void
ptrace_set_pass_signals(struct target *base, const uint64_t set[2])
{
	memcpy(ptrace_of(base)->pass_signals, set, 2 * sizeof(set[0]));
}

static void
ptrace_set_detach_signals(struct target *base, const uint64_t set[2])
{
	memcpy(ptrace_of(base)->detach_signals, set, 2 * sizeof(set[0]));
}

static int
ptrace_set_thread_options(struct target *base, pid_t tid, unsigned options)
{
	struct thread *th = thread_find(ptrace_of(base), tid);

	if (th == NULL || th->process->leaving)
		return -ESRCH;
	th->options = options;
	return 0;
}

static void
ptrace_set_hit_filter(struct target *base, target_hit_filter *filter, void *arg)
{
	ptrace_of(base)->hit_filter = filter;
	ptrace_of(base)->hit_filter_arg = arg;
}

static void
ptrace_set_step_watcher(struct target *base, target_step_watcher *watcher,
			void *arg)
{
	ptrace_of(base)->step_watcher = watcher;
	ptrace_of(base)->step_watcher_arg = arg;
}

static int
ptrace_watch_steps(struct target *base, pid_t tid, bool on)
{
	struct thread *th = thread_find(ptrace_of(base), tid);

	if (th == NULL)
		return -ESRCH;
	th->steps_watched = on;
	/* One that runs on freely begins when it next stops for a moment. */
	if (on && !th->stepping)
		thread_interrupt(th);
	return 0;
}

static int
ptrace_catch_syscalls(struct target *base, pid_t pid, bool on,
		      const int64_t *numbers, size_t n)
{
	struct process *p = process_visible(ptrace_of(base), pid);
	struct thread *th;
	int64_t *copy = NULL;

	if (p == NULL)
		return -ESRCH;
	if (on && n > 0) {
		copy = calloc(n, sizeof(*copy));
		if (copy == NULL)
			return -ENOMEM;
		memcpy(copy, numbers, n * sizeof(*copy));
	}
	free(p->syscalls);
	p->syscalls = copy;
	p->nsyscalls = on ? n : 0;
	if (on && !p->catch_syscalls) {
		/* Those that run are to be resumed in another way. */
		for (th = p->threads; th != NULL; th = th->next)
			thread_interrupt(th);
	}
	p->catch_syscalls = on;
	return 0;
}

static const struct arch *
ptrace_arch(struct target *base, pid_t pid)
{
	struct process *p = process_visible(ptrace_of(base), pid);

	return p != NULL ? p->arch : NULL;
}

static unsigned
ptrace_hw_slots(struct target *base)
{
	const struct process *p = ptrace_of(base)->processes;
	const struct arch *arch = p != NULL ? p->arch : procfs_arch(getpid());

	return arch != NULL ? arch->hw_slots : 0;
}

static const struct target_ops ptrace_ops = {
	.name = "ptrace",
	.free = ptrace_free,
	.wake_fd = ptrace_wake_fd,
	.next_event = ptrace_next_event,
	.launch = ptrace_launch,
	.attach = ptrace_attach,
	.detach = ptrace_detach,
	.kill = ptrace_kill,
	.processes = ptrace_processes,
	.threads = ptrace_threads,
	.thread_process = ptrace_thread_process,
	.was_attached = ptrace_was_attached,
	.is_stopped = ptrace_is_stopped,
	.stop_info = ptrace_stop_info,
	.thread_name = ptrace_thread_name,
	.thread_core = ptrace_thread_core,
	.resume = ptrace_resume,
	.resume_commit = ptrace_resume_commit,
	.stop = ptrace_stop,
	.interrupt = ptrace_interrupt,
	.stop_all = ptrace_stop_all,
	.signal = ptrace_signal,
	.fetch_stops = ptrace_fetch_stops,
	.set_reports = ptrace_set_reports,
	.set_thread_options = ptrace_set_thread_options,
	.set_pass_signals = ptrace_set_pass_signals,
	.set_detach_signals = ptrace_set_detach_signals,
	.set_hit_filter = ptrace_set_hit_filter,
	.set_step_watcher = ptrace_set_step_watcher,
	.watch_steps = ptrace_watch_steps,
	.catch_syscalls = ptrace_catch_syscalls,
	.arch = ptrace_arch,
	.get_register = ptrace_get_register,
	.set_register = ptrace_set_register,
	.save_registers = ptrace_save_registers,
	.restore_registers = ptrace_restore_registers,
	.read_memory = ptrace_read_memory,
	.write_memory = ptrace_write_memory,
	.insert_breakpoint = ptrace_insert_breakpoint,
	.remove_breakpoint = ptrace_remove_breakpoint,
	.hw_slots = ptrace_hw_slots,
	.alloc = &ptrace_alloc_ops,
	.files = &ptrace_file_ops,
};

/* One descriptor for all sources of work. */
static int
open_wake(struct ptrace_target *t)
{
	struct epoll_event ev = { .events = EPOLLIN };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	/* Ignored, or without notice of stops, it would never come. */
	signal(SIGCHLD, SIG_DFL);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	t->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	t->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	t->wake_fd = epoll_create1(EPOLL_CLOEXEC);
	t->timer_fd =
	    timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (t->signal_fd < 0 || t->event_fd < 0 || t->wake_fd < 0 ||
	    t->timer_fd < 0)
		return -errno;
	if (epoll_ctl(t->wake_fd, EPOLL_CTL_ADD, t->timer_fd, &ev) < 0 ||
	    epoll_ctl(t->wake_fd, EPOLL_CTL_ADD, t->signal_fd, &ev) < 0 ||
	    epoll_ctl(t->wake_fd, EPOLL_CTL_ADD, t->event_fd, &ev) < 0)
		return -errno;
	return 0;
}

int
target_ptrace_new(struct target **made)
{
	struct ptrace_target *t = calloc(1, sizeof(*t));
	int err;

	if (t == NULL)
		return -ENOMEM;
	t->base.ops = &ptrace_ops;
	t->signal_fd = t->event_fd = t->timer_fd = -1;
	t->wake_fd = t->tty_fd = t->name_fd = -1;
	t->queue_tail = &t->queue;
	t->marked_tail = &t->marked;
	t->notices_tail = &t->notices;
	t->detach_signals[0] = t->detach_signals[1] = UINT64_MAX;
	err = open_wake(t);
	if (err < 0) {
		ptrace_free(&t->base);
		return err;
	}
	*made = &t->base;
	return 0;
}
