/* SPDX-License-Identifier: Apache-2.0 */
/* The mock target: its operations that need no file of their own. */
#include "mock.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "private.h"

static void
mock_free(struct target *t)
{
	struct mock *m = mock_of(t);

	while (m->processes)
		mock_process_free(m, m->processes);
	close(m->wake_fd);
	free(m);
}

static int
mock_wake_fd(struct target *t)
{
	return mock_of(t)->wake_fd;
}

static size_t
mock_processes(struct target *t, pid_t *pids, size_t cap)
{
	struct mock_process *p;
	size_t n = 0;

	for (p = mock_of(t)->processes; p; p = p->next) {
		if (!p->traced)
			continue;
		if (n < cap)
			pids[n] = p->pid;
		n++;
	}
	return n;
}

/* The event that tells of it is still to come: nobody knows it yet. */
static bool
is_untold(const struct mock *m, pid_t tid)
{
	for (const struct mock_process *p = m->processes; p; p = p->next)
		for (const struct mock_thread *th = p->threads; th;
		     th = th->next)
			if (th->pending.kind == TARGET_EVENT_STOP &&
			    th->pending.child_tid == tid)
				return true;
	return false;
}

static size_t
mock_threads(struct target *t, pid_t pid, pid_t *tids, size_t cap)
{
	struct mock_process *p;
	struct mock_thread *th;
	size_t n = 0;

	for (p = mock_of(t)->processes; p; p = p->next) {
		if (!p->traced || (pid && p->pid != pid))
			continue;
		for (th = p->threads; th; th = th->next) {
			if (th->gone || is_untold(mock_of(t), th->tid))
				continue;
			if (n < cap)
				tids[n] = th->tid;
			n++;
		}
	}
	return n;
}

/* A thread that can be told of and touched. */
static struct mock_thread *
live(struct target *t, pid_t tid)
{
	struct mock_thread *th = mock_thread_find(mock_of(t), tid);

	return th && !th->gone ? th : NULL;
}

static pid_t
mock_thread_process(struct target *t, pid_t tid)
{
	struct mock_thread *th = live(t, tid);

	return th ? th->process->pid : 0;
}

static bool
mock_was_attached(struct target *t, pid_t pid)
{
	struct mock_process *p = mock_process_traced(mock_of(t), pid);

	return p && p->attached;
}

/* As the session sees it: a stop that is not reported yet is none. */
static bool
is_stopped(const struct mock_thread *th)
{
	return th->in_filter || (th->stopped && !th->wanted);
}

static bool
mock_is_stopped(struct target *t, pid_t tid)
{
	struct mock_thread *th = live(t, tid);

	return th && is_stopped(th);
}

static int
mock_stop_info(struct target *t, pid_t tid, struct target_event *ev)
{
	struct mock_thread *th = live(t, tid);

	if (!th)
		return -ESRCH;
	if (!is_stopped(th))
		return -EBUSY;
	*ev = th->reported;
	return 0;
}

static int
mock_thread_name(struct target *t, pid_t tid, char *buf, size_t cap)
{
	struct mock_thread *th = live(t, tid);

	if (!th)
		return -ESRCH;
	snprintf(buf, cap, "mock-%d", tid);
	return 0;
}

static int
mock_thread_core(struct target *t, pid_t tid, unsigned *core)
{
	if (!live(t, tid))
		return -ESRCH;
	*core = (unsigned)tid % 4;
	return 0;
}

static void
mock_set_reports(struct target *t, unsigned reports)
{
	mock_of(t)->reports = reports;
}

static void
mock_set_pass_signals(struct target *t, const uint64_t set[2])
{
	memcpy(mock_of(t)->pass_signals, set, 2 * sizeof(*set));
}

static void
mock_set_detach_signals(struct target *t, const uint64_t set[2])
{
	memcpy(mock_of(t)->detach_signals, set, 2 * sizeof(*set));
}

static int
mock_set_thread_options(struct target *t, pid_t tid, unsigned options)
{
	struct mock_thread *th = live(t, tid);

	if (!th)
		return -ESRCH;
	th->options = options;
	return 0;
}

static void
mock_set_hit_filter(struct target *t, target_hit_filter *filter, void *arg)
{
	mock_of(t)->filter = filter;
	mock_of(t)->filter_arg = arg;
}

static void
mock_set_step_watcher(struct target *t, target_step_watcher *watcher, void *arg)
{
	mock_of(t)->watcher = watcher;
	mock_of(t)->watcher_arg = arg;
}

static int
mock_watch_steps(struct target *t, pid_t tid, bool on)
{
	struct mock_thread *th = live(t, tid);

	if (!th)
		return -ESRCH;
	th->steps_watched = on;
	return 0;
}

static int
mock_catch_syscalls(struct target *t, pid_t pid, bool on,
		    const int64_t *numbers, size_t n)
{
	struct mock_process *p = mock_process_traced(mock_of(t), pid);
	int64_t *copy = NULL;

	if (!p)
		return -ESRCH;
	if (on && n > 0) {
		copy = calloc(n, sizeof(*copy));
		if (!copy)
			return -ENOMEM;
		memcpy(copy, numbers, n * sizeof(*copy));
	}
	free(p->syscalls);
	p->syscalls = copy;
	p->nsyscalls = on ? n : 0;
	p->catch_syscalls = on;
	return 0;
}

static const struct arch *
mock_arch(struct target *t, pid_t pid)
{
	(void)pid;
	return mock_of(t)->arch;
}

/* The thread, if its registers can be touched. */
static int
stopped_thread(struct target *t, pid_t tid, struct mock_thread **th)
{
	*th = live(t, tid);
	if (!*th || (*th)->process->exiting)
		return -ESRCH;
	return is_stopped(*th) ? 0 : -EBUSY;
}

static int
mock_get_register(struct target *t, pid_t tid, unsigned reg, void *buf)
{
	const struct arch *a = mock_of(t)->arch;
	struct mock_thread *th;
	int err = stopped_thread(t, tid, &th);

	if (err)
		return err;
	if (!a->has(th->file, reg))
		return -ENODATA;
	a->get(th->file, reg, buf);
	return 0;
}

static int
mock_set_register(struct target *t, pid_t tid, unsigned reg, const void *buf)
{
	const struct arch *a = mock_of(t)->arch;
	struct mock_thread *th;
	int err = stopped_thread(t, tid, &th);

	if (err)
		return err;
	if (!a->has(th->file, reg))
		return -ENODATA;
	a->put(th->file, reg, buf);
	return 0;
}

static int
mock_save_registers(struct target *t, pid_t tid, void *file)
{
	struct mock_thread *th;
	int err = stopped_thread(t, tid, &th);

	if (!err)
		memcpy(file, th->file, mock_of(t)->arch->file_size);
	return err;
}

static int
mock_restore_registers(struct target *t, pid_t tid, const void *file)
{
	struct mock_thread *th;
	int err = stopped_thread(t, tid, &th);

	if (!err)
		memcpy(th->file, file, mock_of(t)->arch->file_size);
	return err;
}

static unsigned
mock_hw_slots(struct target *t)
{
	return mock_of(t)->options.hw_slots;
}

static const struct target_ops mock_ops = {
	.name = "mock",
	.free = mock_free,
	.wake_fd = mock_wake_fd,
	.next_event = mock_next_event,
	.launch = mock_launch,
	.attach = mock_attach,
	.detach = mock_detach,
	.kill = mock_kill,
	.processes = mock_processes,
	.threads = mock_threads,
	.thread_process = mock_thread_process,
	.was_attached = mock_was_attached,
	.is_stopped = mock_is_stopped,
	.stop_info = mock_stop_info,
	.thread_name = mock_thread_name,
	.thread_core = mock_thread_core,
	.resume = mock_resume,
	.resume_commit = mock_resume_commit,
	.stop = mock_stop,
	.interrupt = mock_interrupt,
	.stop_all = mock_stop_all,
	.signal = mock_signal,
	.fetch_stops = mock_fetch_stops,
	.set_reports = mock_set_reports,
	.set_thread_options = mock_set_thread_options,
	.set_pass_signals = mock_set_pass_signals,
	.set_detach_signals = mock_set_detach_signals,
	.set_hit_filter = mock_set_hit_filter,
	.set_step_watcher = mock_set_step_watcher,
	.watch_steps = mock_watch_steps,
	.catch_syscalls = mock_catch_syscalls,
	.arch = mock_arch,
	.get_register = mock_get_register,
	.set_register = mock_set_register,
	.save_registers = mock_save_registers,
	.restore_registers = mock_restore_registers,
	.read_memory = mock_read_memory,
	.write_memory = mock_write_memory,
	.insert_breakpoint = mock_insert_breakpoint,
	.remove_breakpoint = mock_remove_breakpoint,
	.hw_slots = mock_hw_slots,
	.alloc = &mock_alloc_ops,
	.files = &mock_file_ops,
};

int
mock_target_new(struct target **t, const struct mock_options *o)
{
	struct mock *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	m->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (m->wake_fd < 0) {
		free(m);
		return -EMFILE;
	}
	m->options = o ? *o : (struct mock_options){ .hw_slots = 4 };
	m->arch = m->options.arch ? m->options.arch : &arch_mock;
	m->ops = mock_ops;
	if (m->options.no_alloc)
		m->ops.alloc = NULL;
	if (m->options.no_files)
		m->ops.files = NULL;
	m->base.ops = &m->ops;
	m->next_id = 1000;
	m->detach_signals[0] = UINT64_MAX;
	*t = &m->base;
	return 0;
}

int
mock_add_process(struct target *t, pid_t pid, unsigned nthreads)
{
	struct mock *m = mock_of(t);
	struct mock_process *p;
	unsigned i;

	if (mock_process_find(m, pid))
		return -EEXIST;
	p = mock_process_new(m, pid, "/mock/program");
	if (!p)
		return -ENOMEM;
	for (i = 0; i < nthreads; i++) {
		if (!mock_thread_new(m, p, pid + (pid_t)i)) {
			mock_process_free(m, p);
			return -ENOMEM;
		}
	}
	return 0;
}

void
mock_fail_launch(struct target *t, int error)
{
	mock_of(t)->launch_error = error;
}

bool
mock_alive(struct target *t, pid_t pid)
{
	struct mock_process *p = mock_process_find(mock_of(t), pid);

	return p && !p->exiting;
}

bool
mock_traced(struct target *t, pid_t pid)
{
	return mock_process_traced(mock_of(t), pid) != NULL;
}

bool
mock_peek(struct target *t, pid_t pid, uint64_t addr, void *buf, size_t len)
{
	struct mock *m = mock_of(t);
	struct mock_process *p = mock_process_find(m, pid);

	return p && mock_access(m, p, addr, buf, len, 0);
}

uint64_t
mock_executed(struct target *t, pid_t tid)
{
	struct mock_process *p;
	struct mock_thread *th;

	for (p = mock_of(t)->processes; p; p = p->next)
		for (th = p->threads; th; th = th->next)
			if (th->tid == tid)
				return th->executed;
	return 0;
}

unsigned
mock_delivered(struct target *t, pid_t pid, int signal)
{
	struct mock_process *p = mock_process_find(mock_of(t), pid);

	return p && mock_is_signal(signal) ? p->delivered[signal] : 0;
}
