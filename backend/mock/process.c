/* SPDX-License-Identifier: Apache-2.0 */
/* Processes and threads of the mock: their tables, their birth and death. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "private.h"

struct mock_process *
mock_process_find(struct mock *m, pid_t pid)
{
	struct mock_process *p;

	for (p = m->processes; p; p = p->next)
		if (p->pid == pid)
			return p;
	return NULL;
}

struct mock_process *
mock_process_traced(struct mock *m, pid_t pid)
{
	struct mock_process *p = mock_process_find(m, pid);

	return p && p->traced ? p : NULL;
}

struct mock_thread *
mock_thread_find(struct mock *m, pid_t tid)
{
	struct mock_process *p;
	struct mock_thread *th;

	for (p = m->processes; p; p = p->next) {
		for (th = p->threads; th; th = th->next)
			if (th->tid == tid && p->traced)
				return th;
	}
	return NULL;
}

bool
mock_is_signal(int signal)
{
	return signal >= 1 && signal <= 64;
}

bool
mock_signal_in(const uint64_t set[2], int signal)
{
	unsigned bit = (unsigned)signal - 1;

	return mock_is_signal(signal) && (set[bit / 64] >> bit % 64 & 1);
}

void
mock_wake(struct mock *m)
{
	static const uint64_t one = 1;

	/* The counter cannot be full: each next_event empties it. */
	(void)!write(m->wake_fd, &one, sizeof(one));
}

static bool
id_used(struct mock *m, pid_t id)
{
	struct mock_process *p;
	struct mock_thread *th;

	for (p = m->processes; p; p = p->next) {
		if (p->pid == id)
			return true;
		for (th = p->threads; th; th = th->next)
			if (th->tid == id)
				return true;
	}
	return false;
}

pid_t
mock_new_id(struct mock *m)
{
	while (id_used(m, m->next_id))
		m->next_id++;
	return m->next_id++;
}

static void
start_registers(struct mock *m, struct mock_thread *th)
{
	uint64_t sp = MOCK_STACK_TOP - 4096;

	memset(th->file, 0, m->arch->file_size);
	m->arch->set_pc(th->file, MOCK_TEXT);
	m->arch->put(th->file, m->arch->sp, &sp);
}

struct mock_thread *
mock_thread_new(struct mock *m, struct mock_process *p, pid_t tid)
{
	struct mock_thread *th, **at;

	if (m->nthreads >= MOCK_THREADS_MAX)
		return NULL;
	th = calloc(1, sizeof(*th));
	if (!th)
		return NULL;
	th->file = calloc(1, m->arch->file_size);
	if (!th->file) {
		free(th);
		return NULL;
	}
	th->tid = tid;
	th->process = p;
	th->in_syscall = -1;
	th->script_tail = &th->script;
	start_registers(m, th);
	for (at = &p->threads; *at; at = &(*at)->next)
		;
	*at = th;
	m->nthreads++;
	return th;
}

void
mock_thread_free(struct mock *m, struct mock_thread *th)
{
	struct mock_thread **at;

	for (at = &th->process->threads; *at; at = &(*at)->next) {
		if (*at == th) {
			*at = th->next;
			break;
		}
	}
	mock_script_free(th);
	free(th->file);
	free(th);
	m->nthreads--;
}

struct mock_process *
mock_process_new(struct mock *m, pid_t pid, const char *exe)
{
	struct mock_process *p, **at;

	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->pid = pid;
	p->ppid = getpid() == pid ? 1 : 2;
	p->exe = strdup(exe);
	if (!p->exe || mock_memory_init(m, p) < 0) {
		mock_memory_free(m, p);
		free(p->exe);
		free(p);
		return NULL;
	}
	for (at = &m->processes; *at; at = &(*at)->next)
		;
	*at = p;
	return p;
}

void
mock_process_free(struct mock *m, struct mock_process *p)
{
	struct mock_process **at;

	mock_vfork_done(m, p);
	for (at = &m->processes; *at; at = &(*at)->next) {
		if (*at == p) {
			*at = p->next;
			break;
		}
	}
	while (p->threads)
		mock_thread_free(m, p->threads);
	mock_memory_free(m, p);
	mock_breaks_free(p);
	mock_regions_free(p);
	free(p->syscalls);
	free(p->exe);
	free(p);
}

struct mock_process *
mock_process_fork(struct mock *m, struct mock_thread *th)
{
	struct mock_process *parent = th->process, *child;
	struct mock_thread *copy;
	pid_t pid = mock_new_id(m);

	child = mock_process_new(m, pid, parent->exe);
	if (!child)
		return NULL;
	child->ppid = parent->pid;
	copy = mock_thread_new(m, child, pid);
	if (!copy || mock_memory_copy(m, parent, child) < 0 ||
	    mock_regions_copy(parent, child) < 0) {
		mock_process_free(m, child);
		return NULL;
	}
	memcpy(copy->file, th->file, m->arch->file_size);
	return child;
}

void
mock_process_exec(struct mock *m, struct mock_thread *th)
{
	struct mock_process *p = th->process;
	struct mock_thread *other, *next;

	mock_vfork_done(m, p);
	for (other = p->threads; other; other = next) {
		next = other->next;
		if (other != th)
			mock_thread_free(m, other);
	}
	th->tid = p->pid;
	th->steps_watched = false;
	mock_breaks_free(p);
	mock_regions_free(p);
	mock_memory_free(m, p);
	/* Out of pages is not possible: more were just given back. */
	(void)!mock_memory_init(m, p);
	start_registers(m, th);
}

/* Debugging starts: every thread stands, for the reason of a first stop. */
static void
take(struct mock_process *p, bool attached)
{
	struct mock_thread *th;

	p->traced = true;
	p->attached = attached;
	for (th = p->threads; th; th = th->next) {
		th->stopped = true;
		th->wanted = false;
		th->reported = (struct target_event){
			.kind = TARGET_EVENT_STOP,
			.reason = TARGET_STOP_ATTACHED,
			.pid = p->pid,
			.tid = th->tid,
			.signal = SIGTRAP,
		};
	}
}

int
mock_launch(struct target *t, const struct target_launch *how, pid_t *pid)
{
	struct mock *m = mock_of(t);
	struct mock_process *p;
	int err = m->launch_error;

	if (err) {
		m->launch_error = 0;
		return -err;
	}
	p = mock_process_new(m, mock_new_id(m), how->argv[0]);
	if (!p)
		return -ENOMEM;
	if (!mock_thread_new(m, p, p->pid)) {
		mock_process_free(m, p);
		return -ENOMEM;
	}
	take(p, false);
	*pid = p->pid;
	return 0;
}

int
mock_attach(struct target *t, pid_t pid)
{
	struct mock_process *p = mock_process_find(mock_of(t), pid);

	if (pid <= 0)
		return -EINVAL;
	if (pid == getpid())
		return -EPERM;
	if (!p)
		return -ESRCH;
	if (p->traced)
		return -EPERM;
	take(p, true);
	return 0;
}

/* A child of this process that no event has told of yet; 0: none. */
static pid_t
untold_child(struct mock *m, struct mock_process *p)
{
	struct mock_thread *th;

	for (th = p->threads; th; th = th->next)
		if (th->pending.kind == TARGET_EVENT_STOP &&
		    th->pending.child_pid != p->pid &&
		    mock_process_traced(m, th->pending.child_pid))
			return th->pending.child_pid;
	return 0;
}

int
mock_detach(struct target *t, pid_t pid, bool stay_stopped)
{
	struct mock *m = mock_of(t);
	struct mock_process *p = mock_process_traced(m, pid);
	struct mock_thread *th;
	pid_t child;
	int signal;

	(void)stay_stopped;
	if (!p)
		return -ESRCH;
	/* Its end was not told yet. */
	if (p->exiting) {
		mock_process_free(m, p);
		return 0;
	}
	while ((child = untold_child(m, p)) != 0)
		(void)!mock_detach(t, child, false);
	for (th = p->threads; th; th = th->next) {
		/* A signal that was shown and not resumed with, or that was
		 * not even shown, is the program's. */
		signal = th->deliver;
		if (!signal && th->pending.reason == TARGET_STOP_SIGNAL)
			signal = th->pending.signal;
		else if (!signal && th->stopped &&
			 th->reported.reason == TARGET_STOP_SIGNAL &&
			 mock_signal_in(m->detach_signals, th->reported.signal))
			signal = th->reported.signal;
		if (signal)
			mock_deliver(m, th, signal);
		th->stopped = false;
		th->wanted = th->marked = th->stop_wanted = false;
		memset(&th->pending, 0, sizeof(th->pending));
		memset(&th->how, 0, sizeof(th->how));
	}
	p->catch_syscalls = false;
	mock_breaks_free(p);
	mock_regions_free(p);
	p->traced = false;
	return 0;
}

int
mock_kill(struct target *t, pid_t pid)
{
	struct mock *m = mock_of(t);
	struct mock_process *p = mock_process_traced(m, pid);

	pid_t child;

	if (!p)
		return -ESRCH;
	while ((child = untold_child(m, p)) != 0)
		(void)!mock_kill(t, child);
	mock_process_free(m, p);
	return 0;
}
